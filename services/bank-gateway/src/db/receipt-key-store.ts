import type { PublicJwk } from "@opl/contracts/model";
import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables } from "./tables.ts";

export interface ReceiptKey extends SealedValue {
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly createdAt: Temporal.Instant;
  readonly retiredAt: Temporal.Instant | null;
}

export async function receiptKeyInUse(db: Executor<Tables>): Promise<ReceiptKey | undefined> {
  return db.selectFrom("receiptKeys").selectAll().where("retiredAt", "is", null).executeTakeFirst();
}

/** The newest first. */
export async function listReceiptKeys(db: Executor<Tables>): Promise<readonly ReceiptKey[]> {
  return db.selectFrom("receiptKeys").selectAll().orderBy("createdAt", "desc").execute();
}

/** Puts a key in use, unless another process was faster: one is in use at a time. */
export async function insertReceiptKey(tx: Executor<Tables>, { publicJwk, ...key }: Omit<ReceiptKey, "retiredAt">): Promise<void> {
  await tx
    .insertInto("receiptKeys")
    .values({ ...key, publicJwk: jsonb(publicJwk), retiredAt: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function retireReceiptKey(tx: Executor<Tables>, kid: string, now: Temporal.Instant): Promise<void> {
  await tx.updateTable("receiptKeys").set({ retiredAt: now }).where("kid", "=", kid).where("retiredAt", "is", null).execute();
}
