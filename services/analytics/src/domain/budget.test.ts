import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { averageOf, limitFrom, suggestedLimit } from "./budget.ts";

describe("a limit", () => {
  it.each<[string, string, bigint | undefined]>([
    ["120", "EUR", 12_000n],
    ["120.50", "EUR", 12_050n],
    ["0.01", "EUR", 1n],
    ["10000000000.00", "EUR", 10n ** 12n],
    ["1000000000000", "JPY", 10n ** 12n],
    ["0", "EUR", undefined],
    ["0.00", "EUR", undefined],
    ["-1", "EUR", undefined],
    ["120.505", "EUR", undefined],
    ["120.5", "JPY", undefined],
    ["10000000000.01", "EUR", undefined],
    ["999999999999999999", "EUR", undefined],
    ["120", "ZZZ", undefined],
    ["1e3", "EUR", undefined],
    ["", "EUR", undefined],
  ])("%j %s", (text, currency, minor) => {
    expect(limitFrom(text, currency)).toBe(minor);
  });
});

describe("what is usual", () => {
  it("is the average of the months, halves up; of no months nothing", () => {
    expect(averageOf([])).toBeUndefined();
    expect(averageOf([0n, 0n])).toBe(0n);
    expect(averageOf([100n, 101n])).toBe(101n);
    expect(averageOf([100n, 100n, 101n])).toBe(100n);
  });

  it.each<[bigint | undefined, bigint | undefined]>([
    [undefined, undefined],
    [0n, undefined],
    [7n, 7n],
    [43_712n, 44_000n],
    [44_000n, 44_000n],
    [99_100n, 100_000n],
    [123_456n, 130_000n],
  ])("of %s suggests %s", (average, limit) => {
    expect(suggestedLimit(average)).toBe(limit);
  });

  it("a suggestion is one that would be taken, never below the average and at most a tenth above", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), (average) => {
        const limit = suggestedLimit(average) ?? 0n;
        expect(limit >= average && limit * 10n <= average * 11n).toBe(true);
        expect(limitFrom(`${limit}`, "JPY")).toBe(limit);
      }),
    );
  });
});
