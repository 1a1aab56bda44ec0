import type { Insertable, Transaction } from "kysely";
import type { IngestDatabase, QuarantineTable } from "./tables.ts";

/** False when this very page is in quarantine already. */
export async function quarantine(tx: Transaction<IngestDatabase>, page: Insertable<QuarantineTable>): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto("quarantine")
    .values(page)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}

/** The account was read to the end without fault: what it had in quarantine is of the past. */
export async function heal(tx: Transaction<IngestDatabase>, psuId: string, accountId: string, healedAt: Temporal.Instant): Promise<void> {
  await tx.updateTable("quarantine").set({ healedAt }).where("psuId", "=", psuId).where("accountId", "=", accountId).where("healedAt", "is", null).execute();
}
