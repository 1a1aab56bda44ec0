import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fapi1Modules, fapi2Modules } from "./conformance-modules.ts";
import { tables } from "./rows/index.ts";

const root = path.resolve(import.meta.dirname, "../..");
const tests = globSync(["services/{bank-gateway,consent,bff}/**/*.test.ts", "libs/fapi/src/**/*.test.ts"], { cwd: root, exclude: ["**/node_modules/**"] });
const titles = tests.map((file) => readFileSync(path.join(root, file), "utf8")).join("\n");

describe.each([
  ["FAPI 1.0 Advanced", fapi1Modules],
  ["FAPI 2.0 Security Profile and Message Signing", fapi2Modules],
])("G-10 the client plan of %s", (_plan, modules) => {
  it.each(Object.entries(modules))("%s is answered by rows that a test carries or by a test that is named, or does not apply", (_module, rows) => {
    if (typeof rows === "string") return expect(rows).toMatch(/\.$/);
    if ("shownBy" in rows) return expect(titles).toContain(`"${rows.shownBy}"`);
    expect(Object.keys(tables["OA"]?.rows ?? {})).toEqual(expect.arrayContaining([...rows]));
    for (const row of rows) expect(titles, row).toMatch(new RegExp(`["\`][^"\`\\n]*${row}\\b`));
    return undefined;
  });
});
