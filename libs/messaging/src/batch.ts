import type { JsMsg } from "@nats-io/jetstream";
import type { EventContract, EventType } from "@opl/contracts/events";
import { isoInstant } from "@opl/contracts/model";
import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction, translateSqlError } from "@opl/postgres";
import { runWithTrace } from "@opl/telemetry";
import type { counter, Logger } from "@opl/telemetry";
import type { Kysely, Transaction } from "kysely";
import { storeDeadLetter } from "./dead-letters.ts";
import type { Undeliverable } from "./dead-letters.ts";
import { errors } from "./errors.ts";
import { fromMessage, headersOf } from "./event-message.ts";
import type { ReceivedEvent } from "./event-message.ts";
import type { Failpoint } from "./failpoint.ts";
import { admit } from "./inbox.ts";
import type { Admitted, Received } from "./inbox.ts";
import { handledEvent } from "./outbox.ts";
import { reactionOfKind } from "./reaction.ts";

export interface Delivery {
  readonly message: JsMsg;
  readonly deliveries: number;
  /** Where and when it was stored in the stream. */
  readonly place: string;
}

/** What is done with an event that came too early. */
export interface Parking {
  /** Pause before it is delivered again. */
  readonly delayMs: number;
  /** After so many deliveries, and again after as many more, the producer is asked for what is missing (DR-C4). */
  readonly askEvery: number;
  /** Asks for what lies between two versions. @returns how many of them the producer still has */
  readonly askMissing: (aggregateId: string, after: number, before: number) => Promise<number>;
  /** Ids of parked events whose predecessors the producer no longer has. */
  readonly hopeless: Set<string>;
}

export interface BatchContext<DB, Type extends EventType> {
  readonly db: Kysely<DB>;
  readonly contract: EventContract;
  readonly durable: string;
  readonly logger: Logger;
  readonly ordered: boolean;
  readonly handle: (tx: Transaction<DB>, event: ReceivedEvent<Type>, info: { readonly deliveryCount: number }) => Promise<unknown>;
  readonly handleBatch: ((tx: Transaction<DB>, events: readonly ReceivedEvent<Type>[]) => Promise<unknown>) | undefined;
  readonly failpoint: Failpoint;
  readonly delayMs: (deliveries: number, retryAfterSeconds?: number) => number;
  readonly parking: Parking;
  readonly handled: ReturnType<typeof counter>;
  readonly deadLettered: ReturnType<typeof counter>;
}

/** A message that could be read. */
interface Parsed<Type extends EventType> extends Received {
  readonly delivery: Delivery;
  readonly event: ReceivedEvent<Type>;
}

type Early<Type extends EventType> = Pick<Admitted<Parsed<Type>>, "parked" | "last">;

/** Handles a batch in one transaction and acknowledges after the commit; when it fails, one event at a time. */
export async function processBatch<DB, Type extends EventType>(
  context: BatchContext<DB, Type>,
  deliveries: readonly Delivery[],
  signal: AbortSignal,
): Promise<void> {
  await context.failpoint("consumer.received");
  const { readable, unreadable } = parseAll(context, deliveries);
  for (const { delivery, error } of unreadable) await fail(context, delivery, error);
  if (readable.length === 0) return;
  try {
    await acknowledge(context, await applyAll(context, readable), readable);
  } catch (failure) {
    const error = classify(failure);
    // The database is gone, or we are: nothing of this batch can be done now, one by one or not.
    if (signal.aborted || error.kind === "unavailable") {
      context.logger.warn({ err: error, events: readable.length }, "batch not handled; it will be delivered again");
      for (const { delivery } of readable) delivery.message.nak(context.delayMs(delivery.deliveries, error.retryAfterSeconds));
      return;
    }
    if (readable.length === 1) await fail(context, (readable[0] as Parsed<Type>).delivery, error);
    else for (const one of readable) await processOne(context, one);
  }
}

async function processOne<DB, Type extends EventType>(context: BatchContext<DB, Type>, one: Parsed<Type>): Promise<void> {
  try {
    await acknowledge(context, await applyAll(context, [one]), [one]);
  } catch (failure) {
    await fail(context, one.delivery, classify(failure));
  }
}

function parseAll<DB, Type extends EventType>({ contract, parking }: BatchContext<DB, Type>, deliveries: readonly Delivery[]) {
  const readable: Parsed<Type>[] = [];
  const unreadable: { delivery: Delivery; error: OplError }[] = [];
  for (const delivery of deliveries) {
    try {
      const event = fromMessage<Type>(contract, headersOf(delivery.message.headers), delivery.message.string());
      readable.push({
        delivery,
        event,
        eventId: event.id,
        aggregateId: event.subject,
        version: event.aggregateversion,
        time: event.time,
        waitedLong: parking.hopeless.has(event.id),
      });
    } catch (error) {
      unreadable.push({ delivery, error: classify(error) });
    }
  }
  return { readable, unreadable };
}

/** One transaction: inbox, effect, commit. @returns what came too early, and behind which versions */
async function applyAll<DB, Type extends EventType>(context: BatchContext<DB, Type>, batch: readonly Parsed<Type>[]): Promise<Early<Type>> {
  return inTransaction(context.db, async (tx) => {
    const { apply, parked, last } = await admit(tx, context.durable, batch, context.ordered);
    await context.failpoint("consumer.inserted");
    if (apply.length > 0) await runHandlers(context, tx, apply);
    await context.failpoint("consumer.handled");
    context.handled.add(apply.length, { consumer: context.durable });
    return { parked, last };
  });
}

