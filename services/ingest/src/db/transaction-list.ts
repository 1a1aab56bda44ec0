import type { QueryOf } from "@opl/contracts/http";
import type { listTransactions as contract } from "@opl/contracts/http/ingest";
import { searchedAmounts } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { RawBuilder, SqlBool } from "kysely";
import { boundsOf, unusualCurrencies } from "../domain/listing.ts";
import type { ExponentBound, Place } from "../domain/listing.ts";
import type { IngestDatabase } from "./tables.ts";
import type { TransactionRow } from "./transaction-store.ts";

export type TransactionFilter = Omit<QueryOf<typeof contract>, "cursor" | "limit" | "accountId">;

export interface ListInput {
  readonly psuId: string;
  /** All of the person's accounts when left out. */
  readonly accountIds: readonly string[] | undefined;
  readonly filter: TransactionFilter;
  /** Continues behind this place. */
  readonly after: Place | undefined;
  readonly limit: number;
}

/** Pending first, then by booking date, newest first: the first rows of every account, merged. */
export async function listTransactions(
  db: Executor<IngestDatabase>,
  { psuId, accountIds, filter, after, limit }: ListInput,
): Promise<readonly TransactionRow[]> {
  const chosen = accountIds === undefined ? sql`` : sql`and a.account_id = any(${accountIds}::uuid[])`;
  const order = sql`pending desc, booking_date desc, transaction_id desc`;
  const { rows } = await sql<TransactionRow>`
    select listed.* from accounts a cross join lateral (
      select * from transactions t where t.psu_id = a.psu_id and t.account_id = a.account_id ${sql.join(conditionsOf(filter, after), sql` `)} order by ${order} limit ${limit}
    ) listed
    where a.psu_id = ${psuId} ${chosen} order by ${order} limit ${limit}`.execute(db);
  return rows;
}

function conditionsOf(
  { from, to, text, minAmount, maxAmount, direction, status }: TransactionFilter,
  after: Place | undefined,
): readonly RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [sql``];
  if (status !== undefined) conditions.push(sql`and pending = ${status === "pending"}`);
  if (from !== undefined) conditions.push(sql`and booking_date >= ${from}::date`);
  if (to !== undefined) conditions.push(sql`and booking_date <= ${to}::date`);
  if (direction !== undefined) conditions.push(direction === "in" ? sql`and amount_minor > 0` : sql`and amount_minor < 0`);
  if (text !== undefined && text !== "") conditions.push(sql`and ${matches(text)}`);
  if (minAmount !== undefined) conditions.push(sql`and abs(amount_minor) >= ${boundByCurrency(boundsOf(minAmount, "least"))}`);
  if (maxAmount !== undefined) conditions.push(sql`and abs(amount_minor) <= ${boundByCurrency(boundsOf(maxAmount, "most"))}`);
  if (after !== undefined)
    conditions.push(sql`and (pending, booking_date, transaction_id) < (${after.pending}, ${after.bookingDate}::date, ${after.transactionId}::uuid)`);
  return conditions;
}

/** Counterparty, text or amount. */
function matches(text: string): RawBuilder<SqlBool> {
  const inWords = sql<SqlBool>`search_text like ${`%${text.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`;
  const amounts = searchedAmounts(text);
  if (amounts === undefined) return inWords;
  const [least, below] = [boundByCurrency(boundsOf(amounts.least, "least")), boundByCurrency(boundsOf(amounts.below, "least"))];
  return sql<SqlBool>`(${inWords} or abs(amount_minor) >= ${least} and abs(amount_minor) < ${below})`;
}

/** Most currencies have two decimals; the others are named. */
function boundByCurrency(bounds: readonly ExponentBound[]): RawBuilder<bigint> {
  const usual = bounds.find(({ exponent }) => exponent === 2)?.minor ?? 0n;
  const cases = bounds.flatMap(({ exponent, minor }) => {
    const codes = unusualCurrencies.get(exponent);
    return codes === undefined ? [] : [sql`when currency = any(${codes}) then ${minor}::bigint`];
  });
  return sql<bigint>`case ${sql.join(cases, sql` `)} else ${usual}::bigint end`;
}
