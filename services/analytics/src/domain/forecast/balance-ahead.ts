import { type Payment, expectedPayments, rhythmOf } from "../recurrence/rhythm.ts";
import type { Cadence } from "../recurrence/schedule.ts";
import { type ForecastDay, type Past, forecast, pastDays } from "./forecast.ts";
import { knownSince } from "./known-since.ts";

/** An account that was not read for longer than this is read again rather than guessed at. */
export const mostUnreadDays = 7;

/** An account that counts: what it held at the end of the day up to which all accounts are known, and what was booked, oldest first. */
export interface CountedAccount {
  readonly balanceMinor: bigint;
  readonly movements: readonly { readonly day: number; readonly sumMinor: bigint }[];
}

/** A recurring payment of one of these accounts, with what was booked of it, oldest first. */
export interface CountedSeries {
  readonly cadence: Cadence;
  readonly payments: readonly Payment[];
}

export interface BalanceAhead<Series> {
  /** The first day of which all entries are known, and how many days of the past are looked at. */
  readonly since: number | undefined;
  readonly knownDays: number;
  /** From `knownUntil` on; empty where too little is known, or where that day is too long ago. */
  readonly days: readonly ForecastDay[];
  /** What recurring payments lead to expect on these days, the soonest first, at most one of each on a day. */
  readonly due: readonly (Payment & { readonly series: Series })[];
}

/**
 * The balance of some accounts ahead, reckoned as of the last day up to which all of them are known: what one account tells of later days
 * is not looked at, and of no day it is taken that nothing happened because nobody asked. Days since 1970-01-01.
 * @param asked.days how far after `today`
 */
export function balanceAhead<Series extends CountedSeries>(
  { accounts, series, knownUntil }: { readonly accounts: readonly CountedAccount[]; readonly series: readonly Series[]; readonly knownUntil: number },
  { today, days }: { readonly today: number; readonly days: number },
): BalanceAhead<Series> {
  const held = accounts.map(({ balanceMinor, movements }) => ({ balanceMinor, movements: movements.filter(({ day }) => day <= knownUntil) }));
  const known = series.flatMap((each) => {
    const payments = each.payments.filter(({ day }) => day <= knownUntil);
    return payments.length === 0 ? [] : [{ series: each, rhythm: rhythmOf(each.cadence, payments) }];
  });
  const since = knownSince(
    held.map(({ balanceMinor, movements }) => ({
      balanceMinor,
      oldest: movements[0]?.day,
      sumMinor: movements.reduce((sum, movement) => sum + movement.sumMinor, 0n),
    })),
  );
  const nets = new Map<number, bigint>();
  for (const { day, sumMinor } of held.flatMap(({ movements }) => movements)) nets.set(day, (nets.get(day) ?? 0n) + sumMinor);
  const past: Past = { today: knownUntil, since, nets, rhythms: known.map(({ rhythm }) => rhythm) };
  const figures = { since, knownDays: pastDays(past) };
  if (today - knownUntil > mostUnreadDays) return { ...figures, days: [], due: [] };

  const until = today + days;
  const due = known.flatMap(({ series: of, rhythm }) =>
    expectedPayments(rhythm, { today: knownUntil, until, since: knownUntil }).map((payment) => ({ ...payment, series: of })),
  );
  const ahead = forecast(past, { balanceMinor: accounts.reduce((sum, account) => sum + account.balanceMinor, 0n), due, days: until - knownUntil });
  const lastDay = ahead.at(-1)?.day ?? knownUntil;
  return { ...figures, days: ahead, due: due.filter(({ day }) => day <= lastDay).toSorted((a, b) => a.day - b.day) };
}
