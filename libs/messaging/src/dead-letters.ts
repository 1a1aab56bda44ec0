import type { OplError } from "@opl/errors";
import { jsonb } from "@opl/postgres";
import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import type { MessagingTables } from "./tables.ts";

export interface Undeliverable {
  /** Event id where it could be read, else the place in the stream. */
  readonly messageKey: string;
  readonly eventId: string | null;
  readonly eventType: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly deliveries: number;
}

/** Sets an event aside with its reason, in the transaction that also notes it in the inbox (DR-C6). */
export async function storeDeadLetter<DB>(tx: Transaction<DB>, consumer: string, message: Undeliverable, error: OplError): Promise<void> {
  await (tx as unknown as Transaction<MessagingTables>)
    .insertInto("deadLetters")
    .values({
      consumer,
      messageKey: message.messageKey,
      eventId: message.eventId,
      eventType: message.eventType,
      aggregateId: message.headers["ce-subject"] ?? null,
      psuId: uuidOrNull(message.headers["ce-psuid"]),
      deliveries: message.deliveries,
      errorCode: error.code,
      errorKind: error.kind,
      errorMessage: error.message.slice(0, 2_000),
      headers: jsonb(message.headers),
      // Postgres text holds no NUL.
      body: message.body.replaceAll("\0", "\uFFFD"),
      retryRequestedAt: null,
    })
    .onConflict((conflict) => conflict.columns(["consumer", "messageKey"]).doNothing())
    .execute();
}

function uuidOrNull(text: string | undefined): string | null {
  return text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text : null;
}

/** Asks the consumer to try dead letters again: all of its own, or one. @returns how many */
export async function retryDeadLetters<DB extends MessagingTables>(db: Kysely<DB>, consumer: string, deadLetterId?: string): Promise<number> {
  const { numAffectedRows } = await sql`
    update dead_letters set retry_requested_at = now()
    where consumer = ${consumer} and (${deadLetterId ?? null}::uuid is null or dead_letter_id = ${deadLetterId ?? null}::uuid)`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
