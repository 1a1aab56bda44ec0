import type { Transaction } from "@opl/contracts/model";
import { toWire } from "@opl/money";
import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Selectable, Transaction as DatabaseTransaction } from "kysely";
import type { KnownTransaction } from "../domain/reconcile.ts";
import type { Entry, IdentifiedEntry } from "../domain/transaction.ts";
import type { IngestDatabase, TransactionsTable } from "./tables.ts";

type Db = Executor<IngestDatabase>;
type Tx = DatabaseTransaction<IngestDatabase>;
export type TransactionRow = Selectable<TransactionsTable>;

/** Whose transactions, on which account, read by which sync. */
export interface RecordedBy {
  readonly psuId: string;
  readonly accountId: string;
  readonly syncId: string;
  readonly recordedAt: Temporal.Instant;
}

export interface NewTransaction {
  readonly transactionId: string;
  readonly occurrence: number;
  readonly doubtful?: boolean;
  readonly identified: IdentifiedEntry;
}

/** What the ledger has on some booking dates of one account. */
export async function bookedOn(db: Db, psuId: string, accountId: string, dates: readonly string[]): Promise<readonly KnownTransaction[]> {
  if (dates.length === 0) return [];
  const { rows } = await sql<KnownTransaction>`
    select transaction_id, identity_key, content_key, by_reference, occurrence, sync_id from transactions
    where psu_id = ${psuId} and account_id = ${accountId} and not pending and booking_date = any(${dates}::date[])`.execute(db);
  return rows;
}

export async function pendingIds(db: Db, psuId: string, accountId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("transactions")
    .select("transactionId")
    .where("psuId", "=", psuId)
    .where("accountId", "=", accountId)
    .where("pending", "=", true)
    .execute();
  return rows.map((row) => row.transactionId);
}

/** Adds transactions in one statement. */
export async function addTransactions(tx: Tx, by: RecordedBy, added: readonly NewTransaction[]): Promise<void> {
  if (added.length === 0) return;
  const column = <T>(read: (entry: Entry, identified: IdentifiedEntry) => T): T[] => added.map(({ identified }) => read(identified.entry, identified));
  await sql`
    insert into transactions (
      psu_id, account_id, sync_id, recorded_at, revised_at, revision, transaction_id, occurrence, doubtful, pending, identity_key, content_key, by_reference,
      entry_reference, amount_minor, currency, original_amount_minor, original_currency, booking_date, value_date,
      counterparty_name, counterparty_iban, counterparty_bic, remittance_information, reference, proprietary_code, search_text, raw_hash, raw_pointer
    )
    select ${by.psuId}::uuid, ${by.accountId}::uuid, ${by.syncId}::uuid, ${by.recordedAt}::timestamptz, ${by.recordedAt}::timestamptz, 1, entry.* from unnest(
      ${added.map(({ transactionId }) => transactionId)}::uuid[], ${added.map(({ occurrence }) => occurrence)}::integer[],
      ${added.map(({ doubtful = false }) => doubtful)}::boolean[],
      ${column((entry) => entry.bookingStatus === "pending")}::boolean[], ${column((_, { identityKey }) => identityKey)}::uuid[],
      ${column((_, { contentKey }) => contentKey)}::uuid[], ${column((_, { byReference }) => byReference)}::boolean[],
      ${column((entry) => entry.entryReference)}::text[], ${column((entry) => entry.amount.minor)}::bigint[], ${column((entry) => entry.amount.currency)}::text[],
      ${column((entry) => entry.originalAmount?.minor ?? null)}::bigint[], ${column((entry) => entry.originalAmount?.currency ?? null)}::text[],
      ${column((entry) => entry.bookingDate)}::date[], ${column((entry) => entry.valueDate)}::date[], ${column((entry) => entry.counterparty.name)}::text[],
      ${column((entry) => entry.counterparty.iban)}::text[], ${column((entry) => entry.counterparty.bic)}::text[],
      ${column((entry) => entry.remittanceInformation)}::text[], ${column((entry) => entry.reference)}::text[], ${column((entry) => entry.proprietaryCode)}::text[],
      ${column(searchTextOf)}::text[], ${column((entry) => entry.raw.hash)}::text[], ${column((entry) => entry.raw.pointer)}::text[]
    ) as entry`.execute(tx);
}

