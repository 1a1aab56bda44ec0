import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aCharge } from "../../testing/charges.ts";
import { addDays } from "../calendar.ts";
import type { Charge } from "./charge.ts";
import { doubleCharges } from "./double-charge.ts";

const since = "2026-11-08";
const found = (...entries: Charge[]) => doubleCharges(entries, since).map((run) => run.map(({ transactionId }) => transactionId));
const pair = (over: Partial<Charge> = {}, second: Partial<Charge> = {}) => [aCharge(over), aCharge({ ...over, ...second })] as const;
/** 18 November 2026 is a Wednesday. */
const [wednesday, thursday, friday, monday, tuesday] = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24"];

describe("two equal charges of one counterparty look like one taken twice", () => {
  it.each([
    ["on one day", wednesday, wednesday],
    ["on the next day", wednesday, thursday],
    ["on a Friday and the Monday after, where a bank rests between", friday, monday],
    ["a day apart on a weekend", "2026-11-21", monday],
  ])("%s", (_, first, second) => {
    const [one, other] = pair({ bookingDate: first }, { bookingDate: second });
    expect(found(other, one)).toEqual([[one.transactionId, other.transactionId]]);
  });

  it("whichever accounts they were taken from", () => {
    const [one, other] = pair({}, { accountId: "card" });
    expect(found(one, other)).toEqual([[one.transactionId, other.transactionId]]);
  });

  it("and so do three, in one question", () => {
    const [one, other] = pair();
    const third = aCharge({ bookingDate: thursday });
    expect(found(one, other, third)).toEqual([[one.transactionId, other.transactionId, third.transactionId]]);
  });

  it("also where the time before that money came back", () => {
    const before = pair({ bookingDate: "2026-05-06", amountMinor: -3900n });
    const back = aCharge({ bookingDate: "2026-05-11", amountMinor: 3900n });
    const now = pair();
    expect(found(...before, back, ...now)).toEqual([now.map(({ transactionId }) => transactionId)]);
    expect(found(...before, ...now)).toEqual([]);
  });
});

describe("nobody is asked", () => {
  it.each<[string, readonly Charge[]]>([
    ["about two days with one between", pair({ bookingDate: wednesday }, { bookingDate: friday })],
    ["about a Thursday and a Monday", pair({ bookingDate: thursday }, { bookingDate: monday })],
    ["about a Friday and a Tuesday", pair({ bookingDate: friday }, { bookingDate: tuesday })],
    ["about another amount", pair({}, { amountMinor: -4501n })],
    ["about small amounts", pair({ amountMinor: -999n })],
    ["about money that came in", pair({ amountMinor: 4500n })],
    ["about transfers between own accounts", pair({ category: "transfers" })],
    ["about what repeats", pair({ repeats: true })],
    ["about a single charge beside one that repeats", pair({}, { repeats: true })],
    ["where nothing tells who it was", pair({ counterpartyKey: "" })],
    ["about what is long ago", pair({ bookingDate: "2026-11-06" })],
    ["where one was given back", [...pair(), aCharge({ amountMinor: 4500n, bookingDate: friday })]],
    ["about tickets for four", [...pair(), ...pair()]],
    ["where the person buys twice now and then", [...pair({ bookingDate: "2026-05-06", amountMinor: -1200n }), ...pair()]],
    ["about what always costs that much", [aCharge({ bookingDate: "2026-09-01" }), aCharge({ bookingDate: "2026-10-05" }), ...pair()]],
  ])("%s", (_, entries) => {
    expect(found(...entries)).toEqual([]);
  });
});

describe("whatever a person bought", () => {
  const charge = fc
    .record({ days: fc.nat(40), cents: fc.constantFrom(900n, 1500n, 2500n, -1500n), repeats: fc.boolean() })
    .map(({ days, cents, repeats }) => aCharge({ bookingDate: addDays("2026-10-20", days), amountMinor: -cents, repeats }));
  const entries = fc.array(charge, { maxLength: 12 });

  it("the order in which entries are told does not matter", () => {
    fc.assert(
      fc.property(
        entries.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(found(...shuffled)).toEqual(found(...all));
        },
      ),
    );
  });

  it("a charge is in one question at most, with equals only, and money given back is in none", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const runs = doubleCharges(all, since);
        const asked = runs.flat();
        expect(new Set(asked).size).toBe(asked.length);
        for (const run of runs) {
          expect(new Set(run.map(({ amountMinor }) => amountMinor)).size).toBe(1);
          expect(run.every(({ repeats, amountMinor }) => !repeats && amountMinor <= -1000n)).toBe(true);
          expect(all.some(({ amountMinor, bookingDate }) => amountMinor === -run[0].amountMinor && bookingDate >= run[0].bookingDate)).toBe(false);
        }
      }),
    );
  });

  it("one more pair there takes the question about the next away, so nobody is asked twice in a row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 90_000 }), fc.integer({ min: 5, max: 300 }), (cents, days) => {
        const later = pair({ amountMinor: BigInt(-cents) });
        const before = pair({ amountMinor: BigInt(-cents - 1), bookingDate: addDays(wednesday, -days) });
        expect(found(...later)).toHaveLength(1);
        expect(found(...before, ...later).flat()).not.toContain(later[0].transactionId);
      }),
    );
  });
});
