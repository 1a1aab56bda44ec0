import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundMinor, parseAmount, searchedAmounts, toDecimalText } from "./index.ts";

describe("an amount that is searched for", () => {
  it.each([
    ["4", "4", "5"],
    ["4,", "4", "5"],
    ["4,5", "4.5", "4.6"],
    ["4.50", "4.50", "4.51"],
    ["9,99", "9.99", "10.00"],
    ["0,09", "0.09", "0.10"],
    ["\u22124,50 €", "4.50", "4.51"],
    ["-12", "12", "13"],
    ["1 234,50", "1234.50", "1234.51"],
    ["1\u00a0234\u202f567", "1234567", "1234568"],
  ])("%j is from %s on, below %s", (text, least, below) => {
    expect(searchedAmounts(text)).toEqual({ least, below });
  });

  it.each(["", "palkka", "€", "-", ".5", "4.5.6", "1,234.50", "4 kpl", "0x10", "1e5", "1234567890123", "2026-11-29"])("%j is none", (text) => {
    expect(searchedAmounts(text)).toBeUndefined();
  });

  it("finds every amount by all of its digits and by each beginning of them (property)", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 99_999_999_999n }), fc.constantFrom("EUR", "JPY", "KWD"), fc.nat(), (minor, currency, cut) => {
        const text = toDecimalText({ minor, currency });
        const point = text.indexOf(".");
        const least = point === -1 ? text.length : point;
        const range = searchedAmounts(text.slice(0, least + (cut % (text.length - least + 1))));
        const exponent = point === -1 ? 0 : text.length - point - 1;
        expect(parseAmount(text, currency).minor).toBe(minor);
        expect(range).toBeDefined();
        expect(minor >= boundMinor(range?.least ?? "", exponent, "least")).toBe(true);
        expect(minor < boundMinor(range?.below ?? "", exponent, "least")).toBe(true);
      }),
    );
  });
});

it.each([
  ["12.345", 2, "least", 1235n],
  ["12.345", 2, "most", 1234n],
  ["12.340", 2, "least", 1234n],
  ["12", 2, "least", 1200n],
  ["0.5", 0, "least", 1n],
  ["0.5", 0, "most", 0n],
  ["1.2345", 4, "most", 12_345n],
  ["999999999999.99", 2, "most", 99_999_999_999_999n],
] as const)("the bound %s with %i decimals (%s) is %s", (text, exponent, side, minor) => {
  expect(boundMinor(text, exponent, side)).toBe(minor);
});
