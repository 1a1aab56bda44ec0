import type { Transaction } from "kysely";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

/** Which of these sessions may still be used; `startedAfter` is where the longest life of a session begins. */
export async function usableSessions(
  db: Executor<Tables>,
  sessionIds: readonly string[],
  { now, startedAfter }: { readonly now: Temporal.Instant; readonly startedAfter: Temporal.Instant },
): Promise<ReadonlySet<string>> {
  if (sessionIds.length === 0) return new Set();
  const rows = await db
    .selectFrom("sessions")
    .select("id")
    .where("id", "in", [...sessionIds])
    .where("expiresAt", ">", now)
    .where("createdAt", ">", startedAfter)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

export interface FoundSession {
  readonly psuId: string;
  readonly name: string;
  readonly email: string;
  readonly createdAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  /** When the person last proved who they are; at the beginning at the latest. */
  readonly provedAt: Temporal.Instant;
}

/** A session and whose it is, also one that has expired. */
export async function findSession(db: Executor<Tables>, sessionId: string): Promise<FoundSession | undefined> {
  return db
    .selectFrom("sessions")
    .innerJoin("people", "people.id", "sessions.userId")
    .select(["people.id as psuId", "people.name", "people.email", "sessions.createdAt", "sessions.expiresAt"])
    .select(({ fn }) => fn.coalesce("sessions.provedAt", "sessions.createdAt").as("provedAt"))
    .where("sessions.id", "=", sessionId)
    .executeTakeFirst();
}

/** Whoever uses the session has proved again who they are. */
export async function markProved(tx: Transaction<Tables>, sessionId: string, now: Temporal.Instant): Promise<void> {
  await tx.updateTable("sessions").set({ provedAt: now }).where("id", "=", sessionId).execute();
}

export async function endSession(tx: Transaction<Tables>, sessionId: string): Promise<void> {
  await tx.deleteFrom("sessions").where("id", "=", sessionId).execute();
}

/** The person's sessions that may still be used, the newest first. */
export async function sessionsOf(
  db: Executor<Tables>,
  psuId: string,
  { now, startedAfter }: { readonly now: Temporal.Instant; readonly startedAfter: Temporal.Instant },
): Promise<readonly ListedSession[]> {
  return db
    .selectFrom("sessions")
    .select(["id as sessionId", "ipAddress", "userAgent", "createdAt", "updatedAt"])
    .where("userId", "=", psuId)
    .where("expiresAt", ">", now)
    .where("createdAt", ">", startedAfter)
    .orderBy("updatedAt", "desc")
    .execute();
}

export interface ListedSession {
  readonly sessionId: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
}

/** Ends one session of this person. @returns false when they have no such session */
export async function endOwnSession(tx: Transaction<Tables>, psuId: string, sessionId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("sessions").where("userId", "=", psuId).where("id", "=", sessionId).executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function endAllSessions(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("sessions").where("userId", "=", psuId).execute();
}

/** Ends all sessions of the person but one. */
export async function endOtherSessions(tx: Transaction<Tables>, psuId: string, keepSessionId: string): Promise<void> {
  await tx.deleteFrom("sessions").where("userId", "=", psuId).where("id", "!=", keepSessionId).execute();
}

export async function deleteExpiredSessions(tx: Transaction<Tables>, now: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("sessions").where("expiresAt", "<=", now).execute();
}
