import type { Transaction } from "kysely";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

/** New codes; the ones before no longer work. */
export async function replaceRecoveryCodes(tx: Transaction<Tables>, psuId: string, hashes: readonly Buffer[], now: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("recoveryCodes").where("psuId", "=", psuId).execute();
  await tx
    .insertInto("recoveryCodes")
    .values(hashes.map((codeHash) => ({ codeHash, psuId, createdAt: now })))
    .execute();
}

/** Takes a code, once. @returns false when it is none of the person's */
export async function takeRecoveryCode(tx: Transaction<Tables>, psuId: string, codeHash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("recoveryCodes").where("codeHash", "=", codeHash).where("psuId", "=", psuId).executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function countRecoveryCodes(db: Executor<Tables>, psuId: string): Promise<number> {
  const { left } = await db
    .selectFrom("recoveryCodes")
    .select(({ fn }) => fn.countAll<bigint>().as("left"))
    .where("psuId", "=", psuId)
    .executeTakeFirstOrThrow();
  return Number(left);
}
