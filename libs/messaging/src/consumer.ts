import { setTimeout as delay } from "node:timers/promises";
import { AckPolicy, DeliverPolicy, ReplayPolicy } from "@nats-io/jetstream";
import type { ConsumerConfig, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { streamOf, subjectFilterOf } from "@opl/contracts/events";
import type { EventContract, EventData, EventType } from "@opl/contracts/events";
import type { Database } from "@opl/postgres";
import { counter } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import type { Kysely, Transaction } from "kysely";
import type { z } from "zod";
import { processBatch } from "./batch.ts";
import type { BatchContext, Delivery } from "./batch.ts";
import type { Messaging } from "./connection.ts";
import { errors } from "./errors.ts";
import type { ReceivedEvent } from "./event-message.ts";
import { noFailpoint } from "./failpoint.ts";
import type { Failpoint } from "./failpoint.ts";
import { contractOf, durableOf } from "./permissions.ts";
import { redeliveryDelayMs } from "./reaction.ts";
import { askProducer } from "./reconcile-protocol.ts";
import { startReconciler } from "./reconciler.ts";
import type { Reconciliation } from "./reconciler.ts";
import { retryRequested } from "./retry.ts";
import { isMissing, streamNameOf } from "./streams.ts";
import type { MessagingTables } from "./tables.ts";
import { Wake } from "./wake.ts";

export interface HandlingInfo {
  /** 1 at the first delivery. */
  readonly deliveryCount: number;
}

export interface ConsumerOptions<DB extends MessagingTables, Type extends EventType, Data = EventData<Type>> {
  readonly database: Database<DB>;
  readonly messaging: Messaging;
  readonly service: string;
  readonly type: Type;
  readonly logger: Logger;
  /** Each aggregate's facts strictly in the order of their versions (DR-C4). */
  readonly ordered?: boolean;
  /** What of the data is read here, when that is less than the contract holds: the rest is neither checked nor built. */
  readonly reads?: z.ZodType<Data>;
  /** The effect, inside the transaction that also notes the event as handled. No effect outside the database (DR-C5). */
  readonly handle: (tx: Transaction<DB>, event: ReceivedEvent<Type, Data>, info: HandlingInfo) => Promise<unknown>;
  /** The same for many new events at once; when it fails they are handled one by one. */
  readonly handleBatch?: (tx: Transaction<DB>, events: readonly ReceivedEvent<Type, Data>[]) => Promise<unknown>;
  /** Events in one transaction at the most. */
  readonly batchSize?: number;
  /** At least three times the longest batch (DR-C8); shorter only in tests. */
  readonly ackWaitMs?: number;
  /** Pause before the next delivery of what failed; deliveries count from 1. */
  readonly redeliveryDelayMs?: (deliveries: number, retryAfterSeconds?: number) => number;
  /** Pause of what came too early, and after how many deliveries its producer is asked; other than a minute only in tests. */
  readonly parking?: { readonly delayMs: number; readonly askEvery: number };
  /** How often it compares with the producer: every minute; more often only in tests. */
  readonly reconcileEveryMs?: number;
  readonly failpoint?: Failpoint;
}

export interface Consumer extends AsyncDisposable {
  readonly durable: string;
  /** Since when facts of this kind come in without a break, on the clock of `performance`; undefined while they do not. */
  receivingSince(): number | undefined;
  /** Resolves when everything in the stream has been handled and acknowledged, and nothing waits for another delivery. */
  idle(): Promise<void>;
  /** Compares all days with the producer now instead of within the minute (DR-R1). @throws ERR_PRODUCER_SILENT */
  reconcile(): Promise<Reconciliation>;
}

const defaultAckWaitMs = 30_000;
const nanosPerMs = 1_000_000;
const retryEveryMs = 5_000;

/**
 * Reads one kind of fact through a durable pull consumer with one subject filter: parse, drop what the inbox knows,
 * handle, commit, and only then acknowledge (DR-C1). Compares with the producer what it handled, every minute (DR-R1).
 * Starts in the background and survives the absence of broker, stream and database.
 */
export function startConsumer<DB extends MessagingTables, Type extends EventType, Data = EventData<Type>>(options: ConsumerOptions<DB, Type, Data>): Consumer {
  const { database, messaging, service, type, batchSize = 100, ackWaitMs = defaultAckWaitMs } = options;
  const contract = { ...contractOf(type), ...(options.reads === undefined ? {} : { data: options.reads }) };
  const durable = durableOf(service, type);
  const stream = streamNameOf(messaging, contract.owner);
  const logger = options.logger.child({ subsystem: durable });
  const stopped = new AbortController();
  const { signal } = stopped;
  const wake = new Wake();
  const held = new Set<JsMsg>();
  let busy = false;
  let since: number | undefined;
  let queue: JsMsg[] = [];
  const context: BatchContext<DB, Type> = {
    db: database.db,
    contract,
    durable,
    logger,
    ordered: options.ordered ?? false,
    // The messages below are read by that schema, so the data is what these handlers take.
    handle: options.handle as BatchContext<DB, Type>["handle"],
    handleBatch: options.handleBatch as BatchContext<DB, Type>["handleBatch"],
    failpoint: options.failpoint ?? noFailpoint,
    delayMs: options.redeliveryDelayMs ?? redeliveryDelayMs,
    parking: {
      ...(options.parking ?? { delayMs: 1_000, askEvery: 60 }),
      hopeless: new Set(),
      askMissing: (aggregateId, after, before) =>
        askProducer(messaging, service, contract, { ask: "versions", aggregateId, after, before }).then(({ known }) => known),
    },
    handled: counter("events_handled_total", "Facts whose effect was committed"),
    deadLettered: counter("dead_letters_total", "Facts that were set aside"),
  };

  /** Receives until the connection to the consumer is lost or we are told to stop. */
  const receive = async (messages: ConsumerMessages): Promise<void> => {
    for await (const message of messages) {
      if (signal.aborted) break;
      held.add(message);
      queue.push(message);
      wake.wake();
    }
  };

  /** Takes whatever has arrived, up to a batch, so that a lone event does not wait and a flood shares transactions. */
  const work = async (ended: AbortSignal): Promise<void> => {
    let retryAt = 0;
    while (!signal.aborted && !ended.aborted) {
      const batch = queue.slice(0, batchSize);
      queue = queue.slice(batch.length);
      busy = batch.length > 0;
      if (batch.length > 0) await processBatch(context, batch.map(deliveryOf), signal).finally(() => batch.forEach((message) => held.delete(message)));
      busy = false;
      if (queue.length > 0) continue;
      if (performance.now() >= retryAt) {
        await retryRequested(context).catch((error: unknown) => logger.warn({ err: error }, "dead letters could not be tried again"));
        retryAt = performance.now() + retryEveryMs;
      }
      await wake.wait(retryEveryMs, AbortSignal.any([signal, ended]));
    }
  };

  const loop = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const ended = new AbortController();
      let messages: ConsumerMessages | undefined;
      const stop = (): void => void messages?.close();
      try {
        await declareConsumer(messaging, stream, contract, durable, ackWaitMs);
        const consumer = await messaging.nats.client.consumers.get(stream, durable);
        messages = await consumer.consume({ max_messages: batchSize * 2, abort_on_missing_resource: true, idle_heartbeat: 5_000, expires: 30_000 });
        signal.addEventListener("abort", stop, { once: true });
        failures = 0;
        since = performance.now();
        // When one of the two ends, the other has nothing left to do.
        await Promise.all([work(ended.signal).finally(stop), receive(messages).finally(() => ended.abort())]);
      } catch (error) {
        if (signal.aborted) break;
        if (isMissing(error)) logger.debug({ stream }, "the stream is not there yet");
        else logger.warn({ err: error, failures }, "consumer interrupted; starting again");
      } finally {
        since = undefined;
        ended.abort();
        signal.removeEventListener("abort", stop);
        await messages?.close().catch(() => undefined);
        // What was received and not handled is delivered again.
        queue = [];
        held.clear();
      }
      if (!signal.aborted) await delay(Math.min(2_000, 50 * 2 ** Math.min(failures, 10)), undefined, { signal }).catch(() => undefined);
    }
  };
  const running = loop();
  const reconciler = startReconciler({
    db: database.db as unknown as Kysely<MessagingTables>,
    messaging,
    service,
    contract,
    logger: options.logger,
    everyMs: options.reconcileEveryMs,
  });
  const keepAlive = setInterval(() => held.forEach((message) => message.working()), ackWaitMs / 3);
  keepAlive.unref();

  return {
    durable,
    receivingSince() {
      const connectedSince = messaging.connectedSince();
      return since === undefined || connectedSince === undefined ? undefined : Math.max(since, connectedSince);
    },
    reconcile: () => reconciler.reconcile(),
    async idle() {
      // Twice in a row: the server tells who published before it counts the fact as pending here.
      for (let quiet = 0; !signal.aborted;) {
        quiet = !busy && queue.length === 0 && (await nothingOpen(messaging, stream, durable)) ? quiet + 1 : 0;
        if (quiet === 2) return;
        await delay(20, undefined, { signal }).catch(() => undefined);
      }
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      clearInterval(keepAlive);
      await reconciler[Symbol.asyncDispose]();
      await running;
    },
  };
}

