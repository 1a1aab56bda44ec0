import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { idsIn, judgeRows, staleness, summary } from "./judge-rows.ts";
import { countTests, failures, isSameSource, readResults, recordResults } from "./recorded-results.ts";
import type { RecordedFile } from "./recorded-results.ts";
import { tables } from "./rows/index.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

function file(tests: RecordedFile["tests"], rest: Partial<RecordedFile> = {}): RecordedFile {
  return { source: commit, tests, ...rest };
}

describe("the tables", () => {
  it.each([
    ["OA", 75, 5],
    ["US", 45, 3],
  ])("%s has %d rows without a gap, and at most %d do not apply", (name, count, most) => {
    const { rows, notApplicable } = tables[name] ?? { rows: {}, notApplicable: {} };
    expect(Object.keys(rows)).toEqual(Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(2, "0")}`));
    expect(Object.keys(notApplicable).length).toBeLessThanOrEqual(most);
    expect(Object.keys(notApplicable).filter((id) => !(id in rows) || (notApplicable[id] ?? "").length < 20)).toEqual([]);
  });
});

// Not by titles of their own: they would prove those rows.
it("titles name rows by their ids, and by ranges", () => {
  const expected: [title: string, ids: string[]][] = [
    ["a bank that lies > OA-15 code twice", ["OA-15"]],
    ["refuses it (US-01, OA-07)", ["OA-07"]],
    ["OA-53 OA-54 members set", ["OA-53", "OA-54"]],
    ["OA-07 to OA-09: refuses", ["OA-07", "OA-08", "OA-09"]],
    ["OA-29..31", ["OA-29", "OA-30", "OA-31"]],
    ["OA-7", ["OA-07"]],
    ["NOA-15 and OA 15", []],
  ];
  expect(expected.map(([title]) => idsIn("OA", title))).toEqual(expected.map(([, ids]) => ids));
});

describe("rows", () => {
  const rows = { "OA-01": "one", "OA-02": "two", "OA-03": "three", "OA-04": "four", "OA-05": "five", "OA-06": "six" };
  const results = {
    unit: {
      "libs/a.test.ts": file([
        ["OA-01 a", "passed"],
        ["OA-02 a", "passed"],
        ["OA-03 a", "skipped"],
      ]),
    },
    int: {
      "services/a.int.test.ts": file([
        ["OA-01 b", "passed"],
        ["OA-02 b", "failed"],
      ]),
      "services/broken.int.test.ts": file([["OA-06 a", "passed"]], { broken: "something came after" }),
      "sandbox/test/a.test.ts": file([["OA-04 the sandbox can do it", "passed"]]),
    },
  };
  const judged = judgeRows("OA", rows, { "OA-05": "nobody here does such a thing" }, results);

  it("pass when tests name them and all passed", () => {
    expect(judged.map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual([
      ["OA-01", "pass", ""],
      ["OA-02", "fail", "1 of 2 tests failed"],
      ["OA-03", "fail", "1 of 1 tests not run"],
      ["OA-04", "fail", "no test"],
      ["OA-05", "not applicable", "nobody here does such a thing"],
      ["OA-06", "fail", "1 of 1 tests failed"],
    ]);
    expect(judged[0]?.files).toEqual(["libs/a.test.ts", "services/a.int.test.ts"]);
  });

  it("are counted in one line", () => {
    expect(summary("OA", judged)).toBe("OA 1/6, 1 not applicable, 4 failing");
  });

  it("rest on results of the source that stands here", () => {
    expect(staleness(results, commit)).toEqual([]);
    expect(staleness({ ...results, e2e: undefined }, commit)).toEqual(['No results of e2e: run "npx vitest run --project e2e".']);
    expect(staleness({ unit: results.unit }, `${"f".repeat(40)} with changes`)).toEqual([
      "Results of 1 of 1 files of unit are of 0123456, and here stands fffffff with changes. Commit, and run them again.",
    ]);
    expect([isSameSource("unknown", "unknown"), isSameSource(`${commit} with changes`, `${commit} with changes`)]).toEqual([false, false]);
  });
});

describe("the record", () => {
  it("keeps what other files have shown when some are run again, and forgets files that are gone", () => {
    const root = mkdtempSync(path.join(tmpdir(), "opl-evidence-"));
    for (const name of ["a.test.ts", "b.test.ts"]) writeFileSync(path.join(root, name), "");
    recordResults(root, "unit", { "a.test.ts": file([["a", "failed"]]), "b.test.ts": file([["b", "passed"]]), "gone.test.ts": file([]) });
    recordResults(root, "unit", { "a.test.ts": file([["a", "passed"]], { source: "later" }) });
    const results = readResults(root, "unit") ?? {};
    expect(results).toEqual({ "a.test.ts": file([["a", "passed"]], { source: "later" }), "b.test.ts": file([["b", "passed"]]) });
    expect(countTests(results)).toEqual({ passed: 2, failed: 0, skipped: 0 });
    expect(readResults(root, "int")).toBeUndefined();
  });

  it("names and counts what failed with what it said: tests by their file and title, and a file that could not be run or failed beside its tests", () => {
    const results = {
      "a.test.ts": file([
        ["one > goes", "passed"],
        ["one > fails", "failed", "expected 1 to be 2"],
      ]),
      "b.test.ts": file([], { broken: "no such module" }),
      "d.test.ts": file([["fails too", "failed"]], { broken: "what comes after all failed" }),
      "c.test.ts": file([["skips", "skipped"]]),
    };
    expect(failures(results)).toEqual([
      { name: "a.test.ts > one > fails", said: "expected 1 to be 2" },
      { name: "b.test.ts", said: "no such module" },
      { name: "d.test.ts > fails too", said: "" },
      { name: "d.test.ts", said: "what comes after all failed" },
    ]);
    expect(countTests(results)).toEqual({ passed: 1, failed: 4, skipped: 1 });
  });
});
