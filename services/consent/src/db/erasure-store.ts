/** Tombstones: who was erased does not come back by a request or a fact that was under way (US-37). */
import { forgetPerson } from "@opl/messaging";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { ConsentTables } from "./tables.ts";

type Db = Executor<ConsentTables>;
type Tx = Transaction<ConsentTables>;

/** Makes creating and erasing of one person's consents wait for each other, until the transaction ends. */
export async function lockPsu(tx: Tx, psuId: string): Promise<{ readonly erased: boolean }> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ${psuId}::text, 0))`.execute(tx);
  const row = await tx.selectFrom("erasedPsus").select("psuId").where("psuId", "=", psuId).executeTakeFirst();
  return { erased: row !== undefined };
}

export async function recordErasure(tx: Tx, psuId: string, erasedAt: Temporal.Instant): Promise<void> {
  await tx
    .insertInto("erasedPsus")
    .values({ psuId, erasedAt, purgedAt: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** People erased by `erasedBefore` of whom facts may still lie in the stream. */
export async function listToPurge(db: Db, erasedBefore: Temporal.Instant, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("erasedPsus")
    .select("psuId")
    .where("purgedAt", "is", null)
    .where("erasedAt", "<=", erasedBefore)
    .orderBy("erasedAt")
    .limit(limit)
    .execute();
  return rows.map(({ psuId }) => psuId);
}

/** @returns false while facts about the person still wait to be sent */
export async function eraseSentFacts(tx: Tx, psuId: string): Promise<boolean> {
  return forgetPerson(tx, psuId, { keepUnsent: true });
}

export async function recordPurge(db: Db, psuId: string, purgedAt: Temporal.Instant): Promise<void> {
  await db.updateTable("erasedPsus").set({ purgedAt }).where("psuId", "=", psuId).execute();
}