async function nothingOpen(messaging: Messaging, stream: string, durable: string): Promise<boolean> {
  try {
    const info = await messaging.nats.manager.consumers.info(stream, durable);
    return info.num_pending === 0 && info.num_ack_pending === 0;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function deliveryOf(message: JsMsg): Delivery {
  return {
    message,
    deliveries: message.info.deliveryCount,
    place: `${message.info.streamSequence}@${message.info.timestampNanos}`,
  };
}

/**
 * Creates the durable or checks the existing one. `max_deliver` stays unlimited: at its limit the server would stop
 * delivering without a word (DR-C7).
 */
async function declareConsumer(messaging: Messaging, stream: string, contract: EventContract, durable: string, ackWaitMs: number): Promise<void> {
  const wanted = {
    durable_name: durable,
    filter_subject: messaging.prefix + subjectFilterOf(contract),
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_wait: ackWaitMs * nanosPerMs,
    max_deliver: -1,
    max_ack_pending: 500,
  };
  const { manager } = messaging.nats;
  let config: ConsumerConfig;
  try {
    ({ config } = await manager.consumers.info(stream, durable));
  } catch (error) {
    if (!isMissing(error)) throw error;
    ({ config } = await manager.consumers.add(stream, wanted));
  }
  const different = (["filter_subject", "ack_policy", "deliver_policy", "max_deliver", "ack_wait"] as const).filter((key) => config[key] !== wanted[key]);
  if (different.length > 0)
    throw errors.ERR_CONSUMER_DIFFERS({
      message: `Consumer ${durable} of ${streamOf(contract.owner)} differs in ${different.join(", ")} from what is declared.`,
      details: { durable, different },
    });
}
