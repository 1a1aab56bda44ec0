import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { refuseBrokenText } from "./broken-text.ts";

const schema = z.unknown().superRefine(refuseBrokenText);
const paths = (body: unknown) => schema.safeParse(body).error?.issues.map(({ path }) => path.join("."));

describe("half of a character in a body", () => {
  it.each([
    ["itself", "\udfff", ""],
    ["in a field", { a: 1, note: "x\ud800" }, "note"],
    ["in a list further down", { notes: [{ text: "a" }, { text: "b\udc00c" }] }, "notes.1.text"],
    ["in the name of a field", { inner: { "\ud800": 1 } }, "inner"],
    ["the halves the wrong way round", ["\ude00\ud83d"], "0"],
    ["the first of two", { a: { b: "\ud800" }, c: "\ud800" }, "a.b"],
  ])("is found: %s", (_, body, path) => {
    expect(paths(body)).toEqual([path]);
  });

  it("is found however deep it lies", () => {
    expect(paths(JSON.parse(`${"[".repeat(100_000)}"\\ud800"${"]".repeat(100_000)}`))?.[0]).toHaveLength(199_999);
  });

  it("is not found where every text is whole", () => {
    fc.assert(fc.property(fc.jsonValue({ stringUnit: "binary" }), (body) => paths(body) === undefined));
    expect(paths({ "\ud83d\ude00": ["\ud83d\ude00", null, 1, true] })).toBeUndefined();
  });
});
