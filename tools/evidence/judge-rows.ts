import { isSameSource } from "./recorded-results.ts";
import type { RecordedResults, TestState } from "./recorded-results.ts";

/** Our own words for each row, by its number. */
export type Rows = Readonly<Record<string, string>>;

export interface JudgedRow {
  readonly id: string;
  readonly words: string;
  readonly verdict: "pass" | "fail" | "not applicable";
  /** Empty for a row that passes. */
  readonly reason: string;
  readonly files: readonly string[];
}

/** The ids of one table that a title names: `OA-15`, `OA-17, OA-18`, `BR-01 to BR-08`. */
export function idsIn(table: string, title: string): string[] {
  const ids: string[] = [];
  const id = (digits: number): string => `${table}-${String(digits).padStart(2, "0")}`;
  for (const [, first, last = first] of title.matchAll(new RegExp(`\\b${table}-(\\d+)(?: ?(?:to|\\.\\.+|–|…) ?(?:${table}-)?(\\d+))?`, "g"))) {
    for (let number = Number(first); number <= Number(last); number += 1) ids.push(id(number));
  }
  return ids;
}

/**
 * A row passes when tests name it and all of them passed. Tests of the sandbox show that a bank can lie, not that we notice: they prove no
 * row.
 */
export function judgeRows(table: string, rows: Rows, notApplicable: Rows, results: Readonly<Record<string, RecordedResults>>): JudgedRow[] {
  const named = new Map<string, { file: string; state: TestState }[]>();
  for (const files of Object.values(results)) {
    for (const [file, { broken, tests }] of Object.entries(files)) {
      if (file.startsWith("sandbox/")) continue;
      for (const [title, state] of tests) {
        for (const id of new Set(idsIn(table, title))) named.set(id, [...(named.get(id) ?? []), { file, state: broken === undefined ? state : "failed" }]);
      }
    }
  }
  return Object.entries(rows).map(([id, words]) => {
    const tests = named.get(id) ?? [];
    const files = [...new Set(tests.map(({ file }) => file))].toSorted();
    const why = notApplicable[id];
    if (why !== undefined) return { id, words, verdict: "not applicable", reason: why, files };
    const reason = shortcoming(tests.map(({ state }) => state));
    return { id, words, verdict: reason === "" ? "pass" : "fail", reason, files };
  });
}

function shortcoming(states: readonly TestState[]): string {
  if (states.length === 0) return "no test";
  const failed = states.filter((state) => state === "failed").length;
  if (failed > 0) return `${failed} of ${states.length} tests failed`;
  const skipped = states.filter((state) => state === "skipped").length;
  return skipped > 0 ? `${skipped} of ${states.length} tests not run` : "";
}

/** Why the results are not those of the source that stands here; one sentence each. */
export function staleness(results: Readonly<Record<string, RecordedResults | undefined>>, source: string): string[] {
  return Object.entries(results).flatMap(([project, files]) => {
    if (files === undefined) return [`No results of ${project}: run "npx vitest run --project ${project}".`];
    const others = Object.values(files).filter((file) => !isSameSource(file.source, source));
    if (others.length === 0) return [];
    const of = [...new Set(others.map((file) => short(file.source)))].join(", ");
    return [
      `Results of ${others.length} of ${Object.keys(files).length} files of ${project} are of ${of}, and here stands ${short(source)}. Commit, and run them again.`,
    ];
  });
}

/** A commit as people write it. */
function short(source: string): string {
  return source.replace(/^([0-9a-f]{7})[0-9a-f]+/, "$1");
}

/** @returns the last line: how many of the rows passed */
export function summary(table: string, rows: readonly JudgedRow[]): string {
  const count = (verdict: JudgedRow["verdict"]): number => rows.filter((row) => row.verdict === verdict).length;
  return `${table} ${count("pass")}/${rows.length}, ${count("not applicable")} not applicable, ${count("fail")} failing`;
}
