import type { Executor } from '@opl/postgres';
import type { Tables } from './tables.ts';

export interface StoredDataKey {
  readonly dataKeyId: string;
  readonly owner: string;
  readonly purpose: string;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

const columns = ['dataKeyId', 'owner', 'purpose', 'kekId', 'wrapped'] as const;

export async function findDataKey(db: Executor<Tables>, owner: string, purpose: string): Promise<StoredDataKey | undefined> {
  return db.selectFrom('dataKeys').select(columns).where('owner', '=', owner).where('purpose', '=', purpose).executeTakeFirst();
}

export async function getDataKey(db: Executor<Tables>, dataKeyId: string): Promise<StoredDataKey | undefined> {
  return db.selectFrom('dataKeys').select(columns).where('dataKeyId', '=', dataKeyId).executeTakeFirst();
}

/** Keeps a new key, or nothing when another process was faster. */
export async function insertDataKey(db: Executor<Tables>, key: StoredDataKey, now: Temporal.Instant): Promise<void> {
  await db.insertInto('dataKeys').values({ ...key, createdAt: now }).onConflict((conflict) => conflict.columns(['owner', 'purpose']).doNothing()).execute();
}

/** Without its key nothing that was sealed with it can be read again. */
export async function shredDataKeys(tx: Executor<Tables>, owner: string): Promise<void> {
  await tx.deleteFrom('dataKeys').where('owner', '=', owner).execute();
}
