import type { Transaction } from "kysely";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export interface StoredSecondFactor {
  /** Sealed. */
  readonly secret: Buffer;
  /** Null while no code has shown that the app has it. */
  readonly confirmedAt: Temporal.Instant | null;
}

export async function findSecondFactor(db: Executor<Tables>, psuId: string): Promise<StoredSecondFactor | undefined> {
  return db.selectFrom("secondFactors").select(["secret", "confirmedAt"]).where("psuId", "=", psuId).executeTakeFirst();
}

/** Begins anew, unless there is one that counts. @returns false then */
export async function proposeSecondFactor(tx: Transaction<Tables>, psuId: string, secret: Buffer): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("secondFactors")
    .values({ psuId, secret, confirmedAt: null, lastStep: 0 })
    .onConflict((conflict) => conflict.column("psuId").doUpdateSet({ secret, lastStep: 0 }).where("secondFactors.confirmedAt", "is", null))
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** From now on it counts. @returns false when it did already */
export async function confirmSecondFactor(tx: Transaction<Tables>, psuId: string, now: Temporal.Instant): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("secondFactors")
    .set({ confirmedAt: now })
    .where("psuId", "=", psuId)
    .where("confirmedAt", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Takes the code of one step, once: of two that try only one does, and none before it is taken afterwards. */
export async function useStep(tx: Transaction<Tables>, psuId: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("secondFactors")
    .set({ lastStep: BigInt(step) })
    .where("psuId", "=", psuId)
    .where("lastStep", "<", BigInt(step))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteSecondFactor(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("secondFactors").where("psuId", "=", psuId).execute();
}
