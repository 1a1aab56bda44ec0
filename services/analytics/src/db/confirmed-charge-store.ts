import type { Executor } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import type { ConfirmedChargesTable, Tables } from "./tables.ts";

type ConfirmedCharge = Selectable<ConfirmedChargesTable>;

/** Charges of which a person said that they are right, oldest answer first. */
export async function confirmedOf(db: Executor<Tables>, psuId: string): Promise<Pick<ConfirmedCharge, "transactionId" | "confirmedAt">[]> {
  return db
    .selectFrom("confirmedCharges")
    .select(["transactionId", "confirmedAt"])
    .where("psuId", "=", psuId)
    .orderBy("confirmedAt")
    .orderBy("transactionId")
    .execute();
}

/** Keeps what is said first; to say it again changes nothing. @returns whether anything was not said before */
export async function insertConfirmed(tx: Transaction<Tables>, charges: readonly ConfirmedCharge[]): Promise<boolean> {
  if (charges.length === 0) return false;
  const said = await tx
    .insertInto("confirmedCharges")
    .values(charges)
    .onConflict((oc) => oc.doNothing())
    .returning("transactionId")
    .execute();
  return said.length > 0;
}

/** @returns whether any of it was said */
export async function deleteConfirmed(tx: Transaction<Tables>, psuId: string, transactionIds: readonly string[]): Promise<boolean> {
  const gone = await tx
    .deleteFrom("confirmedCharges")
    .where("psuId", "=", psuId)
    .where("transactionId", "in", transactionIds)
    .returning("transactionId")
    .execute();
  return gone.length > 0;
}

export async function deleteConfirmedOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("confirmedCharges").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}
