import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { styleText } from "node:util";
import { countTests, failedTests, readResults, resultsFile } from "./evidence/recorded-results.ts";

/**
 * `npm test`: every proof of the project in one go, and `N passed, N failed` as the last line. Each check counts as one; a vitest
 * project counts its tests. `--quick` leaves out what needs servers or a browser.
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

function run(check: Check): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(check.command, check.args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, PATH: `${path.join(root, "node_modules", ".bin")}${path.delimiter}${process.env["PATH"] ?? ""}` },
    });
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

let passed = 0;
let failed = 0;
const failures: string[] = [];
for (const check of checks) {
  const started = performance.now();
  process.stdout.write(`${styleText("bold", `── ${check.name}`)}\n`);
  if (check.project !== undefined) rmSync(resultsFile(root, check.project), { force: true });
  const code = await run(check);
  let summary = code === 0 ? "passed" : "failed";
  const results = check.project === undefined ? undefined : readResults(root, check.project);
  if (results !== undefined) {
    const tests = countTests(results);
    passed += tests.passed;
    failed += tests.failed;
    // A file that cannot even be loaded has no failed test, and must count all the same.
    if (code !== 0 && tests.failed === 0) failed += 1;
    summary = `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  } else if (code === 0) passed += 1;
  else failed += 1;
  if (code !== 0) {
    const titles = results === undefined ? [] : failedTests(results);
    failures.push(...(titles.length === 0 ? [check.name] : titles.map((title) => `${check.name}: ${title}`)));
  }
  process.stdout.write(`── ${check.name}: ${summary} (${((performance.now() - started) / 1000).toFixed(1)} s)\n\n`);
}
// A log of thousands of lines may be cut in front; what failed stands at its end.
if (failures.length > 0) process.stdout.write(`Failed:\n${failures.map((failure) => `  ${failure}\n`).join("")}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && failures.length === 0 ? 0 : 1;
