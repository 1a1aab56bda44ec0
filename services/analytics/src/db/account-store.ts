import type { Executor } from "@opl/postgres";
import { type Selectable, type Transaction, sql } from "kysely";
import { type AccountsTable, type Tables, columns } from "./tables.ts";
import { columnList, setFromExcluded, unnest } from "./unnest.ts";

export type AccountRow = Selectable<AccountsTable>;

/** Accounts of people, in no order. */
export async function accountsOf(tx: Executor<Tables>, psuIds: Iterable<string>): Promise<AccountRow[]> {
  const ids = [...new Set(psuIds)];
  if (ids.length === 0) return [];
  return tx.selectFrom("accounts").selectAll().where("psuId", "in", ids).execute();
}

/** Ids of accounts that are to stay forgotten. */
export async function erasedAccountsOf(tx: Executor<Tables>, psuIds: Iterable<string>): Promise<ReadonlySet<string>> {
  const ids = [...new Set(psuIds)];
  if (ids.length === 0) return new Set();
  const rows = await tx.selectFrom("erasedAccounts").select("accountId").where("psuId", "in", ids).execute();
  return new Set(rows.map((row) => row.accountId));
}

/** True when every one of the ids is an account of this person. */
export async function ownsAccounts(db: Executor<Tables>, psuId: string, accountIds: readonly string[]): Promise<boolean> {
  const wanted = [...new Set(accountIds)];
  if (wanted.length === 0) return true;
  const rows = await db.selectFrom("accounts").select("accountId").where("psuId", "=", psuId).where("accountId", "in", wanted).execute();
  return rows.length === wanted.length;
}

/**
 * Writes accounts as told by facts: the newer one stays. What was written before the latest rebuild counts as absent but for its
 * version. @returns the people about whom something new was told
 */
export async function putAccounts(tx: Transaction<Tables>, rows: readonly AccountRow[]): Promise<ReadonlySet<string>> {
  return put(tx, rows, sql`excluded.version > a.version or (a.generation < excluded.generation and excluded.version = a.version)`);
}

/** Writes accounts as read from the ledger: over everything that is older than this rebuild. */
export async function putExportedAccounts(tx: Transaction<Tables>, rows: readonly AccountRow[]): Promise<ReadonlySet<string>> {
  return put(tx, rows, sql`a.generation < excluded.generation`);
}

async function put(tx: Transaction<Tables>, rows: readonly AccountRow[], condition: ReturnType<typeof sql>): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const { rows: written } = await sql<{ psuId: string }>`
    insert into accounts as a (${columnList(columns.accounts)}) select * from ${unnest(rows, columns.accounts)}
    on conflict (psu_id, account_id) do update set ${setFromExcluded(columns.accounts, "psuId", "accountId", "version")}, version = greatest(a.version, excluded.version)
    where ${condition} returning psu_id`.execute(tx);
  return new Set(written.map((row) => row.psuId));
}

export async function deleteAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("accounts").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
  await tx.deleteFrom("balances").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}

/** Remembers that these accounts are to stay forgotten. */
export async function markAccountsErased(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx
    .insertInto("erasedAccounts")
    .values(accountIds.map((accountId) => ({ psuId, accountId })))
    .onConflict((oc) => oc.doNothing())
    .execute();
}
