import type { EventType } from "@opl/contracts/events";
import { toOplError } from "@opl/errors";
import { inTransaction, translateSqlError } from "@opl/postgres";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { BatchContext } from "./batch.ts";
import { fromMessage } from "./event-message.ts";
import { handledEvent } from "./outbox.ts";
import type { MessagingTables } from "./tables.ts";

/**
 * Handles dead letters that somebody asked to try again, one transaction each: the effect and the end of the letter
 * belong together. A letter that fails again stays, with its new reason.
 */
export async function retryRequested<DB extends MessagingTables, Type extends EventType>(context: BatchContext<DB, Type>): Promise<void> {
  while (await retryOne(context));
}

async function retryOne<DB extends MessagingTables, Type extends EventType>(context: BatchContext<DB, Type>): Promise<boolean> {
  const { contract, durable, handle, db } = context;
  let letterId: string | undefined;
  try {
    return await inTransaction(db, async (tx) => {
      const plain = tx as unknown as Transaction<MessagingTables>;
      const letter = await plain
        .selectFrom("deadLetters")
        .selectAll()
        .where("consumer", "=", durable)
        .where("retryRequestedAt", "is not", null)
        .orderBy("storedAt")
        .limit(1)
        .forUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (letter === undefined) return false;
      letterId = letter.deadLetterId;
      const event = fromMessage<Type>(contract, letter.headers, letter.body);
      await handledEvent.run(event, () => handle(tx, event, { deliveryCount: letter.deliveries + 1 }));
      await plain
        .insertInto("inbox")
        .values({ consumer: durable, eventId: event.id, occurredAt: event.time })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await plain.deleteFrom("deadLetters").where("deadLetterId", "=", letter.deadLetterId).execute();
      context.logger.info({ deadLetterId: letterId }, "dead letter handled");
      return true;
    });
  } catch (failure) {
    const error = toOplError(translateSqlError(failure));
    if (letterId === undefined || error.kind === "unavailable") throw error;
    context.logger.warn({ err: error, deadLetterId: letterId }, "dead letter failed again");
    await sql`
      update dead_letters set retry_requested_at = null, deliveries = deliveries + 1, error_code = ${error.code}, error_kind = ${error.kind},
        error_message = ${error.message.slice(0, 2_000)} where dead_letter_id = ${letterId}`.execute(db);
    return true;
  }
}
