import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addMonths, dayNumber } from "../calendar.ts";
import { type Payment, rhythmOf } from "../recurrence/rhythm.ts";
import { type Past, forecast, leastPastDays, pastDays } from "./forecast.ts";

const today = dayNumber("2026-11-22");
const minor = fc.bigInt({ min: -500_000n, max: 500_000n });
/** A past with some entries and up to two monthly series, which may have begun, changed or ended in it. */
const anyPast = fc
  .record({
    known: fc.integer({ min: 90, max: 500 }),
    entries: fc.array(fc.record({ ago: fc.integer({ min: -60, max: 520 }), amountMinor: minor }), { maxLength: 60 }),
    series: fc.array(fc.record({ ago: fc.integer({ min: 0, max: 400 }), times: fc.integer({ min: 1, max: 12 }), amountMinor: minor }), { maxLength: 2 }),
  })
  .map(({ known, entries, series }): Past => {
    const payments = series.map(({ ago, times, amountMinor }) => Array.from({ length: times }, (_, index) => ({ day: today - ago + index * 30, amountMinor })));
    const nets = new Map<number, bigint>();
    for (const { day, amountMinor } of [...payments.flat(), ...entries.map((entry) => ({ day: today - entry.ago, amountMinor: entry.amountMinor }))])
      nets.set(day, (nets.get(day) ?? 0n) + amountMinor);
    return { today, since: today - known, nets, rhythms: payments.map((each) => rhythmOf("monthly", each)) };
  });
const anyDue = fc.array(fc.record({ day: fc.integer({ min: 1, max: 100 }).map((ahead) => today + ahead), amountMinor: minor }), { maxLength: 10 });
const days = fc.constantFrom(1, 7, 30, 60, 90);
const balance = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });

describe("a forecast of the balance", () => {
  it("begins with the balance of today and has its expectation within its band on every day", () => {
    fc.assert(
      fc.property(anyPast, anyDue, balance, days, (past, due, balanceMinor, ahead) => {
        const made = forecast(past, { balanceMinor, due, days: ahead });
        expect(made[0]).toEqual({ day: today, low: balanceMinor, expected: balanceMinor, high: balanceMinor });
        expect(made.map(({ day }) => day)).toEqual(Array.from({ length: Math.min(ahead, Math.floor(pastDays(past) / 4)) + 1 }, (_, index) => today + index));
        for (const { low, expected, high } of made) expect(low <= expected && expected <= high).toBe(true);
      }),
    );
  });

  it("moves as a whole with the balance", () => {
    fc.assert(
      fc.property(anyPast, anyDue, balance, minor, days, (past, due, balanceMinor, more, ahead) => {
        const moved = forecast(past, { balanceMinor: balanceMinor + more, due, days: ahead });
        expect(moved).toEqual(
          forecast(past, { balanceMinor, due, days: ahead }).map(({ day, low, expected, high }) => ({
            day,
            low: low + more,
            expected: expected + more,
            high: high + more,
          })),
        );
      }),
    );
  });

  it("one more payment that is due moves it by exactly its amount from its day on, and nothing before", () => {
    fc.assert(
      fc.property(anyPast, anyDue, minor, fc.integer({ min: 1, max: 90 }), (past, due, amountMinor, ahead) => {
        const one: Payment = { day: today + ahead, amountMinor };
        const [without, withIt] = [due, [...due, one]].map((each) => forecast(past, { balanceMinor: 0n, due: each, days: 90 })) as [
          ReturnType<typeof forecast>,
          ReturnType<typeof forecast>,
        ];
        for (const [index, { day, low, expected, high }] of withIt.entries()) {
          const by = day >= one.day ? amountMinor : 0n;
          const before = without[index];
          expect([low - by, expected - by, high - by]).toEqual([before?.low, before?.expected, before?.high]);
        }
      }),
    );
  });

  it("knows nothing of what happened after today", () => {
    fc.assert(
      fc.property(anyPast, balance, fc.array(fc.record({ ahead: fc.integer({ min: 1, max: 90 }), amountMinor: minor })), (past, balanceMinor, later) => {
        const nets = new Map(past.nets);
        for (const { ahead, amountMinor } of later) nets.set(today + ahead, amountMinor);
        const rhythms = past.rhythms.map((rhythm) => ({ ...rhythm, payments: rhythm.payments.filter(({ day }) => day <= today) }));
        const asked = { balanceMinor, due: [], days: 90 };
        expect(forecast({ ...past, nets }, asked)).toEqual(forecast({ ...past, rhythms: rhythms.filter(({ payments }) => payments.length > 0) }, asked));
      }),
    );
  });

  it("says nothing while less than 90 days are known, and looks ahead a quarter of what is known", () => {
    const known = (count: number) => forecast({ today, since: today - count, nets: new Map(), rhythms: [] }, { balanceMinor: 0n, due: [], days: 90 }).length;
    expect([known(leastPastDays - 1), known(leastPastDays), known(200), known(365), known(3000)]).toEqual([0, 23, 51, 91, 91]);
    expect(forecast({ today, since: undefined, nets: new Map(), rhythms: [] }, { balanceMinor: 5n, due: [], days: 30 })).toEqual([]);
  });

  it("says of spending that comes each day what comes of it, and of a pay that always came only what is due", () => {
    const pay = Array.from({ length: 13 }, (_, index) => ({ day: dayNumber(`${addMonths("2025-11", index)}-15`), amountMinor: 300_000n }));
    const nets = new Map(Array.from({ length: 400 }, (_, index) => [today - index, -1000n]));
    for (const { day, amountMinor } of pay) nets.set(day, (nets.get(day) ?? 0n) + amountMinor);
    const past: Past = { today, since: today - 399, nets, rhythms: [rhythmOf("monthly", pay)] };
    const made = forecast(past, { balanceMinor: 100_000n, due: [{ day: dayNumber("2026-12-15"), amountMinor: 310_000n }], days: 30 });
    expect(made[1]).toMatchObject({ low: 99_000n, expected: 99_000n, high: 99_000n });
    expect(made[22]?.expected).toBe(100_000n - 22_000n);
    expect(made[30]?.expected).toBe(100_000n - 30_000n + 310_000n);
  });

  it("has in its band what was bought now and then, and leaves out what one span in twenty had", () => {
    const nets = new Map<number, bigint>();
    for (let ago = 0; ago < 365; ago += 1) nets.set(today - ago, ago % 4 === 0 ? -4000n : ago === 101 ? -900_000n : 0n);
    const [, next] = forecast({ today, since: today - 365, nets, rhythms: [] }, { balanceMinor: 0n, due: [], days: 30 });
    expect(next).toMatchObject({ low: -4000n, expected: 0n, high: 0n });
  });
});