async function runHandlers<DB, Type extends EventType>(context: BatchContext<DB, Type>, tx: Transaction<DB>, apply: readonly Parsed<Type>[]): Promise<void> {
  const { handle, handleBatch, durable, contract } = context;
  const attributes = { "messaging.consumer": durable, "event.type": contract.type };
  const first = apply[0]?.event;
  if (handleBatch !== undefined && first !== undefined && apply.length > 1) {
    const events = apply.map(({ event }) => event);
    // What a batch publishes has one cause on paper: the first of its events.
    await runWithTrace(traceOf(first), `handle ${contract.type}`, { ...attributes, "messaging.batch.message_count": apply.length }, () =>
      handledEvent.run(first, () => handleBatch(tx, events)),
    );
    return;
  }
  for (const { event, delivery } of apply) {
    await runWithTrace(traceOf(event), `handle ${contract.type}`, { ...attributes, "event.id": event.id }, () =>
      handledEvent.run(event, () => handle(tx, event, { deliveryCount: delivery.deliveries })),
    );
  }
}

function traceOf({ traceparent }: { readonly traceparent: string | null }): { readonly traceparent?: string } {
  return traceparent === null ? {} : { traceparent };
}

/** After the commit: what was applied or known is done, what came too early comes again. */
async function acknowledge<DB, Type extends EventType>(
  context: BatchContext<DB, Type>,
  { parked, last }: Early<Type>,
  batch: readonly Parsed<Type>[],
): Promise<void> {
  await context.failpoint("consumer.committed");
  const early = new Set(parked.map(({ eventId }) => eventId));
  const { parking } = context;
  for (const { eventId, delivery } of batch) {
    if (early.has(eventId)) delivery.message.nak(parking.delayMs);
    else {
      parking.hopeless.delete(eventId);
      delivery.message.ack();
    }
  }
  await context.failpoint("consumer.acknowledged");
  const waitedLong = firstOfEach(parked).filter((one) => one.delivery.deliveries % parking.askEvery === 0);
  await Promise.all(waitedLong.map((one) => askForMissing(context, one, last.get(one.aggregateId) ?? 0)));
}

/** The parked event of each aggregate that waits for the fewest. */
function firstOfEach<T extends Received>(parked: readonly T[]): readonly T[] {
  return [...new Map(parked.toSorted((a, b) => b.version - a.version).map((event) => [event.aggregateId, event])).values()];
}

/** A failure is no reason to stop: the event comes again, and so does the question. */
async function askForMissing<DB, Type extends EventType>({ parking, logger }: BatchContext<DB, Type>, early: Parsed<Type>, last: number): Promise<void> {
  const { eventId, aggregateId, version } = early;
  const err = errors.ERR_EVENT_GAP({ details: { aggregateId, version, last } });
  try {
    const known = await parking.askMissing(aggregateId, last, version);
    if (known === 0) parking.hopeless.add(eventId);
    if (known < version - last - 1) logger.error({ err, known }, "an earlier fact is missing, and its producer has it no longer");
    else logger.warn({ err }, "an earlier fact is missing; its producer sends it again");
  } catch (error) {
    logger.warn({ err: error, aggregateId, version, last }, "an earlier fact is missing, and its producer cannot be asked");
  }
}

/** What failed is delivered again later, or set aside when its kind says so and it had its tries. */
async function fail<DB, Type extends EventType>(context: BatchContext<DB, Type>, delivery: Delivery, error: OplError): Promise<void> {
  const reaction = reactionOfKind[error.kind];
  const again = reaction.action === "retry" || delivery.deliveries < reaction.afterDeliveries;
  if (again || !(await setAside(context, delivery, error))) {
    context.logger[error.kind === "bug" ? "error" : "warn"]({ err: error, deliveries: delivery.deliveries }, "event not handled; it will be delivered again");
    delivery.message.nak(context.delayMs(delivery.deliveries, error.retryAfterSeconds));
    return;
  }
  delivery.message.ack();
}

/** @returns false when the database could not take it, so that it must be delivered again */
async function setAside<DB, Type extends EventType>(context: BatchContext<DB, Type>, delivery: Delivery, error: OplError): Promise<boolean> {
  const letter = undeliverable(context, delivery);
  try {
    await inTransaction(context.db, async (tx) => {
      if (letter.received !== undefined) {
        const { apply, parked } = await admit(tx, context.durable, [letter.received], context.ordered);
        // Handled meanwhile by another replica, or not its turn yet.
        if (parked.length > 0) throw errors.ERR_EVENT_GAP();
        if (apply.length === 0) return;
      }
      await storeDeadLetter(tx, context.durable, letter, error);
    });
  } catch (failure) {
    context.logger.warn({ err: failure }, "dead letter could not be stored");
    return false;
  }
  context.deadLettered.add(1, { consumer: context.durable });
  context.logger.error({ err: error, event: letter.messageKey, deliveries: delivery.deliveries }, "event set aside as dead letter");
  return true;
}

function undeliverable<DB, Type extends EventType>(
  { contract }: BatchContext<DB, Type>,
  { message, deliveries, place }: Delivery,
): Undeliverable & { received?: Received } {
  const headers = headersOf(message.headers);
  const eventId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.exec(headers["ce-id"] ?? "")?.[0] ?? null;
  const version = Number.parseInt(headers["ce-aggregateversion"] ?? "", 10);
  const aggregateId = headers["ce-subject"];
  const received =
    eventId !== null && aggregateId !== undefined && version > 0
      ? { received: { eventId, aggregateId, version, time: instantOrNull(headers["ce-time"]), waitedLong: true } }
      : {};
  return { messageKey: eventId ?? place, eventId, eventType: contract.type, headers, body: message.string(), deliveries, ...received };
}

function instantOrNull(text: string | undefined): string | null {
  return text !== undefined && isoInstant.safeParse(text).success ? text : null;
}

function classify(error: unknown): OplError {
  return toOplError(translateSqlError(error));
}
