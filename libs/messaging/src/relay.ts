import { randomInt } from "node:crypto";
import type { EventType } from "@opl/contracts/events";
import { inTransaction, listen } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { counter, gauge, withSpan } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import type { Messaging } from "./connection.ts";
import { toMessage } from "./event-message.ts";
import type { OutboxRow } from "./event-message.ts";
import { noFailpoint } from "./failpoint.ts";
import type { Failpoint } from "./failpoint.ts";
import { outboxChannel } from "./outbox.ts";
import { contractOf, contractsOf } from "./permissions.ts";
import { answerConsumers } from "./reconcile-answers.ts";
import { applyRetention } from "./retention.ts";
import { highestAcknowledged, sendAgain } from "./send-again.ts";
import { declareStream, streamNameOf } from "./streams.ts";
import type { StreamOptions } from "./streams.ts";
import type { MessagingTables } from "./tables.ts";
import { Wake } from "./wake.ts";

export interface RelayOptions<DB extends MessagingTables> {
  readonly database: Database<DB>;
  readonly messaging: Messaging;
  /** The service whose outbox this is. */
  readonly owner: string;
  readonly logger: Logger;
  readonly stream?: StreamOptions;
  /** Rows taken at once. */
  readonly batchSize?: number;
  /** Publishes on the way at once. */
  readonly inFlight?: number;
  readonly failpoint?: Failpoint;
}

export interface Relay extends AsyncDisposable {
  /** Resolves when nothing waits in the outbox. */
  drained(): Promise<void>;
  /** Looks at once instead of at the next poll. */
  wake(): void;
}

/** Notifications only wake the relay; this poll is what guarantees it (DR-P7). */
export const relayPollMs = 1_000;
const publishTimeoutMs = 5_000;
const cleanEveryMs = 3_600_000;
/** How often an idle relay asks the broker whether it still has what it acknowledged. */
const checkEveryMs = 15_000;

/**
 * Sends the outbox to the stream of its owner: rows are chosen by state (DR-P3), sent with their id as message id and
 * the stream they must land in, marked only after the acknowledgement (DR-P4). Several replicas share the work. Consumers
 * ask here what they lack (DR-R1).
 */
