import type { annotateTransactions } from "@opl/contracts/http/analytics";
import type { BodyOf } from "@opl/contracts/http/route";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { accountsOf } from "../db/account-store.ts";
import { type Words, annotate, saidBy } from "../db/annotation-store.ts";
import { lockPersonBriefly, markUnsettled } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { monthOf } from "../domain/calendar.ts";
import { ownAccountsOf } from "../domain/own-accounts.ts";
import { type Said, textSaid } from "../domain/said.ts";
import { errors } from "../errors.ts";
import { summed } from "../projections/entry-change.ts";
import { addToMonths } from "../projections/cash-flow/store.ts";
import type { LedgerRow } from "../projections/ledger/evolve.ts";
import { decideAlone } from "../projections/ledger/meaning.ts";
import { type EntryMeaning, askMeanings } from "../projections/ledger/query.ts";
import { type EntryKey, putMeanings, putSearchTexts, rowsOf } from "../projections/ledger/store.ts";
import { searchTextOf } from "../projections/ledger/translate.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type AnnotateContext = Pick<AnalyticsContext, "db" | "clock" | "publish" | "settling">;

/**
 * The person says the category of entries, a note, or both; null takes back. All of it or none. Entries and their months follow in the same
 * transaction, by difference. What only all entries show is settled after a pause: what repeats, and for a word taken back whether the entry
 * is half of a transfer. @returns what was said before, in the same shape: to say that is to undo; and what the entries mean now
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function sayMany(
  ctx: AnnotateContext,
  psuId: string,
  words: BodyOf<typeof annotateTransactions>["annotations"],
): Promise<{ readonly before: Awaited<ReturnType<typeof annotate>>; readonly transactions: EntryMeaning[] }> {
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.clock.now();
    const entries = words.map(({ transactionId, category = null, note = null }) => ({ psuId, transactionId, booked: category !== null || note !== null }));
    const rows = await lockEntries(tx, psuId, entries);
    const about = words.flatMap((word) => {
      const row = rows.get(word.transactionId);
      return row === undefined ? [] : [{ ...word, accountId: row.accountId, row }];
    });
    const before = await annotate(tx, psuId, about, now);
    const said = (await saidBy(tx, [psuId])).get(psuId);
    await putSearchTexts(
      tx,
      about.flatMap(({ row, note }) => (note === undefined ? [] : [{ ...row, searchText: searchTextOf(row, textSaid(said, row.transactionId)) }])),
    );
    // Notes are in no month's figures: pages that show the entries ask again.
    const placed = about.flatMap(({ row, category }) => (category === undefined ? [] : [row]));
    const months = placed.length === 0 ? new Set<string>() : await placeAnew(ctx, tx, psuId, placed, said);
    await tellInsightsChanged(ctx, tx, new Map([[psuId, months]]));
    const transactions = await askMeanings(
      tx,
      psuId,
      words.map(({ transactionId }) => transactionId),
    );
    return { before, transactions };
  });
}

/** The same about one entry. @returns what it means afterwards */
export async function sayOne(ctx: AnnotateContext, { psuId, transactionId }: EntryKey, words: Words): Promise<EntryMeaning> {
  const [meaning] = (await sayMany(ctx, psuId, [{ transactionId, ...words }])).transactions;
  if (meaning === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  return meaning;
}

/** Decides anew where these entries belong after the person's words changed. @returns the months whose figures changed */
async function placeAnew(
  ctx: AnnotateContext,
  tx: Transaction<Tables>,
  psuId: string,
  rows: readonly LedgerRow[],
  said: Said | undefined,
): Promise<Set<string>> {
  const known = { own: ownAccountsOf(await accountsOf(tx, [psuId])), said };
  const changes = rows.map((before) => ({ before, after: { ...before, ...decideAlone(before, known) } }));
  await putMeanings(
    tx,
    changes.map(({ after }) => after),
  );
  await addToMonths(
    tx,
    changes.map(({ before, after }) => ({ before: summed(before, said), after: summed(after, said) })),
  );
  await markUnsettled(tx, [psuId], { at: ctx.clock.now(), ...ctx.settling });
  return new Set(changes.flatMap(({ before, after }) => (after.category === before.category ? [] : [monthOf(before.bookingDate)])));
}

interface WantedEntry extends EntryKey {
  readonly booked: boolean;
}

/**
 * Entries by their ids, under their person's lock; one that is wrong refuses all. A pending entry gets another id when the bank books it:
 * what was said about it would be lost without a word.
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function lockEntries(tx: Transaction<Tables>, psuId: string, wanted: readonly WantedEntry[]): Promise<ReadonlyMap<string, LedgerRow>> {
  const found = (await lockPerson(tx, psuId)) ? await rowsOf(tx, wanted) : [];
  const rows = new Map(found.map((row) => [row.transactionId, row]));
  // Who asked about one alone knows which.
  const which = (wrong: readonly WantedEntry[]) =>
    wanted.length === 1 ? {} : { details: { transactionIds: wrong.map(({ transactionId }) => transactionId) } };
  const missing = wanted.filter(({ transactionId }) => !rows.has(transactionId));
  if (missing.length > 0) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND(which(missing));
  const pending = wanted.filter(({ transactionId, booked }) => booked && rows.get(transactionId)?.pending === true);
  if (pending.length > 0) throw errors.ERR_ANALYTICS_TRANSACTION_PENDING(which(pending));
  return rows;
}

/** The same for one. @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY */
export async function lockEntry(tx: Transaction<Tables>, key: EntryKey, { booked }: { readonly booked: boolean }): Promise<LedgerRow> {
  const row = (await lockEntries(tx, key.psuId, [{ ...key, booked }])).get(key.transactionId);
  if (row === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  return row;
}

/** @returns false when there is no such person @throws ERR_ANALYTICS_PERSON_BUSY */
export async function lockPerson(tx: Transaction<Tables>, psuId: string): Promise<boolean> {
  const lock = await lockPersonBriefly(tx, psuId);
  if (lock === "busy") throw errors.ERR_ANALYTICS_PERSON_BUSY({ retryAfterSeconds: 1 });
  return lock === "locked";
}

/** What the list says of an entry that is there. @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND */
export async function meaningOf(tx: Transaction<Tables>, { psuId, transactionId }: EntryKey): Promise<EntryMeaning> {
  const [meaning] = await askMeanings(tx, psuId, [transactionId]);
  if (meaning === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
  return meaning;
}
