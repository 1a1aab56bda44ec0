import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

export const projects = ["unit", "int", "e2e"] as const;
export type TestState = "passed" | "failed" | "skipped";

/** What became of one test file when it was run last. */
export interface RecordedFile {
  /** See {@link stateOfSource}. */
  readonly source: string;
  /** What was said where it could not be loaded, or something failed outside of its tests. */
  readonly broken?: string;
  /** Whole titles, those of the enclosing describes first; of one that failed also what it said. */
  readonly tests: readonly (readonly [title: string, state: TestState, said?: string])[];
}

/** Files of one vitest project by their path from the root. */
export type RecordedResults = Readonly<Record<string, RecordedFile>>;

const changed = "with changes";

/** The commit that stands there, and whether something is changed on top of it; `unknown` outside of a repository. */
export function stateOfSource(root: string): string {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const commit = git("rev-parse", "HEAD");
    return git("status", "--porcelain") === "" ? commit : `${commit} ${changed}`;
  } catch {
    return "unknown";
  }
}

/** Whether two states are surely the same source. */
export function isSameSource(one: string, other: string): boolean {
  return one === other && one !== "unknown" && !one.endsWith(changed);
}

export function resultsFile(root: string, project: string): string {
  return path.join(root, ".opl", "test-results", `${project}.json`);
}

/** @returns undefined where the project was never run; files that are gone since are left out */
export function readResults(root: string, project: string): RecordedResults | undefined {
  const file = resultsFile(root, project);
  if (!existsSync(file)) return undefined;
  const recorded: RecordedResults = JSON.parse(readFileSync(file, "utf8"));
  return Object.fromEntries(Object.entries(recorded).filter(([name]) => existsSync(path.join(root, name))));
}

/** A run of some files replaces what stands of these and leaves the others; who runs a whole project removes its file first. */
export function recordResults(root: string, project: string, results: RecordedResults): void {
  const file = resultsFile(root, project);
  mkdirSync(path.dirname(file), { recursive: true });
  const next = `${file}.${process.pid}`;
  writeFileSync(next, JSON.stringify({ ...readResults(root, project), ...results }));
  renameSync(next, file);
}

/** How many tests of a project ended how; what {@link failures} names has failed. */
export function countTests(results: RecordedResults): Record<TestState, number> {
  const states = Object.values(results).flatMap(({ tests }) => tests.map(([, state]) => state));
  const count = (state: TestState): number => states.filter((other) => other === state).length;
  return { passed: count("passed"), failed: failures(results).length, skipped: count("skipped") };
}

/** Failed tests by their file and whole title, and files where something failed outside of their tests, each with what it said. */
export function failures(results: RecordedResults): readonly { readonly name: string; readonly said: string }[] {
  return Object.entries(results).flatMap(([file, { broken, tests }]) => {
    const failed = tests.flatMap(([title, state, said = ""]) => (state === "failed" ? [{ name: `${file} > ${title}`, said }] : []));
    return broken === undefined ? failed : [...failed, { name: file, said: broken }];
  });
}
