import type { ConsumerInfo } from "@nats-io/jetstream";
import type { Logger } from "@opl/telemetry";
import { catalogue } from "@opl/contracts/events";
import type { EventContract } from "@opl/contracts/events";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import { durableOf } from "./permissions.ts";
import { sendAgain } from "./send-again.ts";
import { isMissing, streamNameOf } from "./streams.ts";
import type { MessagingTables } from "./tables.ts";

const outboxDays = 7;
/** Facts of the last days are compared between producer and consumers; shorter than the outbox keeps them (DR-R1). */
export const comparedDays = 6;
/** Shorter than the stream keeps facts. */
const saidAgainDays = 6;
/** Longer than the outbox, the stream and every replay together (DR-C2). */
const inboxDays = 30;
const rowsAtOnce = 5_000;
/** No sequence lies beyond it. */
const wholeStream = 2n ** 63n - 1n;

type Progress = Pick<ConsumerInfo, "num_pending" | "num_ack_pending"> & { readonly ack_floor: Pick<ConsumerInfo["ack_floor"], "stream_seq"> };

/** The part of `Messaging` that tells how far consumers are. */
interface ConsumerInfoSource {
  readonly prefix: string;
  readonly nats: { readonly manager: { readonly consumers: { info(stream: string, durable: string): Promise<Progress> } } };
}

/**
 * Deletes outbox rows that are a week old and that every consumer named in the catalogue has acknowledged (DR-P5), what is
 * kept of forgotten ones, and inbox rows that nothing can ask for any more. What a consumer still owes an answer to is said
 * again before the stream forgets it, so that one that stays away for long misses nothing.
 */
export async function applyRetention(db: Kysely<MessagingTables>, messaging: ConsumerInfoSource, owner: string, logger: Logger): Promise<void> {
  const confirmed = await confirmedSequence(messaging, owner);
  const owed = sql`published_at < now() - make_interval(days => ${saidAgainDays}) and stream_sequence > ${confirmed}`;
  const again = await sendAgain(db, owed);
  if (again > 0) logger.warn({ again }, "a consumer has been away for days; its facts are said again before the stream forgets them");
  const outbox = await sql`
    delete from outbox where event_id in (
      select event_id from outbox
      where published_at < now() - make_interval(days => ${outboxDays}) and occurred_at < now() - make_interval(days => ${outboxDays})
        and stream_sequence <= ${confirmed}
      order by stream_sequence limit ${rowsAtOnce})`.execute(db);
  await sql`delete from outbox_forgotten where occurred_at < now() - make_interval(days => ${outboxDays})`.execute(db);
  const inbox = await sql`
    delete from inbox where (consumer, event_id) in (
      select consumer, event_id from inbox where handled_at < now() - make_interval(days => ${inboxDays}) order by handled_at limit ${rowsAtOnce})`.execute(db);
  if ((outbox.numAffectedRows ?? 0n) + (inbox.numAffectedRows ?? 0n) > 0n) {
    logger.info({ outbox: String(outbox.numAffectedRows), inbox: String(inbox.numAffectedRows) }, "old messages deleted");
  }
}

/** The sequence up to which every consumer has acknowledged everything; 0 while one of them does not exist yet. */
export async function confirmedSequence(messaging: ConsumerInfoSource, owner: string): Promise<bigint> {
  const contracts = (Object.values(catalogue) as readonly EventContract[]).filter((contract) => contract.owner === owner);
  const durables = contracts.flatMap((contract) => contract.consumers.map((consumer) => durableOf(consumer, contract.type)));
  let lowest = wholeStream;
  for (const durable of durables) {
    try {
      const reached = acknowledgedUpTo(await messaging.nats.manager.consumers.info(streamNameOf(messaging, owner), durable));
      if (reached < lowest) lowest = reached;
    } catch (error) {
      if (isMissing(error)) return 0n;
      throw error;
    }
  }
  return lowest;
}

/**
 * How far one consumer is. One that has nothing left to do sets no limit: its floor stays at the last fact of its own kind,
 * however far the stream has gone on with others.
 */
export function acknowledgedUpTo({ ack_floor: floor, num_pending: pending, num_ack_pending: open }: Progress): bigint {
  return pending === 0 && open === 0 ? wholeStream : BigInt(floor.stream_seq);
}
