import type { forecast as contract } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import type { Tables } from "../../db/tables.ts";
import { dateOf, dayNumber } from "../../domain/calendar.ts";
import type { Movement } from "../../domain/end-of-day.ts";
import { type Past, forecast, leastPastDays, pastDays } from "../../domain/forecast/forecast.ts";
import { knownSince } from "../../domain/forecast/known-since.ts";
import { type Payment, type Rhythm, expectedPayments, rhythmOf } from "../../domain/recurrence/rhythm.ts";
import { type AccountBalance, balancesOn } from "../net-worth/query.ts";
import { movementsAfter } from "../net-worth/store.ts";
import { type KnownSeries, knownSeriesOf, paymentsOf } from "../recurring/store.ts";

type Answer = ResponseInputOf<typeof contract>;
type DuePayment = Payment & { readonly series: KnownSeries };

interface Held extends AccountBalance {
  /** All that is known of the account up to today, oldest first. */
  readonly movements: readonly Movement[];
}

const beforeEverything = "0001-01-01";

/**
 * Balances ahead, one forecast a currency: over the accounts that count as net worth, so what is moved between them changes nothing. A
 * series of another account is in none.
 */
export async function askForecast(db: Executor<Tables>, psuId: string, { today, days }: { readonly today: string; readonly days: number }): Promise<Answer> {
  const [balances, moved, series, payments] = await Promise.all([
    balancesOn(db, psuId, today),
    movementsAfter(db, psuId, beforeEverything),
    knownSeriesOf(db, psuId),
    paymentsOf(db, psuId, today),
  ]);
  const movements = new Map(moved.map((each) => [accountKey(each), each.movements.filter(({ date }) => date <= today)]));
  const held = balances.map((balance): Held => ({ ...balance, movements: movements.get(accountKey(balance)) ?? [] }));
  const known = series.flatMap((each) => {
    const paid = payments.get(each.recurringId);
    return paid === undefined ? [] : [{ series: each, rhythm: rhythmOf(each.cadence, paid) }];
  });
  const byCurrency = [...Map.groupBy(held, ({ currency }) => currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    currencies: byCurrency.map(([currency, accounts]) => {
      const counted = new Set(accounts.map(({ accountId }) => accountId));
      return forecastOf(
        currency,
        accounts,
        known.filter((each) => each.series.currency === currency && counted.has(each.series.accountId)),
        { today: dayNumber(today), days },
      );
    }),
  };
}

function forecastOf(
  currency: string,
  accounts: readonly Held[],
  known: readonly { readonly series: KnownSeries; readonly rhythm: Rhythm }[],
  { today, days }: { readonly today: number; readonly days: number },
): Answer["currencies"][number] {
  const wire = (minor: bigint) => toWire({ minor, currency });
  const since = knownSince(
    accounts.map(({ balanceMinor, movements }) => ({
      balanceMinor,
      oldest: movements[0] === undefined ? undefined : dayNumber(movements[0].date),
      sumMinor: movements.reduce((sum, movement) => sum + movement.sumMinor, 0n),
    })),
  );
  const past: Past = { today, since, nets: netsOf(accounts), rhythms: known.map(({ rhythm }) => rhythm) };
  const due = known.flatMap(({ series, rhythm }): DuePayment[] => {
    // Where the bank was not asked since, nothing can be missing.
    const seenOn = Math.min(today, dayNumber(series.knownUntil ?? series.lastDate));
    return expectedPayments(rhythm, { today, until: today + days, since: today, seenOn }).map((payment) => ({ ...payment, series }));
  });
  const balanceMinor = accounts.reduce((sum, account) => sum + account.balanceMinor, 0n);
  const ahead = forecast(past, { balanceMinor, due, days });
  const lastDay = ahead.at(-1)?.day ?? today;
  return {
    currency,
    balance: wire(balanceMinor),
    knownSince: since === undefined ? null : dateOf(since),
    knownDays: pastDays(past),
    neededDays: leastPastDays,
    days: ahead.map(({ day, low, expected, high }) => ({ date: dateOf(day), low: wire(low), expected: wire(expected), high: wire(high) })),
    due: due
      .filter(({ day }) => day <= lastDay)
      .toSorted(bySoonest)
      .map(({ day, amountMinor, series: { recurringId, counterpartyName, category } }) => ({
        recurringId,
        counterpartyName,
        category,
        date: dateOf(day),
        amount: wire(amountMinor),
      })),
  };
}

function netsOf(accounts: readonly Held[]): Map<number, bigint> {
  const nets = new Map<number, bigint>();
  for (const { movements } of accounts)
    for (const { date, sumMinor } of movements) {
      const day = dayNumber(date);
      nets.set(day, (nets.get(day) ?? 0n) + sumMinor);
    }
  return nets;
}

function bySoonest(a: DuePayment, b: DuePayment): number {
  return a.day - b.day || (a.series.recurringId < b.series.recurringId ? -1 : 1);
}

function accountKey({ accountId, currency }: { readonly accountId: string; readonly currency: string }): string {
  return `${accountId} ${currency}`;
}
