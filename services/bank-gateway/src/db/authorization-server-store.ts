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

/**
 * Lifts the quarantine, if there is one, unless its reason is another by now than the operator decided about.
 * @returns whether it was saved
 */
export async function saveApproved(
  db: Executor<Tables>,
  aspspId: string,
  { accepted, reason }: { readonly accepted: ServerMetadata; readonly reason: string | null },
  operator: string,
  now: Temporal.Instant,
): Promise<boolean> {
  const row = await db
    .updateTable("authorizationServers")
    .set({ accepted, acceptedAt: now, acceptedBy: operator, quarantinedAt: null, reason: null, offered: null })
    .where("aspspId", "=", aspspId)
    .where("reason", "is not distinct from", reason)
    .returning("aspspId")
    .executeTakeFirst();
  return row !== undefined;
}

/** Found out by a probe. What the bank says of itself later neither proves it wrong nor takes its place: only an operator does. */
export const pkceNotEnforced = "pkce-not-enforced";

/**
 * Notes what is not believed, and since when; for the same reason again, and after a probe's finding, only what the bank says by now.
 * `offered` is null where that cannot be read or is what was accepted, and undefined where nothing was read.
 * @returns whether the reason is new: the same before was told already
 */
export async function quarantine(
  db: Executor<Tables>,
  aspspId: string,
  { reason, offered }: { readonly reason: string; readonly offered: ServerMetadata | null | undefined },
  now: Temporal.Instant,
): Promise<boolean> {
  const said = offered === undefined ? {} : { offered };
  const set = { quarantinedAt: now, reason, ...said };
  const row = await db
    .insertInto("authorizationServers")
    .values({ aspspId, ...set })
    .onConflict((conflict) =>
      conflict
        .column("aspspId")
        .doUpdateSet(set)
        .where("authorizationServers.reason", "is distinct from", reason)
        .where("authorizationServers.reason", "is distinct from", pkceNotEnforced),
    )
    .returning("aspspId")
    .executeTakeFirst();
  if (row !== undefined) return true;
  if (offered !== undefined) await db.updateTable("authorizationServers").set(said).where("aspspId", "=", aspspId).execute();
  return false;
}

export async function savePkceProbe(db: Executor<Tables>, aspspId: string, pkceEnforced: boolean, now: Temporal.Instant): Promise<void> {
  await db.updateTable("authorizationServers").set({ pkceEnforced, pkceProbedAt: now }).where("aspspId", "=", aspspId).execute();
}
