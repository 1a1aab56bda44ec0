import type { Transaction } from "kysely";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export async function isOperator(db: Executor<Tables>, psuId: string): Promise<boolean> {
  return (await db.selectFrom("operators").select("psuId").where("psuId", "=", psuId).executeTakeFirst()) !== undefined;
}

/** @returns false when the person was one already */
export async function addOperator(tx: Transaction<Tables>, psuId: string, now: Temporal.Instant): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto("operators")
    .values({ psuId, grantedAt: now })
    .onConflict((conflict) => conflict.column("psuId").doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** @returns false when the person was none */
export async function removeOperator(tx: Transaction<Tables>, psuId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("operators").where("psuId", "=", psuId).executeTakeFirst();
  return numDeletedRows > 0n;
}
