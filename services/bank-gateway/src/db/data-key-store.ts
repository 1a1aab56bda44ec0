import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export interface StoredDataKey {
  readonly dataKeyId: string;
  readonly owner: string;
  readonly purpose: string;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

const columns = ["dataKeyId", "owner", "purpose", "kekId", "wrapped"] as const;

export async function findDataKey(db: Executor<Tables>, owner: string, purpose: string): Promise<StoredDataKey | undefined> {
  return db.selectFrom("dataKeys").select(columns).where("owner", "=", owner).where("purpose", "=", purpose).executeTakeFirst();
}

export async function getDataKey(db: Executor<Tables>, dataKeyId: string): Promise<StoredDataKey | undefined> {
  return db.selectFrom("dataKeys").select(columns).where("dataKeyId", "=", dataKeyId).executeTakeFirst();
}

/** Keeps a new key, or nothing when another process was faster. */
export async function insertDataKey(db: Executor<Tables>, key: StoredDataKey, now: Temporal.Instant): Promise<void> {
  await db
    .insertInto("dataKeys")
    .values({ ...key, createdAt: now })
    .onConflict((conflict) => conflict.columns(["owner", "purpose"]).doNothing())
    .execute();
}

/** Without its key nothing that was sealed with it can be read again. */
export async function shredDataKeys(tx: Executor<Tables>, owner: string): Promise<void> {
  await tx.deleteFrom("dataKeys").where("owner", "=", owner).execute();
}

/** Data keys that an older key-encryption key wraps. */
export async function dataKeysUnderOtherKek(db: Executor<Tables>, kekId: string, limit: number): Promise<readonly StoredDataKey[]> {
  return db.selectFrom("dataKeys").select(columns).where("kekId", "!=", kekId).orderBy("dataKeyId").limit(limit).execute();
}

/** False when another process was faster, or the key was shredded. */
export async function replaceWrapping(db: Executor<Tables>, key: StoredDataKey, next: { keyId: string; bytes: Buffer }): Promise<boolean> {
  const row = await db
    .updateTable("dataKeys")
    .set({ kekId: next.keyId, wrapped: next.bytes })
    .where("dataKeyId", "=", key.dataKeyId)
    .where("kekId", "=", key.kekId)
    .returning("dataKeyId")
    .executeTakeFirst();
  return row !== undefined;
}
