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

/**
 * Keeps a message and the consent or payment order it was received under; the same bytes received again add only another consent. One statement, because
 * every answer of a bank waits for it: the consent cannot end before it does. A consent that is not known yet is just being created. Of a payment
 * its order counts, since that outlives an approval that failed: the bank is still asked about it, and takes it back.
 * @returns false, with nothing kept, when the consent or the order has ended
 */
export async function insertRawMessage(db: Executor<Tables>, message: RawMessage, consentId: string): Promise<boolean> {
  const { psuId, hash } = message;
  const { rows } = await sql`
    with consent as (select ended_at from bank_consents where consent_id = ${consentId} and kind <> 'payments' for share),
    payment_order as (select ended_at from payment_orders where order_id = ${consentId} for share),
    allowed as (
      select true as yes
      where not exists (select from consent where ended_at is not null) and not exists (select from payment_order where ended_at is not null)
    ),
    kept as (
      insert into raw_messages (psu_id, hash, aspsp_id, operation, url, status_code, content_type, interaction_id, certificate_thumbprint, received_at,
        byte_length, data_key_id, sealed)
      select ${psuId}::uuid, ${hash}, ${message.aspspId}, ${message.operation}, ${message.url}, ${message.statusCode}::int, ${message.contentType},
        ${message.interactionId}, ${message.certificateThumbprint}, ${message.receivedAt}::timestamptz, ${message.byteLength}::int,
        ${message.dataKeyId}::uuid, ${message.sealed}::bytea
      from allowed on conflict (psu_id, hash) do nothing
    ),
    under as (insert into raw_message_consents (psu_id, hash, consent_id) select ${psuId}::uuid, ${hash}, ${consentId}::uuid from allowed on conflict do nothing)
    select yes from allowed`.execute(db);
  return rows.length > 0;
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
