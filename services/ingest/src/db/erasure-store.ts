import { forgetFacts, forgetPerson } from "@opl/messaging";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import { unlinkAccounts } from "./payment-store.ts";
import type { IngestDatabase } from "./tables.ts";

type Tx = Transaction<IngestDatabase>;

/** Deletes accounts with everything that was read of them. */
export async function deleteAccounts(tx: Tx, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  // What has been published about them goes as well; what still waits is followed by the fact that they are erased.
  await forgetFacts(tx, { psuId, aggregateIds: accountIds, keepUnsent: true });
  await unlinkAccounts(tx, psuId, accountIds);
  for (const table of ["transactions", "transactionRevisions", "quarantine", "syncPages", "syncAccounts", "accounts"] as const) {
    await tx.deleteFrom(table).where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
  }
}

/** Deletes everything about a person; returns how many rows of the ledger went. */
export async function deletePsu(tx: Tx, psuId: string): Promise<number> {
  // Waits for a page that is being stored at this moment; every later one finds no consent.
  await sql`select 1 from consents where psu_id = ${psuId} for update`.execute(tx);
  let rows = 0n;
  for (const table of ["paymentExecutions", "transactions", "transactionRevisions", "balances", "accounts", "quarantine", "syncs", "consents"] as const) {
    const { numDeletedRows } = await tx.deleteFrom(table).where("psuId", "=", psuId).executeTakeFirstOrThrow();
    rows += numDeletedRows;
  }
  // What was published, waits to be, or was set aside is about the person too.
  await forgetPerson(tx, psuId);
  return Number(rows);
}
