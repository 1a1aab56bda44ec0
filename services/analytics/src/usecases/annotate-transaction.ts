import type { CategoryId } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { accountsOf } from "../db/account-store.ts";
import { annotate, saidBy } from "../db/annotation-store.ts";
import { lockPersonBriefly, markUnsettled } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { monthOf } from "../domain/calendar.ts";
import { ownAccountsOf } from "../domain/own-accounts.ts";
import { textSaid } from "../domain/said.ts";
import { errors } from "../errors.ts";
import { summed } from "../projections/entry-change.ts";
import { addToMonths } from "../projections/cash-flow/store.ts";
import type { LedgerRow } from "../projections/ledger/evolve.ts";
import { decideAlone } from "../projections/ledger/meaning.ts";
import { askCategory } from "../projections/ledger/query.ts";
import { type EntryKey, putMeanings, putSearchText, rowsOf } from "../projections/ledger/store.ts";
import { searchTextOf } from "../projections/ledger/translate.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type AnnotateContext = Pick<AnalyticsContext, "db" | "clock" | "publish" | "settling">;
type Meaning = NonNullable<Awaited<ReturnType<typeof askCategory>>>;

/**
 * The person says in which category an entry belongs, or takes that back with null. The entry and its month follow in the same
 * transaction, by difference. What only all entries show is settled after a pause: what repeats, and for a word taken back whether the entry
 * is half of a transfer. @returns the entry's meaning afterwards
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function sayCategory(ctx: AnnotateContext, key: EntryKey, category: CategoryId | null): Promise<Meaning> {
  return inTransaction(ctx.db, async (tx) => {
    const { psuId } = key;
    const before = await lockEntry(tx, key, { booked: category !== null });
    await annotate(tx, { ...key, accountId: before.accountId }, { category }, ctx.clock.now());
    const said = (await saidBy(tx, [psuId])).get(psuId);
    const after = { ...before, ...decideAlone(before, { own: ownAccountsOf(await accountsOf(tx, [psuId])), said }) };
    await putMeanings(tx, [after]);
    await addToMonths(tx, [{ before: summed(before, said), after: summed(after, said) }]);
    await markUnsettled(tx, [psuId], { at: ctx.clock.now(), ...ctx.settling });
    const months = after.category === before.category ? [] : [monthOf(after.bookingDate)];
    await tellInsightsChanged(ctx, tx, new Map([[psuId, new Set(months)]]));
    return meaningOf(tx, key);
  });
}

/**
 * The person writes a note on an entry, or removes it with null. @returns the entry's meaning afterwards
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function sayNote(ctx: AnnotateContext, key: EntryKey, note: string | null): Promise<Meaning> {
  return inTransaction(ctx.db, async (tx) => {
    const row = await lockEntry(tx, key, { booked: note !== null });
    await annotate(tx, { ...key, accountId: row.accountId }, { note }, ctx.clock.now());
    await putSearchText(tx, key, searchTextOf(row, textSaid((await saidBy(tx, [key.psuId])).get(key.psuId), key.transactionId)));
    // No month's figures: pages that show the entry ask again.
    await tellInsightsChanged(ctx, tx, new Map([[key.psuId, new Set()]]));
    return meaningOf(tx, key);
  });
}

/**
 * The entry, under its person's lock. A pending entry gets another id when the bank books it: what was said about it would be lost without a word.
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function lockEntry(tx: Transaction<Tables>, key: EntryKey, { booked }: { readonly booked: boolean }): Promise<LedgerRow> {
  const [row] = (await lockPerson(tx, key.psuId)) ? await rowsOf(tx, [key]) : [];
  if (row === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  if (booked && row.pending) throw errors.ERR_ANALYTICS_TRANSACTION_PENDING();
  return row;
}

/** @returns false when there is no such person @throws ERR_ANALYTICS_PERSON_BUSY */
export async function lockPerson(tx: Transaction<Tables>, psuId: string): Promise<boolean> {
  const lock = await lockPersonBriefly(tx, psuId);
  if (lock === "busy") throw errors.ERR_ANALYTICS_PERSON_BUSY({ retryAfterSeconds: 1 });
  return lock === "locked";
}

/** What the list says of an entry that is there. @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND */
export async function meaningOf(tx: Transaction<Tables>, { psuId, transactionId }: EntryKey): Promise<Meaning> {
  const meaning = await askCategory(tx, psuId, transactionId);
  if (meaning === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  return meaning;
}