export function startRelay<DB extends MessagingTables>(options: RelayOptions<DB>): Relay {
  const { database, messaging, owner } = options;
  const logger = options.logger.child({ subsystem: "relay" });
  const db = database.db as unknown as Kysely<MessagingTables>;
  const stopped = new AbortController();
  const { signal } = stopped;
  const wake = new Wake();
  const types = contractsOf(owner).map(({ type }) => type);
  const relayed = counter("outbox_published_total", "Facts handed to the broker");
  const memory: RelayMemory = { highest: undefined, oldestSeconds: undefined };
  const age = gauge("outbox_oldest_seconds", "Age of the oldest fact that waits in the outbox", () => memory.oldestSeconds, { owner });
  const notifications = listen({
    ...database.connection,
    channel: outboxChannel(database.schema),
    applicationName: `${owner} relay wake`,
    onNotify: () => wake.wake(),
  });

  const loop = async (): Promise<void> => {
    let failures = 0;
    let declared = false;
    let cleanAt = 0;
    let checkAt = 0;
    while (!signal.aborted) {
      try {
        if (!declared) {
          await declareStream(messaging, owner, options.stream);
          declared = true;
        }
        const outcome = await relayBatch(db, messaging, owner, types, options, memory, logger, relayed);
        failures = outcome.failed ? failures + 1 : 0;
        // The stream itself may be gone.
        if (outcome.failed) declared = false;
        if (outcome.taken > 0 && failures === 0) continue;
        memory.oldestSeconds = await oldestWaiting(db);
        if (declared && performance.now() >= checkAt) {
          checkAt = performance.now() + checkEveryMs;
          const unknown = await unknownWaiting(db, types);
          if (unknown.length > 0) logger.warn({ eventTypes: unknown }, "facts of types that this version does not know wait for a newer one");
          if (await brokerForgot(db, messaging, owner, memory, logger)) continue;
        }
        if (performance.now() >= cleanAt) {
          await applyRetention(db, messaging, owner, logger);
          cleanAt = performance.now() + cleanEveryMs;
        }
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        declared = false;
        logger.warn({ err: error, failures }, "outbox could not be relayed; trying again");
      }
      await wake.wait(failures === 0 ? relayPollMs : backoffMs(failures), signal);
    }
  };
  const running = loop();
  const answers = answerConsumers({ db, messaging, owner, logger, onAgain: () => wake.wake() });

  return {
    wake: () => wake.wake(),
    async drained() {
      while (!signal.aborted) {
        const { waiting } = await sql<{ waiting: boolean }>`select exists (select from outbox where published_at is null) as waiting`
          .execute(db)
          .then(({ rows }) => rows[0] as { waiting: boolean });
        if (!waiting) return;
        wake.wake();
        await new Wake().wait(10, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await answers[Symbol.asyncDispose]();
      await running;
      await notifications[Symbol.asyncDispose]();
      age[Symbol.dispose]();
    },
  };
}

interface RelayMemory {
  /** The highest sequence the broker ever acknowledged to this outbox; undefined until read. */
  highest: bigint | undefined;
  oldestSeconds: number | undefined;
}

interface BatchOutcome {
  readonly taken: number;
  readonly failed: boolean;
}

interface ClaimedRow extends OutboxRow {
  readonly eventType: EventType;
  readonly replay: number;
}

/** Capped and jittered; a lost broker is tried for ever. */
function backoffMs(failures: number): number {
  const cap = Math.min(10_000, 100 * 2 ** Math.min(failures, 10));
  return cap / 2 + randomInt(Math.ceil(cap / 2));
}

async function relayBatch<DB extends MessagingTables>(
  db: Kysely<MessagingTables>,
  messaging: Messaging,
  owner: string,
  types: readonly string[],
  { batchSize = 256, inFlight = 128, failpoint = noFailpoint }: RelayOptions<DB>,
  memory: RelayMemory,
  logger: Logger,
  relayed: ReturnType<typeof counter>,
): Promise<BatchOutcome> {
  memory.highest ??= await highestAcknowledged(db);
  let rolledBackTo: bigint | undefined;
  const outcome = await inTransaction(db, async (tx) => {
    const rows = await claim(tx, types, batchSize);
    if (rows.length === 0) return { taken: 0, failed: false };
    await failpoint("relay.claimed");
    const results = await withSpan("outbox relay", { "messaging.batch.message_count": rows.length }, () => publishAll(messaging, owner, rows, inFlight));
    await failpoint("relay.published");
    const sent = results.flatMap((result) => ("sequence" in result ? [result] : []));
    await mark(tx, sent);
    await failpoint("relay.marked");
    // A fresh message below what was acknowledged before: the broker lost its tail (DR-C10).
    const fresh = sent.filter((result) => !result.duplicate).map((result) => result.sequence);
    const lowest = fresh.reduce<bigint | undefined>((low, sequence) => (low === undefined || sequence < low ? sequence : low), undefined);
    if (lowest !== undefined && memory.highest !== undefined && lowest <= memory.highest) rolledBackTo = lowest;
    else memory.highest = fresh.reduce((high, sequence) => (sequence > high ? sequence : high), memory.highest ?? 0n);
    relayed.add(sent.length, { owner });
    const failures = results.flatMap((result) => ("error" in result ? [result.error] : []));
    if (failures.length > 0) logger.warn({ err: failures[0], failed: failures.length, sent: sent.length }, "facts not acknowledged; they stay in the outbox");
    return { taken: rows.length, failed: failures.length > 0 };
  });
  await failpoint("relay.committed");
  if (rolledBackTo !== undefined) await refill(db, rolledBackTo, memory, logger, owner);
  return outcome;
}

/**
 * Locked until the transaction ends: another replica skips them, and a crash gives them back. A type this process does not know was written by a newer one
 * beside it, in the middle of a rollout: that one sends it.
 */
async function claim(tx: Transaction<MessagingTables>, types: readonly string[], batchSize: number): Promise<readonly ClaimedRow[]> {
  const { rows } = await sql<ClaimedRow>`
    select event_id, event_type, aggregate_id, aggregate_version, psu_id, correlation_id, causation_id, traceparent, data, replay,
           to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at
    from outbox where published_at is null and event_type = any(${types}::text[]) order by position limit ${batchSize} for update skip locked`.execute(tx);
  return rows;
}

type Sent = { readonly eventId: string; readonly sequence: bigint; readonly duplicate: boolean };
type PublishResult = Sent | { readonly error: unknown };

/** Sends in order with many on the way; stops sending more after the first failure. */
async function publishAll(messaging: Messaging, owner: string, rows: readonly ClaimedRow[], inFlight: number): Promise<readonly PublishResult[]> {
  const results: PublishResult[] = [];
  const queue = rows.values();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const row of queue) {
      if (failed) return;
      const result = await publishOne(messaging, owner, row);
      if ("error" in result) failed = true;
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, rows.length) }, lane));
  return results;
}

