import type { netWorth } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { accountsOf } from "../../db/account-store.ts";
import type { Tables } from "../../db/tables.ts";
import { type Anchor, anchorsOf, endOfDays } from "../../domain/end-of-day.ts";
import { balancesFor, movementsAfter } from "./store.ts";

export interface NetWorthQuestion {
  readonly from: string;
  readonly to: string;
  /** Only this account. */
  readonly accountId?: string | undefined;
  /** Lines of single accounts only from this day on. */
  readonly accountsFrom?: string | undefined;
}

interface Line {
  readonly accountId: string;
  readonly currency: string;
  readonly days: readonly { readonly date: string; readonly amountMinor: bigint }[];
}

/** End-of-day balances of every account with a balance, and their sum in each currency. */
export async function askNetWorth(
  db: Executor<Tables>,
  psuId: string,
  { from, to, accountId, accountsFrom = from }: NetWorthQuestion,
): Promise<ResponseInputOf<typeof netWorth>> {
  const lines = (await linesOf(db, psuId, from, to)).filter((line) => accountId === undefined || line.accountId === accountId);
  const byCurrency = [...Map.groupBy(lines, (line) => line.currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    currencies: byCurrency.map(([currency, parts]) => ({ currency, days: wire(currency, sumOf(parts)) })),
    accounts: lines.map((line) => ({ accountId: line.accountId, currency: line.currency, days: wire(line.currency, since(line.days, accountsFrom)) })),
  };
}

async function linesOf(db: Executor<Tables>, psuId: string, from: string, to: string): Promise<Line[]> {
  const [accounts, balances] = await Promise.all([accountsOf(db, [psuId]), balancesFor(db, psuId, from, to)]);
  const kinds = new Map(accounts.map((account) => [account.accountId, account.kind]));
  const anchored = [...Map.groupBy(balances, lineKey)].flatMap(([key, told]): { key: string; accountId: string; currency: string; anchors: Anchor[] }[] => {
    const [first] = told;
    if (first === undefined) return [];
    const anchors = anchorsOf(kinds.get(first.accountId) ?? "unknown", told);
    return anchors.length === 0 ? [] : [{ key, accountId: first.accountId, currency: first.currency, anchors }];
  });
  const earliest = anchored.reduce((day, { anchors }) => (anchors[0] !== undefined && anchors[0].day < day ? anchors[0].day : day), from);
  const movements = new Map((await movementsAfter(db, psuId, earliest)).map((account) => [lineKey(account), account.movements]));
  return anchored
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, accountId, currency, anchors }) => ({ accountId, currency, days: endOfDays(anchors, movements.get(key) ?? [], from, to) }));
}

function lineKey({ accountId, currency }: { readonly accountId: string; readonly currency: string }): string {
  return `${accountId} ${currency}`;
}

/** Every line has the same days. */
function sumOf(lines: readonly Line[]): { readonly date: string; readonly amountMinor: bigint }[] {
  const [first, ...others] = lines;
  return (first?.days ?? []).map(({ date, amountMinor }, index) => ({
    date,
    amountMinor: others.reduce((sum, line) => sum + (line.days[index]?.amountMinor ?? 0n), amountMinor),
  }));
}

function since(days: Line["days"], first: string): Line["days"] {
  return days.filter(({ date }) => date >= first);
}

function wire(currency: string, days: Line["days"]) {
  return days.map(({ date, amountMinor }) => ({ date, amount: toWire({ minor: amountMinor, currency }) }));
}
