import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
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

/** Data keys that another key-encryption key wraps, in the order of their ids, beginning after one. */
export async function dataKeysUnderOtherKek(db: Executor<Tables>, kekId: string, after: string, limit: number): Promise<readonly StoredDataKey[]> {
  return db.selectFrom("dataKeys").select(columns).where("kekId", "!=", kekId).where("dataKeyId", ">", after).orderBy("dataKeyId").limit(limit).execute();
}

export async function countDataKeysUnderOtherKek(db: Executor<Tables>, kekId: string): Promise<number> {
  const { count } = await db
    .selectFrom("dataKeys")
    .select(({ fn }) => fn.countAll<bigint>().as("count"))
    .where("kekId", "!=", kekId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface Rewrapping {
  readonly key: StoredDataKey;
  readonly next: { readonly keyId: string; readonly bytes: Buffer };
}

/**
 * Replaces wrappings, all or none, where nobody was faster and the key was not shredded. Rows are locked in one order, so that two replicas
 * do not wait for each other. @returns how many
 */
export async function replaceWrappings(db: Executor<Tables>, rewrappings: readonly Rewrapping[]): Promise<number> {
  if (rewrappings.length === 0) return 0;
  const { numAffectedRows = 0n } = await sql`
    update data_keys set kek_id = given.next_kek_id, wrapped = given.next_wrapped
    from (
      select known.data_key_id, next.kek_id as next_kek_id, next.wrapped as next_wrapped
      from unnest(
        ${rewrappings.map(({ key }) => key.dataKeyId)}::uuid[], ${rewrappings.map(({ key }) => key.kekId)}::text[],
        ${rewrappings.map(({ next }) => next.keyId)}::text[], ${rewrappings.map(({ next }) => next.bytes)}::bytea[]
      ) as next (data_key_id, former_kek_id, kek_id, wrapped)
      join data_keys as known on known.data_key_id = next.data_key_id and known.kek_id = next.former_kek_id
      order by known.data_key_id for update of known
    ) as given
    where data_keys.data_key_id = given.data_key_id`.execute(db);
  return Number(numAffectedRows);
}
