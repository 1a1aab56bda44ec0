import type { Transaction } from "kysely";
import { forgetPerson } from "@opl/messaging";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

/** An id that no person has, to ask for in the place of an unknown one: asking costs the same (US-21). */
export const nobody = "00000000-0000-0000-0000-000000000000";

export async function findPersonByEmail(db: Executor<Tables>, email: string): Promise<{ readonly psuId: string } | undefined> {
  return db.selectFrom("people").select("id as psuId").where("email", "=", email.toLowerCase()).executeTakeFirst();
}

export async function findPerson(
  db: Executor<Tables>,
  psuId: string,
): Promise<{ readonly psuId: string; readonly name: string; readonly email: string } | undefined> {
  return db.selectFrom("people").select(["id as psuId", "name", "email"]).where("id", "=", psuId).executeTakeFirst();
}

/** The hash of the password that a person signs in with. */
export async function findPasswordHash(db: Executor<Tables>, psuId: string): Promise<string | undefined> {
  const row = await db.selectFrom("credentials").select("password").where("userId", "=", psuId).where("providerId", "=", byPassword).executeTakeFirst();
  return row?.password ?? undefined;
}

/** Makes a person who has no password yet. @returns false when the address is taken */
export async function insertPerson(
  tx: Transaction<Tables>,
  { psuId, name, email }: { readonly psuId: string; readonly name: string; readonly email: string },
  now: Temporal.Instant,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("people")
    .values({ id: psuId, name, email: email.toLowerCase(), emailVerified: false, image: null, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** For an address that is taken, in the place of writing a new person's password: a row is written all the same, and says what it said (US-21). */
export async function writePersonUnchanged(tx: Transaction<Tables>, email: string): Promise<void> {
  await tx
    .updateTable("people")
    .set((row) => ({ updatedAt: row.ref("updatedAt") }))
    .where("email", "=", email.toLowerCase())
    .execute();
}

export async function saveName(tx: Transaction<Tables>, psuId: string, name: string, now: Temporal.Instant): Promise<void> {
  await tx.updateTable("people").set({ name, updatedAt: now }).where("id", "=", psuId).execute();
}

/**
 * The address to sign in with from now on, unless it is another person's: looked for first, because Postgres logs a broken constraint
 * with the address in it. Whoever takes it in the same moment breaks the constraint all the same.
 * @returns false when it is taken, or theirs already
 */
export async function saveEmail(tx: Transaction<Tables>, psuId: string, email: string, now: Temporal.Instant): Promise<boolean> {
  const address = email.toLowerCase();
  const { numUpdatedRows } = await tx
    .updateTable("people")
    .set({ email: address, updatedAt: now })
    .where("id", "=", psuId)
    .where("email", "<>", address)
    .where((row) => row.not(row.exists(row.selectFrom("people as other").select("other.id").where("other.email", "=", address).where("other.id", "!=", psuId))))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Holds the person's ways in still until the transaction ends: of two removals at once the second sees what the first left. */
export async function lockPerson(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.selectFrom("people").select("id").where("id", "=", psuId).forUpdate().executeTakeFirst();
}

const byPassword = "credential";
const bySingleSignOn = "single-sign-on";

type NewCredential = { readonly id: string; readonly psuId: string };

/** The password from now on. */
export async function savePasswordHash(
  tx: Transaction<Tables>,
  { id, psuId, hash }: NewCredential & { readonly hash: string },
  now: Temporal.Instant,
): Promise<void> {
  const row = { ...empty, id, userId: psuId, providerId: byPassword, accountId: psuId, password: hash, createdAt: now, updatedAt: now };
  await tx
    .insertInto("credentials")
    .values(row)
    .onConflict((conflict) => conflict.columns(["providerId", "accountId"]).doUpdateSet({ password: hash, updatedAt: now }))
    .execute();
}

export async function deletePassword(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("credentials").where("userId", "=", psuId).where("providerId", "=", byPassword).execute();
}

/** Whose single sign-on this subject of the provider is. */
export async function findLinked(db: Executor<Tables>, subject: string): Promise<string | undefined> {
  const row = await db.selectFrom("credentials").select("userId").where("providerId", "=", bySingleSignOn).where("accountId", "=", subject).executeTakeFirst();
  return row?.userId;
}

export async function isLinked(db: Executor<Tables>, psuId: string): Promise<boolean> {
  const row = await db.selectFrom("credentials").select("id").where("providerId", "=", bySingleSignOn).where("userId", "=", psuId).executeTakeFirst();
  return row !== undefined;
}

/** Links a subject to a person, in place of the one before. @returns false when it is another person's */
export async function saveLink(
  tx: Transaction<Tables>,
  { id, psuId, subject }: NewCredential & { readonly subject: string },
  now: Temporal.Instant,
): Promise<boolean> {
  await deleteLink(tx, psuId);
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("credentials")
    .values({ ...empty, id, userId: psuId, providerId: bySingleSignOn, accountId: subject, password: null, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.columns(["providerId", "accountId"]).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function deleteLink(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("credentials").where("userId", "=", psuId).where("providerId", "=", bySingleSignOn).execute();
}

/** Tokens of a provider are not kept: we only ask who somebody is. */
const empty = {
  accessToken: null,
  refreshToken: null,
  idToken: null,
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  scope: null,
};

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
