import type { CategoryId } from "@opl/contracts/model";
import { type RawBuilder, sql } from "kysely";

/** The parts of a person's splits that stand, `p`, with their entries, `t`; a `from` clause with its condition. See `domain/split.ts`. */
export function standingParts(psuId: string): RawBuilder<unknown> {
  return sql`split_parts p join transactions t on t.psu_id = p.psu_id and t.transaction_id = p.transaction_id
    and t.amount_minor = p.whole_minor and t.currency = p.currency and not t.pending where p.psu_id = ${psuId}`;
}

/** A person's booked entries as they count by category, a line for each that an entry is in: whole, or by the parts that stand in its place. Every sum by category reads these. */
export function lines(psuId: string): RawBuilder<unknown> {
  return sql`(
    select transaction_id, booking_date, currency, category, amount_minor from transactions
    where psu_id = ${psuId} and not pending and transaction_id not in (select p.transaction_id from ${standingParts(psuId)})
    union all
    select t.transaction_id, t.booking_date, t.currency, p.category, sum(p.amount_minor)::bigint from ${standingParts(psuId)} group by 1, 2, 3, 4) as lines`;
}

/** Entries of the list that a figure of these categories is made of: found by their own, or by that of any part. */
export function inCategories(psuId: string, categories: readonly CategoryId[]): RawBuilder<boolean> {
  return sql<boolean>`(
    category = any(${categories}::text[]) and transaction_id not in (select p.transaction_id from ${standingParts(psuId)})
    or transaction_id in (select p.transaction_id from ${standingParts(psuId)} and p.category = any(${categories}::text[])))`;
}

/** What an entry of the list brings into a figure of these categories. */
export function minorIn(psuId: string, categories: readonly CategoryId[]): RawBuilder<unknown> {
  return sql`coalesce((
    select sum(p.amount_minor) from ${standingParts(psuId)} and p.transaction_id = transactions.transaction_id and p.category = any(${categories}::text[])), amount_minor)`;
}
