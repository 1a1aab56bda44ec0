import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DayBalance, evolve, noBalances } from "./evolve.ts";

const told = (hour: number, minor: bigint, over: Partial<DayBalance> = {}): DayBalance => ({
  accountId: "a",
  currency: "EUR",
  balanceType: "interimBooked",
  day: "2026-11-20",
  asOf: Temporal.Instant.from(`2026-11-20T${String(hour).padStart(2, "0")}:00:00Z`),
  toldAt: Temporal.Instant.from("2026-11-20T20:00:00Z"),
  amountMinor: minor,
  ...over,
});
const after = (...facts: DayBalance[]) => [...facts.reduce(evolve, noBalances).values()].map((balance) => balance.amountMinor);

describe("balances: given statements of the bank, then those of each day", () => {
  it.each<[string, DayBalance[], bigint[]]>([
    ["the later of a day stays", [told(8, 1n), told(15, 2n)], [2n]],
    ["also when it is heard first", [told(15, 2n), told(8, 1n)], [2n]],
    ["of two about the same moment the one told later", [told(8, 1n, { toldAt: Temporal.Instant.from("2026-11-21T00:00:00Z") }), told(8, 2n)], [1n]],
    [
      "days, kinds, accounts and currencies stand beside each other",
      [
        told(8, 1n),
        told(8, 2n, { day: "2026-11-21" }),
        told(8, 3n, { balanceType: "expected" }),
        told(8, 4n, { accountId: "b" }),
        told(8, 5n, { currency: "SEK" }),
      ],
      [1n, 2n, 3n, 4n, 5n],
    ],
  ])("%s", (_, facts, amounts) => {
    expect(after(...facts)).toEqual(amounts);
  });

  it("every order, with doubles, ends the same", () => {
    const any = fc.record({ hour: fc.integer({ min: 0, max: 3 }), minor: fc.bigInt({ min: -3n, max: 3n }), day: fc.constantFrom("2026-11-20", "2026-11-21") });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (given, order) => {
        const facts = given.map(({ hour, minor, day }) => told(hour, minor, { day }));
        const shuffled = [...facts, ...facts]
          .map((fact) => ({ fact, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ fact }) => fact);
        expect(new Set(after(...shuffled))).toEqual(new Set(after(...facts)));
      }),
      { numRuns: 500 },
    );
  });
});