/** Gives a booked transaction new content; what it was stays as a revision. Returns it as it is now. */
export async function reviseTransaction(tx: Tx, by: RecordedBy, transactionId: string, { entry, contentKey }: IdentifiedEntry): Promise<TransactionRow> {
  const before = await tx
    .selectFrom("transactions")
    .selectAll()
    .where("psuId", "=", by.psuId)
    .where("transactionId", "=", transactionId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("transactionRevisions")
    .values({
      psuId: by.psuId,
      transactionId,
      revision: before.revision,
      accountId: before.accountId,
      recordedAt: before.revisedAt,
      amountMinor: before.amountMinor,
      currency: before.currency,
      bookingDate: before.bookingDate,
      content: jsonb(toTransaction(before)),
    })
    .execute();
  return tx
    .updateTable("transactions")
    .set({
      contentKey,
      revision: before.revision + 1,
      revisedAt: by.recordedAt,
      missingSince: null,
      entryReference: entry.entryReference,
      amountMinor: entry.amount.minor,
      currency: entry.amount.currency,
      originalAmountMinor: entry.originalAmount?.minor ?? null,
      originalCurrency: entry.originalAmount?.currency ?? null,
      bookingDate: entry.bookingDate,
      valueDate: entry.valueDate,
      counterpartyName: entry.counterparty.name,
      counterpartyIban: entry.counterparty.iban,
      counterpartyBic: entry.counterparty.bic,
      remittanceInformation: entry.remittanceInformation,
      reference: entry.reference,
      proprietaryCode: entry.proprietaryCode,
      searchText: searchTextOf(entry),
      rawHash: entry.raw.hash,
      rawPointer: entry.raw.pointer,
    })
    .where("psuId", "=", by.psuId)
    .where("transactionId", "=", transactionId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The bank began to give a reference for a transaction that we knew without one. */
export async function adoptReference(tx: Tx, psuId: string, transactionId: string, { entry, identityKey }: IdentifiedEntry): Promise<void> {
  await tx
    .updateTable("transactions")
    .set({ identityKey, byReference: true, entryReference: entry.entryReference })
    .where("psuId", "=", psuId)
    .where("transactionId", "=", transactionId)
    .execute();
}

export async function removePending(tx: Tx, psuId: string, accountId: string, transactionIds: readonly string[]): Promise<void> {
  if (transactionIds.length === 0) return;
  await sql`delete from transactions where psu_id = ${psuId} and account_id = ${accountId} and pending and transaction_id = any(${transactionIds}::uuid[])`.execute(
    tx,
  );
}

/** What a complete reading says of the booked transactions it did not show. */
export interface Unseen {
  /** How many are newly missing. */
  readonly missing: number;
  /** Twins that only one reading ever showed, on another page than their siblings: there was one entry, and it moved while we read. */
  readonly retracted: readonly string[];
}

/**
 * Marks the booked transactions that a complete reading did not show although it reached beyond their day, and takes the
 * mark from those it shows again. Doubtful twins are confirmed by being seen, and go when they are not.
 */
export async function judgeUnseen(tx: Tx, { psuId, accountId, syncId, recordedAt }: RecordedBy, decided: readonly string[]): Promise<Unseen> {
  const pages = sql`sync_pages where psu_id = ${psuId} and sync_id = ${syncId} and account_id = ${accountId}`;
  // As a list that is hashed once: joined instead, nobody knows how long it is and each row may search all of it.
  const seen = sql`(select unnest(seen) from ${pages} union all select unnest(${decided}::uuid[]))`;
  const earlier = sql`psu_id = ${psuId} and account_id = ${accountId} and not pending and sync_id <> ${syncId}`;
  const unseen = sql`booking_date > (select min(oldest_booking_date) from ${pages}) and transaction_id not in ${seen}`;
  await sql`
    update transactions set missing_since = null, doubtful = false
    where ${earlier} and (missing_since is not null or doubtful) and not (transaction_id not in ${seen})`.execute(tx);
  const { rows } = await sql<{ transactionId: string }>`delete from transactions where ${earlier} and doubtful and ${unseen} returning transaction_id`.execute(
    tx,
  );
  const { numAffectedRows = 0n } =
    await sql`update transactions set missing_since = ${recordedAt} where ${earlier} and missing_since is null and ${unseen}`.execute(tx);
  return { missing: Number(numAffectedRows), retracted: rows.map((row) => row.transactionId) };
}

export async function getTransaction(db: Db, psuId: string, transactionId: string): Promise<TransactionRow | undefined> {
  return db.selectFrom("transactions").selectAll().where("psuId", "=", psuId).where("transactionId", "=", transactionId).executeTakeFirst();
}

export async function listRevisions(db: Db, psuId: string, transactionId: string) {
  return db
    .selectFrom("transactionRevisions")
    .select(["revision", "recordedAt", "amountMinor", "currency", "bookingDate"])
    .where("psuId", "=", psuId)
    .where("transactionId", "=", transactionId)
    .orderBy("revision")
    .execute();
}

/** All people's transactions in id order. */
export async function transactionsAfter(db: Db, after: string | undefined, limit: number): Promise<readonly TransactionRow[]> {
  let query = db.selectFrom("transactions").selectAll().orderBy("transactionId").limit(limit);
  if (after !== undefined) query = query.where("transactionId", ">", after);
  return query.execute();
}

/** A row as everybody else sees it. */
export function toTransaction(row: TransactionRow): Transaction {
  return {
    transactionId: row.transactionId,
    accountId: row.accountId,
    revision: row.revision,
    entryReference: row.entryReference,
    bookingStatus: row.pending ? "pending" : "booked",
    amount: toWire({ minor: row.amountMinor, currency: row.currency }),
    originalAmount:
      row.originalAmountMinor === null || row.originalCurrency === null ? null : toWire({ minor: row.originalAmountMinor, currency: row.originalCurrency }),
    bookingDate: row.bookingDate,
    valueDate: row.valueDate,
    counterparty: { name: row.counterpartyName, iban: row.counterpartyIban, bic: row.counterpartyBic },
    remittanceInformation: row.remittanceInformation,
    reference: row.reference,
    proprietaryCode: row.proprietaryCode,
    raw: { hash: row.rawHash, pointer: row.rawPointer },
  };
}

/** A new transaction as everybody else sees it. */
export function announce(accountId: string, { transactionId, identified: { entry } }: NewTransaction): Transaction {
  return {
    transactionId,
    accountId,
    revision: 1,
    ...entry,
    amount: toWire(entry.amount),
    originalAmount: entry.originalAmount === null ? null : toWire(entry.originalAmount),
  };
}

function searchTextOf(entry: Entry): string {
  return [entry.counterparty.name, entry.remittanceInformation, entry.proprietaryCode]
    .filter((text) => text !== null)
    .join(" ")
    .toLowerCase();
}
