import type { Executor } from "@opl/postgres";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables } from "./tables.ts";

export interface RawMessage extends SealedValue {
  readonly psuId: string;
  /** SHA-256 over the unpacked bytes of the body, hexadecimal. */
  readonly hash: string;
  readonly consentId: string;
  readonly aspspId: string;
  readonly operation: string;
  readonly url: string;
  readonly statusCode: number;
  readonly contentType: string | null;
  readonly interactionId: string;
  readonly certificateThumbprint: string | null;
  readonly receivedAt: Temporal.Instant;
  readonly byteLength: number;
}

/** Keeps a message; the same bytes received again add nothing. */
export async function insertRawMessage(db: Executor<Tables>, message: RawMessage): Promise<void> {
  await db
    .insertInto("rawMessages")
    .values(message)
    .onConflict((conflict) => conflict.columns(["psuId", "hash"]).doNothing())
    .execute();
}

export async function getRawMessage(db: Executor<Tables>, psuId: string, hash: string): Promise<RawMessage | undefined> {
  return db
    .selectFrom("rawMessages")
    .select([
      "psuId",
      "hash",
      "consentId",
      "aspspId",
      "operation",
      "url",
      "statusCode",
      "contentType",
      "interactionId",
      "certificateThumbprint",
      "receivedAt",
      "byteLength",
      "dataKeyId",
      "sealed",
    ])
    .where("psuId", "=", psuId)
    .where("hash", "=", hash)
    .executeTakeFirst();
}

export async function deleteRawMessagesOf(tx: Executor<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("rawMessages").where("psuId", "=", psuId).execute();
}
