import type { Transaction } from "kysely";
import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { KnownPasskey } from "../session/passkeys.ts";
import type { Tables } from "./tables.ts";

export interface StoredPasskey extends KnownPasskey {
  readonly passkeyId: string;
  readonly psuId: string;
  readonly name: string;
  readonly createdAt: Temporal.Instant;
  readonly lastUsedAt: Temporal.Instant | null;
}

const columns = ["passkeyId", "psuId", "name", "credentialId", "publicKey", "counter", "transports", "createdAt", "lastUsedAt"] as const;

/** @returns false when this passkey is known already */
export async function insertPasskey(
  tx: Transaction<Tables>,
  passkey: KnownPasskey & { readonly passkeyId: string; readonly psuId: string; readonly name: string },
  now: Temporal.Instant,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto("passkeys")
    .values({ ...passkey, counter: passkey.counter, transports: jsonb(passkey.transports), createdAt: now, lastUsedAt: null })
    .onConflict((conflict) => conflict.column("credentialId").doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function passkeysOf(db: Executor<Tables>, psuId: string): Promise<readonly StoredPasskey[]> {
  const rows = await db.selectFrom("passkeys").select(columns).where("psuId", "=", psuId).orderBy("createdAt").execute();
  return rows.map((row) => ({ ...row, counter: Number(row.counter) }));
}

export async function findPasskey(db: Executor<Tables>, credentialId: string): Promise<StoredPasskey | undefined> {
  const row = await db.selectFrom("passkeys").select(columns).where("credentialId", "=", credentialId).executeTakeFirst();
  return row === undefined ? undefined : { ...row, counter: Number(row.counter) };
}

export async function notePasskeyUse(tx: Transaction<Tables>, passkeyId: string, counter: number, now: Temporal.Instant): Promise<void> {
  await tx.updateTable("passkeys").set({ counter, lastUsedAt: now }).where("passkeyId", "=", passkeyId).execute();
}

/** @returns false when the person has no such passkey */
export async function renamePasskey(tx: Transaction<Tables>, psuId: string, passkeyId: string, name: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable("passkeys").set({ name }).where("psuId", "=", psuId).where("passkeyId", "=", passkeyId).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns false when the person has no such passkey */
export async function deletePasskey(tx: Transaction<Tables>, psuId: string, passkeyId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom("passkeys").where("psuId", "=", psuId).where("passkeyId", "=", passkeyId).executeTakeFirst();
  return numDeletedRows > 0n;
}
