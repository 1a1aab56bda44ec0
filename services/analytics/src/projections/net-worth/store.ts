import type { AccountKind } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { type Selectable, type Transaction, sql } from "kysely";
import { type BalancesTable, type Tables, columns } from "../../db/tables.ts";
import { columnList, setFromExcluded, unnest } from "../../db/unnest.ts";
import type { Movement } from "../../domain/end-of-day.ts";
import { type DayBalances, evolve, noBalances } from "./evolve.ts";

export type BalanceRow = Selectable<BalancesTable>;

/**
 * Writes balances: of a day the latest stays, however they come. What was written before the latest rebuild counts as absent.
 * @returns the people about whom something new was told
 */
export async function putBalances(tx: Transaction<Tables>, rows: readonly BalanceRow[]): Promise<ReadonlySet<string>> {
  const latest = latestOf(rows);
  if (latest.length === 0) return new Set();
  const { rows: written } = await sql<{ psuId: string }>`
    insert into balances as b (${columnList(columns.balances)}) select * from ${unnest(latest, columns.balances)}
    on conflict (psu_id, account_id, currency, balance_type, day)
    do update set ${setFromExcluded(columns.balances, "psuId", "accountId", "currency", "balanceType", "day")}
    where b.generation < excluded.generation
      or (b.generation = excluded.generation and (excluded.as_of, excluded.told_at, excluded.amount_minor) > (b.as_of, b.told_at, b.amount_minor))
    returning psu_id`.execute(tx);
  return new Set(written.map((row) => row.psuId));
}

/** One statement cannot write the same row twice. */
function latestOf(rows: readonly BalanceRow[]): BalanceRow[] {
  let balances: DayBalances = noBalances;
  for (const row of rows) balances = evolve(balances, row);
  return [...balances.values()] as BalanceRow[];
}

/** A balance with the kind of its account, null while that is not known. */
export interface ToldBalance extends Pick<BalanceRow, "accountId" | "currency" | "balanceType" | "day" | "asOf" | "amountMinor"> {
  readonly kind: AccountKind | null;
}

/** The latest of each kind, and closing balances of a span of days. */
export async function balancesFor(db: Executor<Tables>, psuId: string, from: string, to: string): Promise<ToldBalance[]> {
  const { rows } = await sql<ToldBalance>`
    select b.account_id, b.currency, b.balance_type, b.day, b.as_of, b.amount_minor, a.kind from (
      (select distinct on (account_id, currency, balance_type) account_id, currency, balance_type, day, as_of, amount_minor from balances
       where psu_id = ${psuId} order by account_id, currency, balance_type, day desc)
      union
      (select account_id, currency, balance_type, day, as_of, amount_minor from balances
       where psu_id = ${psuId} and balance_type = 'closingBooked' and day between ${from}::date and ${to}::date)
    ) b left join accounts a on a.psu_id = ${psuId} and a.account_id = b.account_id`.execute(db);
  return rows;
}

export interface AccountMovements {
  readonly accountId: string;
  readonly currency: string;
  readonly movements: readonly Movement[];
}

/** Sums of booked entries by account, currency and day, after a day; oldest first. */
export async function movementsAfter(db: Executor<Tables>, psuId: string, after: string): Promise<AccountMovements[]> {
  // One text an account: a row a day would cost more to read than to work out.
  const { rows } = await sql<{ accountId: string; currency: string; days: string }>`
    select account_id, currency, string_agg(booking_date || ' ' || sum_minor, ',' order by booking_date) as days from (
      select account_id, currency, booking_date, sum(amount_minor) as sum_minor from transactions
      where psu_id = ${psuId} and not pending and booking_date > ${after}::date group by account_id, currency, booking_date
    ) by_day group by account_id, currency`.execute(db);
  return rows.map(({ accountId, currency, days }) => ({
    accountId,
    currency,
    movements: days.split(",").map((day) => ({ date: day.slice(0, 10), sumMinor: BigInt(day.slice(11)) })),
  }));
}
