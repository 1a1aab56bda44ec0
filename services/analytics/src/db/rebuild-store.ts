import type { Executor } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** Begins a rebuild: from now on everything is written under its number. @returns the number */
export async function startRebuild(db: Executor<Tables>, at: Temporal.Instant): Promise<number> {
  const row = await db.insertInto("rebuilds").values({ startedAt: at, finishedAt: null }).returning("generation").executeTakeFirstOrThrow();
  return row.generation;
}

export async function finishRebuild(db: Executor<Tables>, generation: number, at: Temporal.Instant): Promise<void> {
  await db.updateTable("rebuilds").set({ finishedAt: at }).where("generation", "=", generation).execute();
}

/** Everybody who is not forgotten, page by page. */
export async function peopleAfter(db: Executor<Tables>, psuId: string | undefined, limit: number): Promise<string[]> {
  let query = db.selectFrom("people").select("psuId").where("erasedAt", "is", null).orderBy("psuId").limit(limit);
  if (psuId !== undefined) query = query.where("psuId", ">", psuId);
  return (await query.execute()).map((row) => row.psuId);
}

/** Removes what was written before a rebuild and not found by it. */
export async function deleteStale(tx: Transaction<Tables>, psuId: string, generation: number): Promise<void> {
  for (const table of ["transactions", "balances", "accounts"] as const)
    await tx.deleteFrom(table).where("psuId", "=", psuId).where("generation", "<", generation).execute();
}
