import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addMonths, dateOf, dayNumber } from "../calendar.ts";
import { type CountedAccount, type CountedSeries, balanceAhead, mostUnreadDays } from "./balance-ahead.ts";

const today = dayNumber("2026-11-22");
const age = fc.integer({ min: 0, max: mostUnreadDays });
const minor = fc.bigInt({ min: -500_000n, max: 500_000n });
const movements = fc
  .array(fc.record({ day: fc.integer({ min: today - 500, max: today }), sumMinor: minor }), { minLength: 1, maxLength: 40 })
  .map((each) => each.toSorted((a, b) => a.day - b.day));
const account = fc.record({ balanceMinor: minor, movements });
/** Series that may be overdue, have ended, or pay on several days of a month. */
const series = fc
  .record({
    cadence: fc.constantFrom<readonly [CountedSeries["cadence"], number]>(["weekly", 7], ["monthly", 30], ["quarterly", 91], ["yearly", 365]),
    last: fc.integer({ min: 0, max: 60 }),
    times: fc.integer({ min: 1, max: 14 }),
    beside: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 14, maxLength: 14 }),
    amountMinor: minor.filter((amount) => amount !== 0n),
  })
  .map(({ cadence: [cadence, step], last, times, beside, amountMinor }): CountedSeries => ({
    cadence,
    payments: Array.from({ length: times }, (_, index) => ({ day: today - last - (times - 1 - index) * step + (beside[index] ?? 0), amountMinor })).toSorted(
      (a, b) => a.day - b.day,
    ),
  }));
const asked = fc.record({ today: fc.constant(today), days: fc.constantFrom(1, 30, 90) });

/** Rent on the 2nd and pay on the 15th of each of twelve months, in one account with 1,000.00, known for two years. */
const rentAndPay = (knownUntil: number) => {
  const monthly = (day: string, amountMinor: bigint): CountedSeries => ({
    cadence: "monthly",
    payments: Array.from({ length: 12 }, (_, index) => ({ day: dayNumber(`${addMonths("2025-12", index)}-${day}`), amountMinor })).filter(
      (payment) => payment.day <= knownUntil,
    ),
  });
  const paid = [monthly("02", -80_000n), monthly("15", 250_000n)];
  const moved = paid.flatMap(({ payments }) => payments.map(({ day, amountMinor }) => ({ day, sumMinor: amountMinor })));
  const opened = { day: knownUntil - 730, sumMinor: 1n };
  return { accounts: [{ balanceMinor: 100_000n, movements: [opened, ...moved.toSorted((a, b) => a.day - b.day)] }], series: paid, knownUntil };
};

describe("the balance ahead of accounts that were read at different times", () => {
  it("begins with the balance on the day up to which all are known and ends so many days after today", () => {
    fc.assert(
      fc.property(fc.array(account, { minLength: 1, maxLength: 3 }), fc.array(series, { maxLength: 3 }), age, asked, (accounts, of, ago, wanted) => {
        const { days } = balanceAhead({ accounts, series: of, knownUntil: today - ago }, wanted);
        const balance = accounts.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0n);
        if (days.length === 0) return;
        expect(days[0]).toEqual({ day: today - ago, low: balance, expected: balance, high: balance });
        expect(days.map(({ day }) => day)).toEqual(days.map((_, index) => today - ago + index));
        expect(days.at(-1)?.day).toBeLessThanOrEqual(today + wanted.days);
        for (const { low, expected, high } of days) expect(low <= expected && expected <= high).toBe(true);
      }),
    );
  });

  it("takes no notice of what one of them tells of later days", () => {
    const later = fc.array(fc.record({ after: fc.integer({ min: 1, max: 7 }), minor }), { maxLength: 5 });
    fc.assert(
      fc.property(account, movements, series, age, asked, later, (one, moved, of, ago, wanted, more) => {
        const knownUntil = today - ago;
        // One that began with nothing: what it moved is its balance, as of that day.
        const balanceMinor = moved.reduce((sum, { day, sumMinor }) => (day <= knownUntil ? sum + sumMinor : sum), 0n);
        const other: CountedAccount = { balanceMinor, movements: moved };
        const until = <Each extends { readonly day: number }>(each: readonly Each[]) => each.filter(({ day }) => day <= knownUntil);
        const cut = (each: CountedAccount) => ({ ...each, movements: until(each.movements) });
        const longer = {
          ...other,
          movements: [...until(other.movements), ...more.map(({ after, minor: sumMinor }) => ({ day: knownUntil + after, sumMinor }))],
        };
        const due = ({ due: expected, ...rest }: ReturnType<typeof balanceAhead>) => ({
          ...rest,
          due: expected.map(({ day, amountMinor }) => ({ day, amountMinor })),
        });
        expect(due(balanceAhead({ accounts: [one, longer], series: [of], knownUntil }, wanted))).toEqual(
          due(balanceAhead({ accounts: [cut(one), cut(other)], series: [{ ...of, payments: until(of.payments) }], knownUntil }, wanted)),
        );
      }),
    );
  });

  it("expects of a series at most one payment a day, so at most one that is overdue", () => {
    fc.assert(
      fc.property(account, series, age, (held, of, ago) => {
        const knownUntil = today - ago;
        const { due } = balanceAhead({ accounts: [held], series: [of], knownUntil }, { today, days: 90 });
        const days = due.map(({ day }) => day);
        expect(new Set(days).size).toBe(days.length);
        expect(days.filter((day) => day <= knownUntil)).toEqual([]);
      }),
    );
  });

  it("lets what was missed since come on its own day, so that today lies in the band", () => {
    // The 15th is a Sunday: pay comes on the Friday before only where it always came on working days.
    const knownUntil = dayNumber("2026-11-14");
    const { days, due } = balanceAhead(rentAndPay(knownUntil), { today: dayNumber("2026-11-17"), days: 30 });
    expect(due.map(({ day, amountMinor }) => [dateOf(day), amountMinor])).toEqual([
      ["2026-11-15", 250_000n],
      ["2026-12-02", -80_000n],
      ["2026-12-15", 250_000n],
    ]);
    expect([days.length, days[0]?.expected, days[1]?.expected, days[3]?.expected]).toEqual([34, 100_000n, 350_000n, 350_000n]);
    expect(dateOf(days.at(-1)?.day ?? 0)).toBe("2026-12-17");
  });

  it("says nothing once an account was not read for more than a week", () => {
    const daysOf = (ago: number) => balanceAhead(rentAndPay(today - ago), { today, days: 30 });
    expect(daysOf(mostUnreadDays).days).toHaveLength(30 + mostUnreadDays + 1);
    for (const ago of [mostUnreadDays + 1, 60, 90]) expect(daysOf(ago)).toMatchObject({ knownDays: 365, days: [], due: [] });
  });
});
