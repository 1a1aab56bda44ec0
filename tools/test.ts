import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { styleText } from "node:util";

/**
 * `npm test`: every proof of the project in one go, and `N passed, N failed` as the last line. Each check counts as one; a vitest
 * project counts its tests. `--quick` leaves out what needs servers or a browser.
 */
const root = path.dirname(import.meta.dirname);
const quick = process.argv.includes("--quick");
const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);
const results = path.join(root, ".opl", "test-results");

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Counts the tests of a vitest report instead of the command itself. */
  readonly report?: string;
}

const node = process.execPath;
const vitest = (project: string): Check => ({
  name: project,
  command: bin("vitest"),
  args: ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${path.join(results, `${project}.json`)}`],
  report: path.join(results, `${project}.json`),
});

const checks: readonly Check[] = [
  { name: "types", command: bin("tsc"), args: ["-p", "tsconfig.json"] },
  { name: "types of web", command: bin("tsc"), args: ["-p", "web/tsconfig.json"] },
  { name: "lint", command: bin("oxlint"), args: ["--type-aware", "--deny-warnings", "libs", "services", "sandbox", "tools", "web/src", "e2e"] },
  { name: "format", command: bin("oxfmt"), args: ["--check", "libs", "services", "sandbox", "tools", "web", "e2e"] },
  { name: "import rules", command: bin("depcruise"), args: ["--config", ".dependency-cruiser.cjs", "libs", "services", "sandbox", "web/src", "tools", "e2e"] },
  { name: "dead code and dependencies", command: bin("knip"), args: [] },
  { name: "versions of workspaces", command: bin("sherif"), args: [] },
  { name: "generated files", command: node, args: ["tools/gen/main.ts", "--check"] },
  vitest("unit"),
  ...(quick ? [] : [{ name: "web build", command: node, args: ["tools/up/build-web.ts"] }, vitest("int"), vitest("e2e")]),
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

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
let passed = 0;
let failed = 0;
const failures: string[] = [];
for (const check of checks) {
  const started = performance.now();
  process.stdout.write(`${styleText("bold", `── ${check.name}`)}\n`);
  const code = await run(check);
  let summary = code === 0 ? "passed" : "failed";
  if (check.report !== undefined && existsSync(check.report)) {
    const report: { numPassedTests: number; numFailedTests: number; numPendingTests: number; numFailedTestSuites: number } = JSON.parse(
      readFileSync(check.report, "utf8"),
    );
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    // A file that cannot even be loaded has no failed test, and must count all the same.
    if (code !== 0 && report.numFailedTests === 0) failed += 1;
    summary = `${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests} skipped`;
  } else if (code === 0) passed += 1;
  else failed += 1;
  if (code !== 0) failures.push(check.name);
  process.stdout.write(`── ${check.name}: ${summary} (${((performance.now() - started) / 1000).toFixed(1)} s)\n\n`);
}
if (failures.length > 0) process.stdout.write(`Failed: ${failures.join(", ")}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && failures.length === 0 ? 0 : 1;
