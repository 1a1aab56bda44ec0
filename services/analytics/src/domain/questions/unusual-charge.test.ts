import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aCharge, earlier } from "../../testing/charges.ts";
import type { Charge } from "./charge.ts";
import { usualBefore } from "./unusual-charge.ts";

const usual = (charge: Charge, counterparty: readonly Charge[], category: readonly Charge[] = counterparty) =>
  usualBefore(charge, { counterparty, category })?.minor;
/** Six weeks of shopping at one shop: 32.00 in the middle, 4.00 from it in the middle. */
const weeks = [3000n, 3600n, 2800n, 3200n, 3400n, 2500n];

describe("a charge far above what the person usually pays this counterparty", () => {
  it("is told with what is usual", () => {
    expect(usualBefore(aCharge({ amountMinor: -48_000n }), { counterparty: earlier(weeks), category: [] })).toEqual({ minor: 3200n, of: "counterparty" });
  });

  it("is a bill that repeats, too, unless its new price is told already", () => {
    const bills = earlier(weeks, { repeats: true });
    expect(usual(aCharge({ amountMinor: -48_000n, repeats: true }), bills)).toBe(3200n);
    expect(usual(aCharge({ amountMinor: -48_000n, repeats: true, priceChanged: true }), bills)).toBeUndefined();
  });

  it("one outlier of before moves neither the middle nor the spread", () => {
    expect(usual(aCharge({ amountMinor: -90_000n }), earlier([...weeks, 40_000n]))).toBe(3200n);
  });

  it.each<[string, Charge, readonly Charge[]]>([
    ["where it is as high as once before", aCharge({ amountMinor: -48_000n }), earlier([...weeks, 40_000n])],
    ["below three times the usual", aCharge({ amountMinor: -9_599n }), earlier(weeks)],
    ["less than fifty above", aCharge({ amountMinor: -5_100n }), earlier([200n, 200n, 200n, 200n, 200n, 200n])],
    ["where amounts are ever different", aCharge({ amountMinor: -48_000n }), earlier([1000n, 9000n, 30_000n, 5000n, 20_000n, 2000n])],
    ["with five purchases before", aCharge({ amountMinor: -48_000n }), earlier(weeks.slice(1))],
    ["where purchases are of more than a year ago", aCharge({ amountMinor: -48_000n }), earlier(weeks, {}, "2025-11-17")],
    ["where money came back", aCharge({ amountMinor: 48_000n }), earlier(weeks)],
    ["between own accounts", aCharge({ amountMinor: -48_000n, category: "transfers" }), earlier(weeks, { category: "transfers" })],
  ])("is no surprise %s", (_, charge, before) => {
    expect(usual(charge, before)).toBeUndefined();
  });
});

describe("a charge of somebody hardly known", () => {
  const elsewhere = earlier([...weeks, ...weeks, ...weeks, ...weeks], { counterpartyKey: "another" });

  it("is told where it is far above anything in its category", () => {
    expect(usualBefore(aCharge({ amountMinor: -112_000n }), { counterparty: [], category: elsewhere })).toEqual({ minor: 3200n, of: "category" });
  });

  it.each<[string, bigint, readonly Charge[], readonly Charge[]]>([
    ["below ten times the usual there", 31_000n, [], elsewhere],
    ["where as much was paid for something like it before", 112_000n, [], [...elsewhere, ...earlier([80_000n], { counterpartyKey: "third" })]],
    ["where as much was paid to them before", 112_000n, earlier([60_000n]), elsewhere],
    ["where little is known of the category", 112_000n, [], elsewhere.slice(0, 19)],
  ])("is no surprise %s", (_, cents, counterparty, category) => {
    expect(usual(aCharge({ amountMinor: -cents }), counterparty, category)).toBeUndefined();
  });
});

describe("whatever was paid before", () => {
  const sizes = fc.array(fc.integer({ min: 100, max: 60_000 }).map(BigInt), { minLength: 6, maxLength: 40 });

  it("what is asked about at one amount is asked about at every higher one, with the same usual", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 100, max: 500_000 }), fc.nat(500_000), (before, cents, more) => {
        const entries = earlier(before);
        const answer = usual(aCharge({ amountMinor: BigInt(-cents) }), entries);
        if (answer !== undefined) expect(usual(aCharge({ amountMinor: BigInt(-cents - more) }), entries)).toBe(answer);
      }),
    );
  });

  it("nothing booked on its day or later changes the answer", () => {
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 100, max: 500_000 }), (before, after, cents) => {
        const [charge, entries] = [aCharge({ amountMinor: BigInt(-cents) }), earlier(before)];
        const later = after.map((each, index) => aCharge({ amountMinor: -each, bookingDate: `2026-11-${18 + (index % 12)}` }));
        expect(usual(charge, [...entries, ...later])).toBe(usual(charge, entries));
      }),
    );
  });

  it("a charge within what was paid before is no surprise", () => {
    fc.assert(
      fc.property(sizes, fc.nat(39), (before, index) => {
        expect(usual(aCharge({ amountMinor: -(before[index % before.length] ?? 1n) }), earlier(before))).toBeUndefined();
      }),
    );
  });
});
