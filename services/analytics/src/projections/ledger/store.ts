import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { type Transaction, sql } from "kysely";
import { type Tables, columns } from "../../db/tables.ts";
import { columnList, setFromExcluded, unnest } from "../../db/unnest.ts";
import type { LedgerRow } from "./evolve.ts";

/** Which entry of which person. */
export interface EntryKey {
  readonly psuId: string;
  readonly transactionId: string;
}

export interface Removal extends EntryKey {
  readonly version: bigint;
  readonly removedAt: Temporal.Instant;
}

const keyColumns = { psuId: "uuid", transactionId: "uuid" } as const;

export async function rowsOf(tx: Executor<Tables>, keys: readonly EntryKey[]): Promise<LedgerRow[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<LedgerRow>`
    select ${columnList(columns.transactions, "t.")} from ${unnest(keys, keyColumns)} as k (${columnList(keyColumns)})
    join transactions t using (psu_id, transaction_id)`.execute(tx);
  return rows;
}

const settledColumns = [
  "psuId",
  "transactionId",
  "accountId",
  "pending",
  "bookingDate",
  "amountMinor",
  "currency",
  "counterpartyName",
  "counterpartyIban",
  "remittanceInformation",
  "reference",
  "proprietaryCode",
  "category",
  "ruleId",
  "matched",
  "confidence",
  "rulesVersion",
  "recurringId",
] as const satisfies readonly (keyof LedgerRow)[];
/** What decides about an entry, and what was decided. */
export type SettledRow = Pick<LedgerRow, (typeof settledColumns)[number]>;

/** All rows of one person, for working out what only shows in all of them. */
export async function allRowsOf(tx: Executor<Tables>, psuId: string): Promise<SettledRow[]> {
  return tx.selectFrom("transactions").select(settledColumns).where("psuId", "=", psuId).orderBy("transactionId").execute();
}

/** A person's entries that are in another category, as far as a rule by counterparty looks at them. */
export async function rowsElsewhere(db: Executor<Tables>, psuId: string, category: CategoryId) {
  return db
    .selectFrom("transactions")
    .select(["transactionId", "pending", "counterpartyName", "remittanceInformation", "amountMinor", "currency"])
    .where("psuId", "=", psuId)
    .where("category", "<>", category)
    .orderBy("transactionId")
    .execute();
}

export async function removalsOf(tx: Executor<Tables>, keys: readonly EntryKey[]): Promise<Removal[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<Removal>`
    select r.* from ${unnest(keys, keyColumns)} as k (${columnList(keyColumns)}) join removed_transactions r using (psu_id, transaction_id)`.execute(tx);
  return rows;
}

/** Writes rows whole; who calls has the person's lock and decided that they are newer. */
export async function putRows(tx: Transaction<Tables>, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into transactions (${columnList(columns.transactions)}) select * from ${unnest(rows, columns.transactions)}
    on conflict (psu_id, transaction_id) do update set ${setFromExcluded(columns.transactions, "psuId", "transactionId")}`.execute(tx);
}

export type Meaning = Pick<LedgerRow, "psuId" | "transactionId" | "category" | "ruleId" | "matched" | "confidence" | "rulesVersion" | "recurringId">;
const meaningColumns = {
  psuId: "uuid",
  transactionId: "uuid",
  category: "text",
  ruleId: "text",
  matched: "text",
  confidence: "text",
  rulesVersion: "int4",
  recurringId: "uuid",
} as const;

/** New decisions about known rows. */
export async function putMeanings(tx: Transaction<Tables>, meanings: readonly Meaning[]): Promise<void> {
  if (meanings.length === 0) return;
  await sql`
    update transactions t set category = m.category, rule_id = m.rule_id, matched = m.matched, confidence = m.confidence,
      rules_version = m.rules_version, recurring_id = m.recurring_id
    from ${unnest(meanings, meaningColumns)} as m (${columnList(meaningColumns)})
    where t.psu_id = m.psu_id and t.transaction_id = m.transaction_id`.execute(tx);
}

const searchTextColumns = { ...keyColumns, searchText: "text" } as const;

/** What the search compares, after the person's notes on these entries changed. */
export async function putSearchTexts(tx: Transaction<Tables>, texts: readonly (EntryKey & { readonly searchText: string })[]): Promise<void> {
  if (texts.length === 0) return;
  await sql`
    update transactions t set search_text = s.search_text from ${unnest(texts, searchTextColumns)} as s (${columnList(searchTextColumns)})
    where t.psu_id = s.psu_id and t.transaction_id = s.transaction_id`.execute(tx);
}

export async function deleteRows(tx: Transaction<Tables>, keys: readonly EntryKey[]): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    delete from transactions t using ${unnest(keys, keyColumns)} as k (${columnList(keyColumns)})
    where t.psu_id = k.psu_id and t.transaction_id = k.transaction_id`.execute(tx);
}

export async function putRemovals(tx: Transaction<Tables>, removals: readonly Removal[]): Promise<void> {
  if (removals.length === 0) return;
  await sql`
    insert into removed_transactions as r (${columnList(columns.removedTransactions)}) select * from ${unnest(removals, columns.removedTransactions)}
    on conflict (psu_id, transaction_id) do update set version = excluded.version, removed_at = excluded.removed_at where excluded.version > r.version`.execute(
    tx,
  );
}

/** Forgets removals that no fact can contradict any more: facts are kept for a week. */
export async function deleteRemovalsBefore(tx: Transaction<Tables>, psuId: string, before: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("removedTransactions").where("psuId", "=", psuId).where("removedAt", "<", before).execute();
}

export async function deleteRowsOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<LedgerRow[]> {
  if (accountIds.length === 0) return [];
  return tx.deleteFrom("transactions").where("psuId", "=", psuId).where("accountId", "in", accountIds).returningAll().execute();
}
