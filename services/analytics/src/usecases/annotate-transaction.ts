import type { CategoryId } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { annotate } from "../db/annotation-store.ts";
import { lockPeople } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { errors } from "../errors.ts";
import type { LedgerRow } from "../projections/ledger/evolve.ts";
import { askCategory } from "../projections/ledger/query.ts";
import { type EntryKey, putSearchText, rowsOf } from "../projections/ledger/store.ts";
import { searchTextOf } from "../projections/ledger/translate.ts";
import type { AnalyticsContext } from "./context.ts";
import { settlePerson } from "./settle-person.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type AnnotateContext = Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish">;
type Meaning = NonNullable<Awaited<ReturnType<typeof askCategory>>>;

/**
 * The person says in which category an entry belongs, or takes that back with null. Totals and what repeats follow in the same
 * transaction. @returns the entry's meaning afterwards
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING
 */
export async function sayCategory(ctx: AnnotateContext, key: EntryKey, category: CategoryId | null): Promise<Meaning> {
  return inTransaction(ctx.db, async (tx) => {
    const { accountId } = await lockEntry(tx, key, { booked: category !== null });
    await annotate(tx, { ...key, accountId }, { category }, ctx.clock.now());
    await settlePerson(ctx, tx, key.psuId, { announce: true });
    return meaningOf(tx, key);
  });
}

/**
 * The person writes a note on an entry, or removes it with null. @returns the entry's meaning afterwards
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING
 */
export async function sayNote(ctx: AnnotateContext, key: EntryKey, note: string | null): Promise<Meaning> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await lockEntry(tx, key, { booked: note !== null });
    await annotate(tx, { ...key, accountId: row.accountId }, { note }, ctx.clock.now());
    await putSearchText(tx, key, searchTextOf(row, note));
    // No month's figures: pages that show the entry ask again.
    await tellInsightsChanged(ctx, tx, new Map([[key.psuId, new Set()]]));
    return meaningOf(tx, key);
  });
}

/**
 * The entry, under its person's lock. A pending entry gets another id when the bank books it: what was said about it would be lost without a word.
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING
 */
export async function lockEntry(tx: Transaction<Tables>, key: EntryKey, { booked }: { readonly booked: boolean }): Promise<LedgerRow> {
  const known = await lockPeople(tx, [key.psuId]);
  const [row] = known.has(key.psuId) ? await rowsOf(tx, [key]) : [];
  if (row === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  if (booked && row.pending) throw errors.ERR_ANALYTICS_TRANSACTION_PENDING();
  return row;
}

/** What the list says of an entry that is there. @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND */
export async function meaningOf(tx: Transaction<Tables>, { psuId, transactionId }: EntryKey): Promise<Meaning> {
  const meaning = await askCategory(tx, psuId, transactionId);
  if (meaning === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  return meaning;
}
