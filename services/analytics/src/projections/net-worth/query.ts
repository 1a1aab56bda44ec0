import type { firstScreen, netWorth } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toDecimalText, toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import type { Tables } from "../../db/tables.ts";
import { datesBetween } from "../../domain/calendar.ts";
import { type Anchor, anchorsOf, endOfDays } from "../../domain/end-of-day.ts";
import type { Period } from "../../domain/period.ts";
import { balancesFor, movementsAfter } from "./store.ts";

type Brief = Pick<ResponseInputOf<typeof firstScreen>, "netWorth" | "accounts">;

interface Line {
  readonly accountId: string;
  readonly currency: string;
  /** One for each day asked for. */
  readonly amounts: readonly bigint[];
}

/** End-of-day balances of every account with a balance, or of one, and their sum in each currency. */
export async function askNetWorth(
  db: Executor<Tables>,
  psuId: string,
  { from, to, accountId }: Period & { readonly accountId?: string | undefined },
): Promise<ResponseInputOf<typeof netWorth>> {
  const dates = datesBetween(from, to);
  const lines = (await linesOf(db, psuId, dates)).filter((line) => accountId === undefined || line.accountId === accountId);
  const daysOf = (currency: string, amounts: readonly bigint[]) =>
    amounts.map((minor, index) => ({ date: dates[index] ?? from, amount: toWire({ minor, currency }) }));
  return {
    currencies: sumsOf(lines).map(({ currency, amounts }) => ({ currency, days: daysOf(currency, amounts) })),
    accounts: lines.map((line) => ({ accountId: line.accountId, currency: line.currency, days: daysOf(line.currency, line.amounts) })),
  };
}

/** The same for the first screen: sums of the whole period, the accounts only from a day in it on. */
export async function askNetWorthInBrief(
  db: Executor<Tables>,
  psuId: string,
  { from, to, accountsFrom }: Period & { readonly accountsFrom: string },
): Promise<Brief> {
  const dates = datesBetween(from, to);
  const lines = await linesOf(db, psuId, dates);
  const later = Math.max(0, dates.indexOf(accountsFrom));
  const brief = (currency: string, amounts: readonly bigint[], at: number) => ({
    currency,
    from: dates[at] ?? from,
    amounts: amounts.slice(at).map((minor) => toDecimalText({ minor, currency })),
  });
  return {
    netWorth: sumsOf(lines).map(({ currency, amounts }) => brief(currency, amounts, 0)),
    accounts: lines.map(({ accountId, currency, amounts }) => ({ accountId, ...brief(currency, amounts, later) })),
  };
}

/** What an account holds in a currency at the end of a day. */
export interface AccountBalance {
  readonly accountId: string;
  readonly currency: string;
  readonly balanceMinor: bigint;
}

/** The same for one day, of every account with a balance. */
export async function balancesOn(db: Executor<Tables>, psuId: string, day: string): Promise<AccountBalance[]> {
  return (await linesOf(db, psuId, [day])).map(({ accountId, currency, amounts: [balanceMinor = 0n] }) => ({ accountId, currency, balanceMinor }));
}

async function linesOf(db: Executor<Tables>, psuId: string, dates: readonly string[]): Promise<Line[]> {
  const [from = "", to = from] = [dates[0], dates.at(-1)];
  const told = [...Map.groupBy(await balancesFor(db, psuId, from, to), lineKey)];
  const anchored = told.flatMap(([key, balances]): { key: string; accountId: string; currency: string; anchors: Anchor[] }[] => {
    const [first] = balances;
    if (first === undefined) return [];
    const anchors = anchorsOf(first.kind ?? "unknown", balances);
    return anchors.length === 0 ? [] : [{ key, accountId: first.accountId, currency: first.currency, anchors }];
  });
  if (anchored.length === 0) return [];
  const earliest = anchored.reduce((day, { anchors }) => (anchors[0] !== undefined && anchors[0].day < day ? anchors[0].day : day), from);
  const movements = new Map((await movementsAfter(db, psuId, earliest)).map((account) => [lineKey(account), account.movements]));
  return anchored
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, accountId, currency, anchors }) => ({ accountId, currency, amounts: endOfDays(anchors, movements.get(key) ?? [], dates) }));
}

function lineKey({ accountId, currency }: { readonly accountId: string; readonly currency: string }): string {
  return `${accountId} ${currency}`;
}

/** By currency; every line has the same days. */
function sumsOf(lines: readonly Line[]): { readonly currency: string; readonly amounts: readonly bigint[] }[] {
  const byCurrency = [...Map.groupBy(lines, (line) => line.currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return byCurrency.map(([currency, [first, ...others]]) => ({
    currency,
    amounts: (first?.amounts ?? []).map((minor, index) => others.reduce((sum, { amounts }) => sum + (amounts[index] ?? 0n), minor)),
  }));
}
