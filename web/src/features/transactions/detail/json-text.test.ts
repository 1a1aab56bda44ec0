import { describe, expect, it } from "vitest";
import { indentJson } from "./json-text.ts";

describe("indentJson", () => {
  it("adds blanks only: every other character stays", () => {
    const text = '{ "a/b": [1.10, {"x~y":"} ,\\"]"}], "transactions":[ {"amount":"-12.50","n":1e2},{"amount":"7.00"} ], "empty":{} }';
    const bare = (json: string): string => json.replace(/("(?:\\.|[^"\\])*")|\s+/g, "$1");
    expect(bare(indentJson(text))).toBe(bare(text));
    expect(indentJson('{"a":[1.10,{}],"b":"x, y: {z}"}')).toBe('{\n  "a": [\n    1.10,\n    {}\n  ],\n  "b": "x, y: {z}"\n}');
  });

  it("leaves what is not JSON alone", () => {
    expect(indentJson("<html>{}</html>")).toBe("<html>{}</html>");
    expect(indentJson("")).toBe("");
  });
});
