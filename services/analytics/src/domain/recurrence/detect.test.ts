import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, addMonths, dayOfMonth, weekday } from "../calendar.ts";
import { type Occurrence, detectRecurring, outlook } from "./detect.ts";

let counter = 0;
const paid = (bookingDate: string, minor: bigint, over: Partial<Occurrence> = {}): Occurrence => {
  counter += 1;
  return {
    transactionId: `t${String(counter).padStart(5, "0")}`,
    accountId: "a",
    currency: "EUR",
    amountMinor: minor,
    bookingDate,
    category: "other",
    counterpartyName: "Somebody",
    counterpartyKey: "somebody",
    reference: null,
    ...over,
  };
};
const months = (first: string, count: number, day: number): string[] => Array.from({ length: count }, (_, index) => dayOfMonth(addMonths(first, index), day));
/** Booked on working days only: the next one. */
const workingDay = (date: string): string => (weekday(date) < 5 ? date : addDays(date, 7 - weekday(date)));
const brief = (rows: readonly Occurrence[]) =>
  detectRecurring(rows).map(({ cadence, amountMinor, dueDate, transactionIds }) => ({ cadence, amountMinor, dueDate, times: transactionIds.length }));

describe("detectRecurring", () => {
  it("finds rent: every month on the 2nd, on the next working day where that is a weekend", () => {
    const rows = months("2025-06", 17, 2).map((date) => paid(workingDay(date), -95_000n, { category: "housing" }));
    expect(brief(rows)).toEqual([{ cadence: "monthly", amountMinor: -95_000n, dueDate: "2026-11-02", times: 17 }]);
    expect(detectRecurring(rows)[0]).toMatchObject({ firstDate: "2025-06-02", lastDate: "2026-10-02", previousAmountMinor: null, changedOn: null });
  });

  it("moves money that is due on a weekend: to Monday when it goes out, to Friday when it comes in", () => {
    const out = months("2026-01", 10, 15).map((date) => paid(workingDay(date), -2000n, { category: "subscriptions" }));
    expect(brief(out)[0]?.dueDate).toBe("2026-11-16");
    const into = months("2026-01", 10, 15).map((date) => paid(workingDay(date), 2000n, { category: "income" }));
    expect(brief(into)[0]?.dueDate).toBe("2026-11-13");
  });

  it("knows the end of the month, whatever its length", () => {
    expect(brief(months("2026-01", 5, 31).map((date) => paid(date, -700n)))).toEqual([
      { cadence: "monthly", amountMinor: -700n, dueDate: "2026-06-30", times: 5 },
    ]);
  });

  it("tells a changed price with the day of the change", () => {
    const rows = months("2026-01", 10, 11).map((date, index) => paid(date, index < 7 ? -1399n : -1599n, { category: "subscriptions" }));
    expect(detectRecurring(rows)[0]).toMatchObject({ amountMinor: -1599n, previousAmountMinor: -1399n, changedOn: "2026-08-11" });
  });

  it("knows a subscription by its second charge, anything else by its third", () => {
    const second = [paid("2026-09-11", -1399n, { category: "subscriptions" }), paid("2026-10-11", -1399n, { category: "subscriptions" })];
    expect(brief(second)).toHaveLength(1);
    expect(brief(second.map((row) => ({ ...row, category: "shopping" as const })))).toEqual([]);
  });

  it("finds bills whose amount follows the season, but calls no change of price", () => {
    const season = [8200n, 7100n, 6000n, 4400n, 3300n, 2500n, 2300n, 2400n, 3100n, 4500n];
    const rows = season.map((amount, index) => paid(dayOfMonth(addMonths("2026-01", index), 15), -amount, { category: "housing" }));
    expect(detectRecurring(rows)[0]).toMatchObject({ cadence: "monthly", amountMinor: -4500n, previousAmountMinor: null });
  });

  it.each([
    ["weekly", ["2026-09-04", "2026-09-11", "2026-09-18", "2026-09-25", "2026-10-02"], "2026-10-09"],
    ["quarterly", ["2025-12-10", "2026-03-10", "2026-06-10", "2026-09-10"], "2026-12-10"],
    ["yearly", ["2023-05-20", "2024-05-20", "2025-05-20", "2026-05-20"], "2027-05-20"],
  ])("finds what comes %s", (cadence, dates, dueDate) => {
    expect(brief(dates.map((date) => paid(date, -4900n)))).toEqual([{ cadence, amountMinor: -4900n, dueDate, times: dates.length }]);
  });

  it("keeps a series that missed a month or was late once", () => {
    const rows = months("2025-10", 13, 5)
      .filter((_, index) => index !== 4)
      .map((date, index) => paid(index === 7 ? addDays(date, 3) : date, -2500n));
    expect(brief(rows)).toEqual([{ cadence: "monthly", amountMinor: -2500n, dueDate: "2026-11-05", times: 12 }]);
  });

  it("tells two contracts with one company apart, by reference or by amount", () => {
    const phone = months("2026-01", 10, 18).map((date) => paid(date, -2490n, { category: "subscriptions", reference: "123" }));
    const fibre = months("2026-01", 10, 19).map((date) => paid(date, -3990n, { category: "subscriptions", reference: "456" }));
    expect(brief([...phone, ...fibre]).map(({ amountMinor }) => amountMinor)).toEqual([-2490n, -3990n]);
    expect(brief([...phone, ...fibre].map((row) => ({ ...row, reference: null }))).map(({ amountMinor }) => amountMinor)).toEqual([-2490n, -3990n]);
  });

  it("finds pay that comes on the 15th and the 30th", () => {
    const pay = [15, 30].flatMap((day) =>
      months("2026-01", 10, day).map((date, index) => paid(date, 194_640n + BigInt(index * 731 * (day - 14)), { category: "income" })),
    );
    expect(brief(pay).map(({ dueDate }) => dueDate)).toEqual(["2026-11-15", "2026-11-30"]);
  });

  it("does not take shopping for a series, however often", () => {
    const rows = Array.from({ length: 120 }, (_, index) =>
      paid(addDays("2026-01-01", index * 2 + (index % 3)), BigInt(-700 - ((index * 7919) % 5000)), { category: "groceries" }),
    );
    expect(brief(rows)).toEqual([]);
  });

  it("leaves transfers between own accounts out, and never mixes accounts, currencies or directions", () => {
    expect(brief(months("2026-01", 10, 5).map((date) => paid(date, -500n, { category: "transfers" })))).toEqual([]);
    const mixed = months("2026-01", 9, 5).map((date, index) =>
      paid(date, -500n, { accountId: ["a", "b", "c"][index % 3] ?? "a", currency: ["EUR", "SEK"][index % 2] ?? "EUR" }),
    );
    for (const series of detectRecurring(mixed))
      expect(
        mixed
          .filter((row) => series.transactionIds.includes(row.transactionId))
          .every((row) => row.accountId === series.accountId && row.currency === series.currency),
      ).toBe(true);
  });

  const anyRow = fc.record({
    day: fc.integer({ min: 0, max: 500 }),
    minor: fc.constantFrom(-1000n, -1000n, -1100n, 2500n),
    key: fc.constantFrom("x", "y"),
    category: fc.constantFrom("subscriptions" as const, "housing" as const, "other" as const),
  });
  it("does not depend on the order of the entries; every series is of entries that are there, each in one series at the most", () => {
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 27 }), { minLength: 3, maxLength: 20 }),
        fc.infiniteStream(fc.nat()),
        (noise, jitter, order) => {
          const steady = jitter.map((days, index) =>
            paid(dayOfMonth(addMonths("2025-01", index), 1 + (days % 4)), -990n, { counterpartyKey: "x", transactionId: `s${String(index).padStart(3, "0")}` }),
          );
          const rows = [
            ...steady,
            ...noise.map(({ day, minor, key, category }, index) =>
              paid(addDays("2025-01-01", day), minor, { counterpartyKey: key, category, transactionId: `n${String(index).padStart(3, "0")}` }),
            ),
          ];
          const shuffled = rows
            .map((row) => ({ row, key: order.next().value ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ row }) => row);
          const bySeries = (list: ReturnType<typeof detectRecurring>) => list.toSorted((a, b) => (a.key < b.key ? -1 : 1));
          const series = bySeries(detectRecurring(rows));
          expect(bySeries(detectRecurring(shuffled))).toEqual(series);
          const ids = series.flatMap((each) => each.transactionIds);
          expect(new Set(ids).size).toBe(ids.length);
          for (const each of series) {
            expect(each.firstDate < each.lastDate && each.lastDate < each.dueDate).toBe(true);
            expect(each.regularity).toBeGreaterThanOrEqual(0);
            expect(each.regularity).toBeLessThanOrEqual(100);
          }
          expect(new Set(series.map((each) => each.key)).size).toBe(series.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("outlook", () => {
  const monthly = { cadence: "monthly", dueDate: "2026-11-02" } as const;
  it.each([
    ["2026-10-20", { status: "active", nextDate: "2026-11-02" }],
    ["2026-11-02", { status: "active", nextDate: "2026-11-02" }],
    ["2026-11-14", { status: "active", nextDate: "2026-11-02" }],
    ["2026-11-15", { status: "ended", nextDate: null }],
  ])("as seen on %s", (today, expected) => {
    expect(outlook(monthly, today)).toEqual(expected);
  });
});
