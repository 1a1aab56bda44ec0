import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, addMonths, dateOf, dayNumber, dayOfMonth } from "../calendar.ts";
import { detectRecurring, outlook } from "./detect.ts";
import { expectedPayments, rhythmOf } from "./rhythm.ts";
import { type Cadence, shiftFromWeekend } from "./schedule.ts";

const paid = (dates: readonly string[], amountMinor = -1399n) => dates.map((date) => ({ day: dayNumber(date), amountMinor }));
const months = (first: string, count: number, day: number): string[] => Array.from({ length: count }, (_, index) => dayOfMonth(addMonths(first, index), day));
const expected = (cadence: Cadence, dates: readonly string[], today: string, until: string, { since = "2020-01-01", minor = -1399n } = {}) =>
  expectedPayments(rhythmOf(cadence, paid(dates, minor)), { today: dayNumber(today), until: dayNumber(until), since: dayNumber(since) }).map(({ day }) =>
    dateOf(day),
  );

describe("what a series lets expect", () => {
  it.each<[string, Cadence, string[], string, string, string[]]>([
    ["every month", "monthly", months("2026-01", 10, 11), "2026-10-20", "2027-01-31", ["2026-11-11", "2026-12-11", "2027-01-11"]],
    ["at the end of the month", "monthly", months("2026-01", 10, 31), "2026-11-01", "2027-02-28", ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"]],
    ["every week", "weekly", ["2026-11-02", "2026-11-09", "2026-11-16"], "2026-11-18", "2026-12-01", ["2026-11-23", "2026-11-30"]],
    ["every quarter", "quarterly", ["2026-02-10", "2026-05-10", "2026-08-10"], "2026-10-01", "2027-02-28", ["2026-11-10", "2027-02-10"]],
    ["overdue: tomorrow", "monthly", months("2026-01", 10, 11), "2026-11-15", "2026-12-31", ["2026-11-16", "2026-12-11"]],
    ["ended: nothing", "monthly", months("2026-01", 10, 11), "2026-11-24", "2026-12-31", []],
    ["not begun yet: nothing", "monthly", months("2026-06", 5, 11), "2026-04-20", "2026-07-31", []],
    ["due only behind the end: nothing", "monthly", months("2026-01", 10, 11), "2026-10-20", "2026-11-10", []],
  ])("%s", (_, cadence, dates, today, until, days) => {
    expect(expected(cadence, dates, today, until)).toEqual(days);
  });

  it("is taken to have run before what is known where its first payment lies within one step of that", () => {
    const dates = months("2026-06", 5, 11);
    expect(expected("monthly", dates, "2026-06-01", "2026-08-31", { since: "2026-05-20" })).toEqual(["2026-06-11", "2026-07-11", "2026-08-11"]);
    expect(expected("monthly", dates, "2026-05-01", "2026-08-31", { since: "2026-04-20" })).toEqual([]);
  });

  it("keeps to its own day after a weekend moved it", () => {
    // The 15th of August is a Saturday, that of November a Sunday.
    const dates = months("2026-01", 8, 15);
    const moved = (direction: "in" | "out") => dates.map((date) => dateOf(shiftFromWeekend(dayNumber(date), direction)));
    expect(expected("monthly", moved("out"), "2026-08-20", "2026-11-30")).toEqual(["2026-09-15", "2026-10-15", "2026-11-16"]);
    expect(expected("monthly", moved("in"), "2026-08-20", "2026-11-30", { minor: 1399n })).toEqual(["2026-09-15", "2026-10-15", "2026-11-13"]);
  });

  it("begins on the day on which the series is said to be due, for as long as it is said to go on", () => {
    const cadences = fc.constantFrom<readonly [Cadence, number]>(["weekly", 7], ["monthly", 0], ["quarterly", 0]);
    fc.assert(
      fc.property(
        cadences,
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: 5, max: 14 }),
        fc.integer({ min: -10, max: 60 }),
        ([cadence, days], day, times, later) => {
          const step = cadence === "quarterly" ? 3 : 1;
          const dates = Array.from({ length: times }, (_, index) =>
            days > 0 ? addDays("2026-01-01", day + index * days) : dayOfMonth(addMonths("2026-01", index * step), day),
          );
          const [series] = detectRecurring(
            dates.map((bookingDate, index) => ({
              transactionId: `t${String(index).padStart(3, "0")}`,
              accountId: "a",
              currency: "EUR",
              amountMinor: -4900n,
              bookingDate,
              category: "housing" as const,
              counterpartyName: "Somebody",
              counterpartyKey: "somebody",
              reference: null,
            })),
          );
          if (series?.cadence !== cadence) throw new Error("a series of this cadence was expected");
          const today = addDays(series.dueDate, later);
          if (today < series.lastDate) return;
          const { nextDate } = outlook(series, today);
          const [first] = expected(cadence, dates, today, addDays(today, 400), { minor: -4900n });
          expect(first).toBe(nextDate === null ? undefined : nextDate > today ? nextDate : addDays(today, 1));
        },
      ),
    );
  });
});
