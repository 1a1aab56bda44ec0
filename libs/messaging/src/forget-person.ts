import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { MessagingTables } from "./tables.ts";

/** Which facts about a person to delete from the outbox. */
export interface FactsToForget {
  readonly psuId: string;
  /** About these aggregates alone. */
  readonly aggregateIds?: readonly string[];
  /** Leaves to the relay what has not been sent, for facts that others must still hear; the rest is never sent. */
  readonly keepUnsent?: boolean;
}

/**
 * Deletes facts from the outbox before their time and keeps of each that it existed: who compares what it handled with what
 * was said (DR-R1) must neither miss them nor take them for forged.
 */
export async function forgetFacts<DB extends MessagingTables>(tx: Transaction<DB>, { psuId, aggregateIds, keepUnsent = false }: FactsToForget): Promise<void> {
  await sql`
    with gone as (
      delete from outbox where psu_id = ${psuId} and (${aggregateIds ?? null}::text[] is null or aggregate_id = any(${aggregateIds ?? null}::text[]))
        and (not ${keepUnsent}::boolean or published_at is not null)
      returning event_type, occurred_at, event_id)
    insert into outbox_forgotten (event_type, occurred_at, event_id) select event_type, occurred_at, event_id from gone on conflict do nothing`.execute(tx);
}

/**
 * Deletes what the messaging tables hold of a person: facts in the outbox and dead letters. With `keepUnsent` what waits to
 * be sent stays.
 * @returns whether nothing is left
 */
export async function forgetPerson<DB extends MessagingTables>(
  tx: Transaction<DB>,
  psuId: string,
  { keepUnsent = false }: Pick<FactsToForget, "keepUnsent"> = {},
): Promise<boolean> {
  const plain = tx as unknown as Transaction<MessagingTables>;
  await forgetFacts(plain, { psuId, keepUnsent });
  await plain.deleteFrom("deadLetters").where("psuId", "=", psuId).execute();
  if (!keepUnsent) return true;
  return (await plain.selectFrom("outbox").select("eventId").where("psuId", "=", psuId).limit(1).executeTakeFirst()) === undefined;
}
