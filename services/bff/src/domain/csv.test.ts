import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine } from "./csv.ts";

describe("a line of a table", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+358401234567", "'+358401234567"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", `"'\r=1"`],
    ['=HYPERLINK("https://evil.example")', `"'=HYPERLINK(""https://evil.example"")"`],
    ["-", "'-"],
  ])("takes the formula out of %j (US-39)", (cell, written) => expect(csvLine([cell])).toBe(`${written}\r\n`));

  it.each(["-12.50", "2500.00", "0.01", "-7"])("leaves the amount %s to be added up", (amount) => expect(csvLine([amount])).toBe(`${amount}\r\n`));

  it("quotes what would break the table", () => {
    expect(csvLine(["a,b", 'say "x"', "two\nlines", null, ""])).toBe('"a,b","say ""x""","two\nlines",,\r\n');
  });

  it("begins no cell with what a spreadsheet runs, whatever the text (US-39)", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bare = csvLine([text]).replace(/^"/, "");
        if (/^[=+\-@\t\r]/.test(bare) && bare !== "\r\n") expect(bare).toMatch(/^-?\d+(\.\d+)?\r\n$/);
      }),
      { numRuns: 10_000 },
    );
  });
});
