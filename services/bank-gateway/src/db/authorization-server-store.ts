import type { Executor } from "@opl/postgres";
import type { Selectable } from "kysely";
import type { ServerMetadata } from "../oauth/discovery/metadata.ts";
import type { Tables } from "./tables.ts";

export type AuthorizationServerRow = Selectable<Tables["authorizationServers"]>;

export async function getAuthorizationServer(db: Executor<Tables>, aspspId: string): Promise<AuthorizationServerRow | undefined> {
  return db.selectFrom("authorizationServers").selectAll().where("aspspId", "=", aspspId).executeTakeFirst();
}

/** Longest first. */
export async function listQuarantined(db: Executor<Tables>): Promise<AuthorizationServerRow[]> {
  return db.selectFrom("authorizationServers").selectAll().where("quarantinedAt", "is not", null).orderBy("quarantinedAt").execute();
}

/** The first reading of a bank; of two at once one is kept. */
export async function insertAccepted(db: Executor<Tables>, aspspId: string, accepted: ServerMetadata, now: Temporal.Instant): Promise<void> {
  await db
    .insertInto("authorizationServers")
    .values({ aspspId, accepted, acceptedAt: now })
    .onConflict((conflict) => conflict.column("aspspId").doNothing())
    .execute();
}

/** Lifts the quarantine, if there is one. */
export async function saveApproved(db: Executor<Tables>, aspspId: string, accepted: ServerMetadata, operator: string, now: Temporal.Instant): Promise<void> {
  await db
    .updateTable("authorizationServers")
    .set({ accepted, acceptedAt: now, acceptedBy: operator, quarantinedAt: null, reason: null, offered: null })
    .where("aspspId", "=", aspspId)
    .execute();
}

/**
 * Notes what is not believed, and since when; for the same reason again only what the bank says by now.
 * @returns whether it is new: the same reason before was told already
 */
export async function quarantine(
  db: Executor<Tables>,
  aspspId: string,
  { reason, offered }: { readonly reason: string; readonly offered: ServerMetadata | undefined },
  now: Temporal.Instant,
): Promise<boolean> {
  const set = { quarantinedAt: now, reason, offered: offered ?? null };
  const row = await db
    .insertInto("authorizationServers")
    .values({ aspspId, ...set })
    .onConflict((conflict) => conflict.column("aspspId").doUpdateSet(set).where("authorizationServers.reason", "is distinct from", reason))
    .returning("aspspId")
    .executeTakeFirst();
  if (row !== undefined) return true;
  await db.updateTable("authorizationServers").set({ offered: set.offered }).where("aspspId", "=", aspspId).where("reason", "=", reason).execute();
  return false;
}

export async function savePkceProbe(db: Executor<Tables>, aspspId: string, pkceEnforced: boolean, now: Temporal.Instant): Promise<void> {
  await db.updateTable("authorizationServers").set({ pkceEnforced, pkceProbedAt: now }).where("aspspId", "=", aspspId).execute();
}
