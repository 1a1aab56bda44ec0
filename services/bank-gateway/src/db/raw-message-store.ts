import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { SealedValue } from "../vault/vault.ts";
import type { Tables } from "./tables.ts";

export interface RawMessage extends SealedValue {
  readonly psuId: string;
  /** SHA-256 over the unpacked bytes of the body, hexadecimal. */
  readonly hash: string;
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

/** Keeps a message and the consent it was received under; the same bytes received again add only another consent. */
export async function insertRawMessage(tx: Transaction<Tables>, message: RawMessage, consentId: string): Promise<void> {
  const { psuId, hash } = message;
  await tx
    .insertInto("rawMessages")
    .values(message)
    .onConflict((conflict) => conflict.columns(["psuId", "hash"]).doNothing())
    .execute();
  await tx
    .insertInto("rawMessageConsents")
    .values({ psuId, hash, consentId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function getRawMessage(db: Executor<Tables>, psuId: string, hash: string): Promise<RawMessage | undefined> {
  return db
    .selectFrom("rawMessages")
    .select([
      "psuId",
      "hash",
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

export async function deleteRawMessagesOf(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("rawMessageConsents").where("psuId", "=", psuId).execute();
  await tx.deleteFrom("rawMessages").where("psuId", "=", psuId).execute();
}

/**
 * Deletes the messages that were received only under consents whose data is erased, or whose successors' is: with renewals
 * one connection of a person is a chain of consents. The caller holds the person's consents.
 */
export async function deleteErasedRawMessages(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await sql`
    with recursive erased as (
      select consent_id from bank_consents where psu_id = ${psuId} and data_erased_at is not null
      union select older.consent_id from bank_consents older join erased on older.successor = erased.consent_id where older.psu_id = ${psuId})
    delete from raw_message_consents where psu_id = ${psuId} and consent_id in (select consent_id from erased)`.execute(tx);
  await sql`
    delete from raw_messages message where psu_id = ${psuId} and not exists (
      select from raw_message_consents received where received.psu_id = message.psu_id and received.hash = message.hash)`.execute(tx);
}
