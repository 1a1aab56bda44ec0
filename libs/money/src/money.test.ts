import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AmountError,
  add,
  amountOf,
  amountParts,
  compare,
  currencies,
  currencyExponent,
  currencyLastDay,
  equals,
  formatAmount,
  fromWire,
  isCurrency,
  isNegative,
  isZero,
  maxMinor,
  negate,
  parseAmount,
  subtract,
  sum,
  toDecimalText,
  toWire,
  zero,
} from "./index.ts";

const minors = fc.bigInt({ min: -maxMinor, max: maxMinor });
const anyCurrency = fc.constantFrom(...currencies);
const anyAmount = fc.record({ minor: minors, currency: anyCurrency });
const euros = minors.map((minor) => amountOf(minor, "EUR"));

/** The reason a parse was refused, undefined when it was not. */
function refusal(text: unknown, currency: unknown): string | undefined {
  try {
    parseAmount(text as string, currency as string);
    return undefined;
  } catch (error) {
    return error instanceof AmountError ? error.reason : `not an AmountError: ${String(error)}`;
  }
}

describe("parseAmount", () => {
  it.each([
    ["12.50", "EUR", 1250n],
    ["-12.5", "EUR", -1250n],
    ["12", "EUR", 1200n],
    ["0", "JPY", 0n],
    ["1050", "JPY", 1050n],
    ["1.234", "KWD", 1234n],
    ["1.2345", "CLF", 12345n],
    ["92233720368547758.07", "EUR", maxMinor],
    ["-92233720368547758.07", "EUR", -maxMinor],
  ])("reads %s %s exactly", (text, currency, minor) => {
    expect(parseAmount(text, currency)).toEqual({ minor, currency });
  });

  it.each(["12,50", "1,234.50", "1'234.50", "1 234.50", "1\u00a0234.50"])("BR-02 refuses %j", (text) => {
    expect(refusal(text, "EUR")).toBe("grammar");
  });

  it.each(["1e3", "0x10", "+5", " 12 ", "", "-", ".5", "1.2.3", "--1", "1_000", "12n", "12\n"])("BR-03 refuses %j", (text) => {
    expect(refusal(text, "EUR")).toBe("grammar");
  });

  it.each(["\uff11\uff12", "\u0661\u0662", "12\u00a0"])("BR-04 refuses digits of other scripts and hidden blanks: %j", (text) => {
    expect(refusal(text, "EUR")).toBe("grammar");
  });

  it("BR-05 reads minus zero as zero and refuses leading zeros and a bare point", () => {
    expect(parseAmount("-0.00", "EUR")).toEqual({ minor: 0n, currency: "EUR" });
    expect(Object.is(parseAmount("-0", "EUR").minor, 0n)).toBe(true);
    expect(refusal("00012.50", "EUR")).toBe("grammar");
    expect(refusal("12.", "EUR")).toBe("grammar");
  });

  it.each([NaN, Infinity, null, true, {}, ["1"], 12.5, 12n, undefined])("BR-01 BR-06 refuses %s, which is not text", (value) => {
    expect(refusal(value, "EUR")).toBe("grammar");
  });

  it("BR-07 refuses what does not fit 64 bits, never wraps", () => {
    expect(refusal("9".repeat(40), "EUR")).toBe("range");
    expect(refusal("92233720368547758.08", "EUR")).toBe("range");
    expect(refusal("9".repeat(65), "EUR")).toBe("grammar");
  });

  it("BR-08 accepts excess decimals only when they are zeros", () => {
    expect(refusal("1.005", "EUR")).toBe("precision");
    expect(refusal("10.50", "JPY")).toBe("precision");
    expect(parseAmount("1.0000", "EUR").minor).toBe(100n);
    expect(parseAmount("10.00", "JPY").minor).toBe(10n);
  });

  it.each(["eur", "XXX", "XTS", "XAU", "€", "EURO", "", "constructor", "__proto__", null])("BR-10 refuses %s as currency", (currency) => {
    expect(refusal("1.00", currency)).toBe("currency");
  });

  it("refuses every text outside the grammar", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text));
        expect(refusal(text, "EUR")).toBe("grammar");
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("currencies", () => {
  it("BR-09 knows currencies with 0, 2, 3 and 4 decimals", () => {
    expect(["JPY", "EUR", "KWD", "CLF"].map(currencyExponent)).toEqual([0, 2, 3, 4]);
    expect(() => currencyExponent("ZZZ")).toThrow(RangeError);
  });

  it("BR-10 accepts a retired code up to its last day", () => {
    expect(isCurrency("HRK")).toBe(true);
    expect(isCurrency("HRK", "2022-12-31")).toBe(true);
    expect(isCurrency("HRK", "2023-01-01")).toBe(false);
    expect(currencyLastDay("HRK")).toBe("2022-12-31");
    expect(currencyLastDay("EUR")).toBeUndefined();
  });

  it("lists each code once", () => {
    expect(new Set(currencies).size).toBe(currencies.length);
  });
});

describe("laws of amounts", () => {
  it("BR-09 wire form: there and back is the identity, for every currency", () => {
    fc.assert(
      fc.property(anyAmount, (amount) => {
        const wire = toWire(amount);
        expect(fromWire(wire)).toEqual(amount);
        expect(wire.amount.split(".")[1]?.length ?? 0).toBe(currencyExponent(amount.currency));
      }),
      { numRuns: 10_000 },
    );
  });

  it("addition is commutative and associative, zero is neutral, subtraction undoes it", () => {
    fc.assert(
      fc.property(euros, euros, euros, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)));
        expect(add(a, zero("EUR"))).toEqual(a);
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(isZero(add(a, negate(a)))).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it("a sum does not depend on order or on how it is split", () => {
    fc.assert(
      fc.property(fc.array(euros), fc.nat(), (amounts, at) => {
        const cut = amounts.length === 0 ? 0 : at % amounts.length;
        const halves = add(sum(amounts.slice(0, cut), "EUR"), sum(amounts.slice(cut), "EUR"));
        expect(sum(amounts.toReversed(), "EUR")).toEqual(halves);
      }),
      { numRuns: 10_000 },
    );
  });

  it("compare orders like the minor units and agrees with equals and isNegative", () => {
    fc.assert(
      fc.property(euros, euros, (a, b) => {
        expect(compare(a, b)).toBe(a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0);
        expect(compare(a, b) + compare(b, a)).toBe(0);
        expect(equals(a, b)).toBe(compare(a, b) === 0);
        expect(isNegative(a)).toBe(compare(a, zero("EUR")) === -1);
      }),
      { numRuns: 10_000 },
    );
  });

  it("BR-11 refuses to mix currencies", () => {
    const mixed = [amountOf(1n, "EUR"), amountOf(1n, "SEK")] as const;
    for (const operation of [add, subtract, compare]) expect(() => operation(...mixed)).toThrow(AmountError);
    expect(() => sum(mixed, "EUR")).toThrow(AmountError);
    expect(equals(...mixed)).toBe(false);
    expect(() => amountOf(1n, "ZZZ")).toThrow(AmountError);
  });
});

describe("formatAmount", () => {
  const salary = amountOf(123_456_789n, "EUR");

  it("follows the locale", () => {
    expect(formatAmount(salary, "en-GB")).toBe("€1,234,567.89");
    expect(formatAmount(salary, "fi-FI")).toBe("1\u00a0234\u00a0567,89\u00a0€");
    expect(formatAmount(amountOf(1050n, "JPY"), "en-GB")).toBe("JP¥1,050");
    expect(formatAmount(amountOf(1_234n, "KWD"), "en-GB")).toBe("KWD\u00a01.234");
  });

  it("writes minus as U+2212 and plus only when asked", () => {
    const out = amountOf(-1250n, "EUR");
    expect(formatAmount(out, "en-GB")).toBe("\u2212€12.50");
    expect(formatAmount(out, "sv-SE")).toBe("\u221212,50\u00a0€");
    expect(formatAmount(out, "en-GB", { sign: "never" })).toBe("€12.50");
    expect(formatAmount(negate(out), "en-GB", { sign: "always" })).toBe("+€12.50");
    expect(formatAmount(zero("EUR"), "en-GB", { sign: "always" })).toBe("€0.00");
  });

  it("gives the pieces for lighter cents", () => {
    expect(amountParts(amountOf(-123_450n, "EUR"), "fi-FI")).toEqual({
      sign: "\u2212",
      integer: "1\u00a0234",
      decimal: ",",
      fraction: "50",
      currency: "€",
      symbolPosition: "after",
      space: "\u00a0",
    });
  });

  it("loses no digit of any amount", () => {
    fc.assert(
      fc.property(anyAmount, (amount) => {
        const { integer, fraction } = amountParts(amount, "en-GB");
        const digits = integer.replaceAll(",", "") + (fraction === "" ? "" : `.${fraction}`);
        expect(digits).toBe(toDecimalText({ ...amount, minor: amount.minor < 0n ? -amount.minor : amount.minor }));
      }),
      { numRuns: 2_000 },
    );
  });
});
