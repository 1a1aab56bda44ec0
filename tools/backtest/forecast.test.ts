import { expect, it } from "vitest";
import { dateOf, dayNumber } from "../../services/analytics/src/domain/calendar.ts";
import { balanceAhead } from "../../services/analytics/src/domain/forecast/balance-ahead.ts";
import { detectRecurring } from "../../services/analytics/src/domain/recurrence/detect.ts";
import { decideCategories } from "../../services/analytics/src/projections/ledger/meaning.ts";
import { occurrencesOf } from "../../services/analytics/src/projections/occurrences.ts";
import { type Ledger, households, lastDay as last, ledgerOf } from "./households.ts";

/**
 * What forecasts would have been worth to the households of the sandbox bank: made on every 19th day of a year from the entries up to that
 * day alone, categories and recurring payments found anew each time, and held against what the balance became.
 */
const pastDaysTried = 330;
const everyDays = 19;
const horizons = [7, 30, 60, 90] as const;

function balanceOn({ rows }: Ledger, day: number): bigint {
  const date = dateOf(day);
  return rows.reduce((sum, row) => (row.bookingDate <= date ? sum + row.amountMinor : sum), 0n);
}

/** The forecast as it would have been made on a day, all accounts being read on it. */
function forecastOn(ledger: Ledger, day: number) {
  const date = dateOf(day);
  const rows = ledger.rows.filter((row) => row.bookingDate <= date);
  const booked = new Map(rows.map((row) => [row.transactionId, { day: dayNumber(row.bookingDate), amountMinor: row.amountMinor }]));
  const accounts = [...Map.groupBy(rows, (row) => row.accountId).values()].map((of) => {
    const movements = of.map((row) => ({ day: dayNumber(row.bookingDate), sumMinor: row.amountMinor })).toSorted((a, b) => a.day - b.day);
    return { balanceMinor: movements.reduce((sum, { sumMinor }) => sum + sumMinor, 0n), movements };
  });
  const series = detectRecurring(occurrencesOf(rows, decideCategories(rows, ledger.accounts, undefined))).map(({ cadence, transactionIds }) => ({
    cadence,
    payments: transactionIds.flatMap((id) => booked.get(id) ?? []),
  }));
  return balanceAhead({ accounts, series, knownUntil: day }, { today: day, days: Math.max(...horizons) }).days;
}

it("of forecasts made on a day of the past, these shares end in their band, and all are nearer than a balance that stays as it is", () => {
  const seen = Object.fromEntries(horizons.map((days) => [days, { made: 0, inside: 0, off: 0n, offWithout: 0n }]));
  for (const household of households) {
    const ledger = ledgerOf(household);
    for (let day = last - pastDaysTried; day < last; day += everyDays) {
      const made = forecastOn(ledger, day);
      for (const days of horizons) {
        const [now, then, figures] = [made[0], made[days], seen[days]];
        if (day + days > last) continue;
        if (now === undefined || then === undefined || figures === undefined) throw new Error(`no forecast for ${days} days`);
        const became = balanceOn(ledger, day + days);
        figures.made += 1;
        if (became >= then.low && became <= then.high) figures.inside += 1;
        figures.off += magnitude(became - then.expected);
        figures.offWithout += magnitude(became - now.expected);
      }
    }
  }
  const found = horizons.map((days) => {
    const { made = 0, inside = 0, off = 0n, offWithout = 0n } = seen[days] ?? {};
    return { days, insidePercent: Math.round((100 * inside) / made), offPercent: Number((100n * off + offWithout / 2n) / offWithout) };
  });
  // As the README of analytics says them.
  expect(found).toEqual([
    { days: 7, insidePercent: 79, offPercent: 22 },
    { days: 30, insidePercent: 77, offPercent: 59 },
    { days: 60, insidePercent: 66, offPercent: 68 },
    { days: 90, insidePercent: 68, offPercent: 66 },
  ]);
}, 60_000);

function magnitude(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
