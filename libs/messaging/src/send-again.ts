import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import type { MessagingTables } from "./tables.ts";

/** The highest sequence the broker ever acknowledged to this outbox. */
export async function highestAcknowledged(db: Kysely<MessagingTables>): Promise<bigint> {
  const { rows } = await sql<{ highest: bigint | null }>`select max(stream_sequence) as highest from outbox where published_at is not null`.execute(db);
  return rows[0]?.highest ?? 0n;
}

/**
 * Gives facts that were sent back to the relay, which sends them under a new message id, so that the duplicate window
 * cannot swallow them; consumers drop what they had by their inbox (DR-R2). `which` is a condition on the outbox.
 * @returns how many
 */
export async function sendAgain(db: Kysely<MessagingTables>, which: RawBuilder<unknown>): Promise<number> {
  // Locked in one order, so that two who ask for the same facts cannot wait for each other.
  const { numAffectedRows } = await sql`
    with chosen as (select event_id from outbox where published_at is not null and ${which} order by event_id for update)
    update outbox set published_at = null, stream_sequence = null, replay = replay + 1
    from chosen where outbox.event_id = chosen.event_id`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
