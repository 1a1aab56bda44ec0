import type { Transaction } from "kysely";
import { forgetPerson } from "@opl/messaging";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export async function findPersonByEmail(db: Executor<Tables>, email: string): Promise<{ readonly psuId: string } | undefined> {
  return db.selectFrom("people").select("id as psuId").where("email", "=", email.toLowerCase()).executeTakeFirst();
}

/** The hash of the password that a person signs in with. */
export async function findPasswordHash(db: Executor<Tables>, psuId: string): Promise<string | undefined> {
  const row = await db.selectFrom("credentials").select("password").where("userId", "=", psuId).where("providerId", "=", "credential").executeTakeFirst();
  return row?.password ?? undefined;
}

/**
 * Deletes the person with credentials, sessions and preferences, and remembers that they asked for it.
 * @returns false when another request was first
 */
export async function erasePerson(tx: Transaction<Tables>, psuId: string, now: Temporal.Instant): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("people").where("id", "=", psuId).executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  await tx.insertInto("erasures").values({ psuId, erasedAt: now }).execute();
  await tx.deleteFrom("liveEvents").where("psuId", "=", psuId).execute();
  await forgetPerson(tx, psuId);
  return true;
}

/** Which of these people have asked to be forgotten. */
export async function erasedAmong(db: Executor<Tables>, psuIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (psuIds.length === 0) return new Set();
  const rows = await db
    .selectFrom("erasures")
    .select("psuId")
    .where("psuId", "in", [...psuIds])
    .execute();
  return new Set(rows.map(({ psuId }) => psuId));
}
