import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters, styleText } from "node:util";
import { countTests, failures, readResults, resultsFile } from "./evidence/recorded-results.ts";

/**
 * `npm test`: every proof of the project in one go, what failed with its reason, and `N passed, N failed` as the last line. Each check counts
 * as one; a vitest project counts its tests, and a file where something failed outside of them as one more. `--quick` leaves out what needs
 * servers or a browser.
 */
const root = path.dirname(import.meta.dirname);
const quick = process.argv.includes("--quick");
const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** A vitest project, whose tests are counted instead of the command itself. */
  readonly project?: string;
}

const node = process.execPath;
const vitest = (project: string): Check => ({
  name: project,
  command: bin("vitest"),
  args: ["run", "--project", project],
  project,
});

const checks: readonly Check[] = [
  { name: "types", command: bin("tsc"), args: ["-p", "tsconfig.json"] },
  { name: "types of web", command: bin("tsc"), args: ["-p", "web/tsconfig.json"] },
  { name: "lint", command: bin("oxlint"), args: ["--type-aware", "--deny-warnings", "libs", "services", "sandbox", "tools", "deploy", "web/src", "e2e"] },
  { name: "format", command: bin("oxfmt"), args: ["--check", "libs", "services", "sandbox", "tools", "deploy", "web", "e2e"] },
  { name: "import rules", command: bin("depcruise"), args: ["--config", ".dependency-cruiser.cjs", "libs", "services", "sandbox", "web/src", "tools", "e2e"] },
  { name: "dead code and dependencies", command: bin("knip"), args: [] },
  { name: "versions of workspaces", command: bin("sherif"), args: [] },
  { name: "generated files", command: node, args: ["tools/gen/main.ts", "--check"] },
  vitest("unit"),
  ...(quick
    ? []
    : [
        { name: "web build", command: node, args: ["tools/up/build-web.ts"] },
        { name: "pages in every state", command: node, args: ["web/dev/screenshots.ts", "--states"] },
        vitest("int"),
        vitest("e2e"),
      ]),
];

/** Lines of a check that stand for its end. */
const lastLines = 30;

/**
 * Runs one check. The end of what it printed is kept, for what failed without a name; of a vitest project only what it wrote about itself to
 * stderr, since it keeps its tests by itself and draws its progress on a terminal.
 */
function run(check: Check): Promise<{ readonly code: number; readonly end: string }> {
  const ended = Promise.withResolvers<{ readonly code: number; readonly end: string }>();
  let printed = "";
  const child = spawn(check.command, check.args, {
    cwd: root,
    stdio: ["ignore", check.project === undefined ? "pipe" : "inherit", "pipe"],
    env: {
      ...process.env,
      PATH: `${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
      ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
    },
  });
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from?.setEncoding("utf8").on("data", (text: string) => {
      to.write(text);
      printed = (printed + text).slice(-20_000);
    });
  }
  const done = (code: number | null, signal: NodeJS.Signals | null): void => {
    const end = stripVTControlCharacters(printed).trimEnd().split("\n").slice(-lastLines).join("\n");
    child.stdout?.destroy();
    child.stderr?.destroy();
    ended.resolve({ code: code ?? 1, end: signal === null ? end : `${end}\nended by ${signal}` });
  };
  child.once("error", (error) => ended.resolve({ code: 1, end: error.message }));
  child.once("close", done);
  // Something that it left behind may hold its output open.
  child.once("exit", (code, signal) => void setTimeout(done, 2_000, code, signal).unref());
  return ended.promise;
}

let passed = 0;
const failed: { readonly name: string; readonly said: string }[] = [];
for (const check of checks) {
  const started = performance.now();
  process.stdout.write(`${styleText("bold", `── ${check.name}`)}\n`);
  if (check.project !== undefined) rmSync(resultsFile(root, check.project), { force: true });
  const { code, end } = await run(check);
  const results = check.project === undefined ? undefined : readResults(root, check.project);
  const named = results === undefined ? [] : failures(results).map(({ name, said }) => ({ name: `${check.name}: ${name}`, said }));
  // What went wrong may belong to no test and no file, and counts all the same.
  failed.push(...(code !== 0 && named.length === 0 ? [{ name: check.name, said: end }] : named));
  let summary = code === 0 ? "passed" : "failed";
  if (results !== undefined) {
    const tests = countTests(results);
    passed += tests.passed;
    summary = `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  } else if (code === 0) passed += 1;
  process.stdout.write(`── ${check.name}: ${summary} (${((performance.now() - started) / 1000).toFixed(1)} s)\n\n`);
}
// A log of thousands of lines may be cut in front; what failed, and why, stands at its end.
if (failed.length > 0) process.stdout.write(`Failed:\n${failed.map(({ name, said }) => `  ${name}\n${said.replaceAll(/^(?=.)/gm, "      ")}\n`).join("")}`);
process.stdout.write(`${passed} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
