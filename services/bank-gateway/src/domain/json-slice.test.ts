import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonSlice } from "./json-slice.ts";

const text = '{ "a" : [ 1, -2.50e+1 ,{"b/c":"x\\"]}","~":null} ], "\\u00e4":true,"":"empty" }';

describe("jsonSlice", () => {
  it.each([
    ["", text.slice(0, text.length)],
    ["/a", '[ 1, -2.50e+1 ,{"b/c":"x\\"]}","~":null} ]'],
    ["/a/0", "1"],
    ["/a/1", "-2.50e+1"],
    ["/a/2/b~1c", '"x\\"]}"'],
    ["/a/2/~0", "null"],
    ["/ä", "true"],
    ["/", '"empty"'],
    ["/a/3", undefined],
    ["/a/-", undefined],
    ["/a/01", undefined],
    ["/b", undefined],
    ["/a/0/x", undefined],
    ["a", undefined],
  ])("%j", (pointer, expected) => {
    expect(jsonSlice(text, pointer)).toBe(expected);
  });

  it("finds every place of any document, exactly as written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.integer({ min: 0, max: 3 }), (document, indent) => {
        const written = JSON.stringify(document, undefined, indent);
        const visit = (value: unknown, pointer: string): void => {
          expect(JSON.parse(jsonSlice(written, pointer) ?? "undefined")).toEqual(JSON.parse(JSON.stringify(value)));
          if (typeof value !== "object" || value === null) return;
          for (const [name, inner] of Object.entries(value)) visit(inner, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
        };
        visit(document, "");
      }),
      { numRuns: 500 },
    );
  });
});