async function publishOne({ nats, prefix, ...messaging }: Messaging, owner: string, row: ClaimedRow): Promise<PublishResult> {
  try {
    if (!messaging.isConnected()) throw new Error("not connected");
    const { subject, headers, payload } = toMessage(contractOf(row.eventType), row);
    const streamName = streamNameOf({ prefix }, owner);
    const ack = await nats.client.publish(prefix + subject, payload, {
      headers,
      msgID: row.replay === 0 ? row.eventId : `${row.eventId}:${row.replay}`,
      expect: { streamName },
      timeout: publishTimeoutMs,
    });
    if (ack.stream !== streamName) throw new Error(`acknowledged by stream ${ack.stream}`);
    return { eventId: row.eventId, sequence: BigInt(ack.seq), duplicate: ack.duplicate };
  } catch (error) {
    return { error };
  }
}

/** One update for the whole batch. `published_at` says "handed over once", not "delivered" (DR-P5). */
async function mark(tx: Transaction<MessagingTables>, sent: readonly Sent[]): Promise<void> {
  if (sent.length === 0) return;
  await sql`
    update outbox set published_at = now(), stream_sequence = given.sequence
    from unnest(${sent.map((row) => row.eventId)}::uuid[], ${sent.map((row) => row.sequence)}::bigint[]) as given (id, sequence)
    where event_id = given.id`.execute(tx);
}

/** The broker rolled back: everything it acknowledged from that sequence on is sent again. */
async function refill(db: Kysely<MessagingTables>, from: bigint, memory: RelayMemory, logger: Logger, owner: string): Promise<void> {
  const again = await sendAgain(db, sql`stream_sequence >= ${from}`);
  memory.highest = await highestAcknowledged(db);
  logger.error({ owner, from: String(from), again }, "the broker lost acknowledged facts; sending them again");
  counter("broker_rollbacks_total", "Times the broker was found to have lost acknowledged facts").add(1, { owner });
}

/** Compares the end of the stream with what was acknowledged, for the time when nothing new is sent (DR-C10). */
async function brokerForgot(db: Kysely<MessagingTables>, messaging: Messaging, owner: string, memory: RelayMemory, logger: Logger): Promise<boolean> {
  // Read before the broker is asked: another replica may be sending.
  const acknowledged = await highestAcknowledged(db);
  const { state } = await messaging.nats.manager.streams.info(streamNameOf(messaging, owner));
  if (BigInt(state.last_seq) >= acknowledged) return false;
  await refill(db, BigInt(state.last_seq) + 1n, memory, logger, owner);
  return true;
}

/** Types of waiting facts that no process of this version sends. */
async function unknownWaiting(db: Kysely<MessagingTables>, types: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ eventType: string }>`
    select distinct event_type from outbox where published_at is null and event_type <> all(${types}::text[]) limit 20`.execute(db);
  return rows.map(({ eventType }) => eventType);
}

async function oldestWaiting(db: Kysely<MessagingTables>): Promise<number> {
  const { rows } = await sql<{ seconds: string | null }>`
    select extract(epoch from now() - created_at)::text as seconds from outbox where published_at is null order by position limit 1`.execute(db);
  return Number.parseInt(rows[0]?.seconds ?? "0", 10);
}
