import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Split, linesOf, mistakeIn } from "./split.ts";

describe("the parts of an entry", () => {
  it.each<[string, bigint[], bigint, ReturnType<typeof mistakeIn>]>([
    ["two that are the whole", [-3000n, -2000n], -5000n, undefined],
    ["of an income", [1n, 1n], 2n, undefined],
    ["a cent is left", [-3000n, -1999n], -5000n, { kind: "sum", leftMinor: -1n }],
    ["a cent too much", [-3000n, -2001n], -5000n, { kind: "sum", leftMinor: 1n }],
    ["one is nothing", [-5000n, 0n], -5000n, { kind: "part", position: 2 }],
    ["one goes the other way, though the sum is right", [-6000n, 1000n], -5000n, { kind: "part", position: 2 }],
    ["of an entry that is nothing", [1n, -1n], 0n, { kind: "part", position: 1 }],
    ["beyond what a float could tell apart", [-9_007_199_254_740_992n, -1n], -9_007_199_254_740_994n, { kind: "sum", leftMinor: -1n }],
  ])("%s", (_, parts, whole, mistake) => {
    expect(mistakeIn(parts, whole)).toEqual(mistake);
  });

  const cents = fc.bigInt({ min: 1n, max: 10n ** 15n });
  it("any amounts of one sign are the parts of their sum, and of nothing else", () => {
    fc.assert(
      fc.property(fc.array(cents, { minLength: 2, maxLength: 20 }), fc.boolean(), fc.bigInt({ min: -1000n, max: 1000n }), (sizes, out, off) => {
        const parts = sizes.map((size) => (out ? -size : size));
        const sum = parts.reduce((total, part) => total + part, 0n);
        expect(mistakeIn(parts, sum)).toBeUndefined();
        if (off !== 0n) expect(mistakeIn(parts, sum + off)).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it("whatever was split and whatever the bank says since, what counts is the entry to the cent", () => {
    const part = fc.record({
      category: fc.constantFrom("groceries" as const, "transfers" as const),
      amountMinor: cents.map((size) => -size),
      note: fc.constant(null),
    });
    const since = { off: fc.constantFrom(0n, 0n, 1n, -1n), currency: fc.constantFrom("EUR", "EUR", "SEK"), pending: fc.boolean() };
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 20 }), fc.record(since), (parts, { off, currency, pending }) => {
        const wholeMinor = parts.reduce((total, { amountMinor }) => total + amountMinor, 0n);
        const split: Split = { wholeMinor, currency: "EUR", parts };
        const entry = { pending, amountMinor: wholeMinor + off, currency, category: "family" as const, split };
        const lines = linesOf(entry);
        expect(lines.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(entry.amountMinor);
        const stands = off === 0n && currency === "EUR" && !pending;
        expect(lines.map(({ category }) => category)).toEqual(stands ? [...new Set(parts.map(({ category }) => category))] : ["family"]);
      }),
      { numRuns: 2000 },
    );
  });
});
