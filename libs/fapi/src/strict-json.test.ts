import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StrictJsonError, parseStrictJson } from "./strict-json.ts";

function reasonFor(text: string, maxDepth?: number): string {
  try {
    parseStrictJson(text, maxDepth === undefined ? {} : { maxDepth });
    return "accepted";
  } catch (error) {
    if (error instanceof StrictJsonError) return error.reason;
    throw error;
  }
}

describe("parseStrictJson", () => {
  it.each([
    ["BR-48 duplicate member", '{"amount":"1.00","amount":"9.00"}', "duplicate-member"],
    ["BR-48 duplicate member written with an escape", '{"amount":"1","\\u0061mount":"2"}', "duplicate-member"],
    ["BR-48 duplicate member after a nested object", '{"a":{"b":1},"a":2}', "duplicate-member"],
    ["BR-48 the same name in different objects", '[{"a":1},{"a":2},{"b":{"a":3}}]', "accepted"],
    ["BR-48 a value that looks like a name", '{"a":"b","b":["a","a","a"]}', "accepted"],
    ["BR-49 __proto__", '{"__proto__":{"admin":true}}', "forbidden-member"],
    ["BR-49 escaped __proto__", '{"\\u005f_proto__":1}', "forbidden-member"],
    ["BR-49 constructor", '[{"x":{"constructor":1}}]', "forbidden-member"],
    ["BR-49 prototype", '{"prototype":1}', "forbidden-member"],
    ["BR-49 as a value is harmless", '{"a":"__proto__"}', "accepted"],
    ["BR-50 100,000 nested arrays", "[".repeat(100_000), "too-deep"],
    ["BR-50 at the budget", `${"[".repeat(32)}${"]".repeat(32)}`, "accepted"],
    ["BR-50 one above the budget", `${"[".repeat(33)}${"]".repeat(33)}`, "too-deep"],
    ["BR-51 integer beyond 2^53", '{"a":9007199254740993}', "inexact-number"],
    ["BR-01 amount as a long number", '{"a":1234567890123456.78}', "inexact-number"],
    ["fifteen digits", '{"a":123456789012.345}', "accepted"],
    ["leading zeros of a fraction do not count", '{"a":0.00000000000000012}', "accepted"],
    ["BR-52 trailing garbage", '{"a":1} x', "syntax"],
    ["BR-52 two documents", '{"a":1}{"b":2}', "syntax"],
    ["BR-52 NDJSON", '{"a":1}\n{"b":2}\n', "syntax"],
    ["BR-43 truncated", '{"a":[1,2', "syntax"],
    ["BR-43 truncated in a string", '{"a":"xyz', "syntax"],
    ["closing what was never opened", "]", "syntax"],
    ["BR-47 lone surrogate", '{"a":"\\ud800"}', "lone-surrogate"],
    ["BR-47 a pair of surrogates", '{"a":"\\ud83d\\ude00"}', "accepted"],
    ["BR-24 NUL as an escape", '{"a":"x\\u0000y"}', "nul-character"],
    ["BR-24 raw NUL", '{"a":"x\0y"}', "nul-character"],
    ["escaped quotes and backslashes", '{"a\\"":"\\\\","b":"\\\\\\""}', "accepted"],
    ["not a number", '{"a":NaN}', "syntax"],
    ["comments", '{"a":1 /* x */}', "syntax"],
    ["single quotes", "{'a':1}", "syntax"],
    ["minus alone", "[-]", "syntax"],
    ["empty text", "", "syntax"],
  ])("%s", (_title, text, expected) => {
    expect(reasonFor(text)).toBe(expected);
  });

  it("never changes what an accepted document says", () => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: "grapheme", noUnicodeString: false } as never);
    fc.assert(
      fc.property(value, fc.boolean(), (document, pretty) => {
        const text = JSON.stringify(document, undefined, pretty ? 2 : 0);
        let read: unknown;
        try {
          read = parseStrictJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(StrictJsonError);
          expect((error as StrictJsonError).reason).not.toBe("syntax");
          return;
        }
        expect(read).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds every duplicate that is planted", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 8, unit: "grapheme" })
      .filter((n) => !["__proto__", "constructor", "prototype"].includes(n) && !n.includes("\0"));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 40 }), fc.nat(), (names, pick) => {
        const twice = [...names, String(names[pick % names.length])];
        const text = `{${twice.map((n) => `${JSON.stringify(n)}:{"a":[1,{"b":2}]}`).join(",")}}`;
        expect(reasonFor(text)).toBe("duplicate-member");
        expect(reasonFor(`{${names.map((n) => `${JSON.stringify(n)}:1`).join(",")}}`)).toBe("accepted");
      }),
      { numRuns: 500 },
    );
  });

  it("answers only with its own errors, whatever the input", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', "\\", ",", ":", "1", "-", ".", "e", "a", " ", "u") }), (text) => {
        expect(() => reasonFor(text)).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });
});
