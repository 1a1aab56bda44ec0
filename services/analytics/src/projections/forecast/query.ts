import type { forecast as contract } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import type { Tables } from "../../db/tables.ts";
import { dateOf, dayNumber } from "../../domain/calendar.ts";
import { balanceAhead } from "../../domain/forecast/balance-ahead.ts";
import { leastPastDays } from "../../domain/forecast/forecast.ts";
import { balancesOn } from "../net-worth/query.ts";
import { movementsAfter } from "../net-worth/store.ts";
import { knownUntilOf, paymentsOf, seriesOf } from "../recurring/store.ts";

type Answer = ResponseInputOf<typeof contract>;

const beforeEverything = "0001-01-01";

/**
 * Balances ahead, one forecast a currency: over the accounts that count as net worth, so what is moved between them changes nothing. A
 * series of another account is in none. Each is reckoned as of the last day up to which all its accounts are known.
 */
export async function askForecast(db: Executor<Tables>, psuId: string, { today, days }: { readonly today: string; readonly days: number }): Promise<Answer> {
  const [balances, known, moved, series, payments] = await Promise.all([
    balancesOn(db, psuId, today),
    knownUntilOf(db, psuId),
    movementsAfter(db, psuId, beforeEverything),
    seriesOf(db, psuId),
    paymentsOf(db, psuId, today),
  ]);
  const movements = new Map(moved.map((each) => [accountKey(each), each.movements.map(({ date, sumMinor }) => ({ day: dayNumber(date), sumMinor }))]));
  const byCurrency = [...Map.groupBy(balances, ({ currency }) => currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const currencies = byCurrency.map(async ([currency, accounts]): Promise<Answer["currencies"][number]> => {
    const counted = new Set(accounts.map(({ accountId }) => accountId));
    const knownUntil = accounts.reduce((day, { accountId }) => earlier(day, known.get(accountId) ?? today), today);
    const then = knownUntil === today ? accounts : (await balancesOn(db, psuId, knownUntil)).filter((account) => account.currency === currency);
    const ahead = balanceAhead(
      {
        knownUntil: dayNumber(knownUntil),
        accounts: then.map((account) => ({ balanceMinor: account.balanceMinor, movements: movements.get(accountKey(account)) ?? [] })),
        series: series
          .filter((each) => each.currency === currency && counted.has(each.accountId))
          .map((each) => ({ ...each, payments: payments.get(each.recurringId) ?? [] })),
      },
      { today: dayNumber(today), days },
    );
    const wire = (minor: bigint) => toWire({ minor, currency });
    return {
      currency,
      knownUntil,
      balance: wire(then.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0n)),
      knownSince: ahead.since === undefined ? null : dateOf(ahead.since),
      knownDays: ahead.knownDays,
      neededDays: leastPastDays,
      days: ahead.days.map(({ day, low, expected, high }) => ({ date: dateOf(day), low: wire(low), expected: wire(expected), high: wire(high) })),
      due: ahead.due.map(({ day, amountMinor, series: { recurringId, counterpartyName, category } }) => ({
        recurringId,
        counterpartyName,
        category,
        date: dateOf(day),
        amount: wire(amountMinor),
      })),
    };
  });
  return { currencies: await Promise.all(currencies) };
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

function accountKey({ accountId, currency }: { readonly accountId: string; readonly currency: string }): string {
  return `${accountId} ${currency}`;
}
