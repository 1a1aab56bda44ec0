import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export async function insertErasedPsu(tx: Executor<Tables>, psuId: string, now: Temporal.Instant): Promise<void> {
  await tx
    .insertInto("erasedPsus")
    .values({ psuId, erasedAt: now })
    .onConflict((conflict) => conflict.column("psuId").doNothing())
    .execute();
}

export async function listUnpurged(db: Executor<Tables>, limit: number): Promise<readonly string[]> {
  const rows = await db.selectFrom("erasedPsus").select("psuId").where("purgedAt", "is", null).orderBy("erasedAt").limit(limit).execute();
  return rows.map(({ psuId }) => psuId);
}

export async function markPurged(db: Executor<Tables>, psuId: string, now: Temporal.Instant): Promise<void> {
  await db.updateTable("erasedPsus").set({ purgedAt: now }).where("psuId", "=", psuId).execute();
}
