import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundsOf, readPlace, unusualCurrencies, writePlace } from "./listing.ts";

describe("places in the list", () => {
  it("come back as they were written (property)", () => {
    const place = fc.record({
      pending: fc.boolean(),
      bookingDate: fc.nat({ max: 50_000 }).map((days) => Temporal.PlainDate.from("1950-01-01").add({ days }).toString()),
      transactionId: fc.uuid(),
    });
    fc.assert(
      fc.property(place, (each) => {
        expect(readPlace(writePlace(each))).toEqual(each);
      }),
    );
  });

  it("US-34: every other text is none (property)", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readPlace(text)).toBeUndefined();
      }),
    );
  });
});

describe("bounds of an amount", () => {
  const at = (text: string, side: "least" | "most", exponent: number) => boundsOf(text, side).find((bound) => bound.exponent === exponent)?.minor;

  it("BR-09: are exact for currencies of 0, 2, 3 and 4 decimals", () => {
    expect([0, 2, 3, 4].map((exponent) => at("12.5", "most", exponent))).toEqual([12n, 1250n, 12500n, 125000n]);
    expect([0, 2, 3, 4].map((exponent) => at("12.5", "least", exponent))).toEqual([13n, 1250n, 12500n, 125000n]);
    expect(at("12.5001", "least", 3)).toBe(12501n);
    expect(at("12.5001", "most", 3)).toBe(12500n);
    expect(at("999999999999.9999", "most", 4)).toBe(9999999999999999n);
  });

  it("name the currencies that differ from the usual two decimals", () => {
    expect(unusualCurrencies.get(0)).toContain("JPY");
    expect(unusualCurrencies.get(3)).toContain("KWD");
    expect([...unusualCurrencies.values()].flat()).not.toContain("EUR");
  });
});
