import { randomUUID } from "node:crypto";
import { OplError } from "@opl/errors";
import type { ErrorKind } from "@opl/errors";
import { createLogger } from "@opl/telemetry";
import { eventually } from "@opl/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commit, effectsOf, fact, logger, openStage, outboxOf, recordEffect, soon } from "../test/stage.ts";
import type { Effects, Stage } from "../test/stage.ts";
import { contractOf, durableOf, purgePsu, retryDeadLetters, startConsumer, startRelay, toMessage } from "./index.ts";
import type { Consumer, ConsumerOptions, FailpointName, Relay } from "./index.ts";
import { declareStream, streamNameOf } from "./streams.ts";

type Options = Partial<ConsumerOptions<Effects, "consent.authorised">>;

let stage: Stage;
let relay: Relay;
const running: AsyncDisposable[] = [];
beforeEach(async () => {
  stage = await openStage();
  relay = startRelay({ database: stage.producer.database, messaging: stage.messaging, owner: "consent", logger });
  running.push(relay);
});
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

function consume(options: Options = {}): Consumer {
  const consumer = startConsumer({
    database: stage.consumer.database,
    messaging: stage.messaging,
    service: "ingest",
    type: "consent.authorised",
    logger,
    handle: recordEffect,
    redeliveryDelayMs: soon,
    ...options,
  });
  running.push(consumer);
  return consumer;
}

/** Puts messages into the stream as an outbox would, but with any message id and any version. */
async function send(...messages: readonly { id?: string; subject?: string; version?: number; payload?: string; messageId?: string }[]): Promise<void> {
  await declareStream(stage.messaging, "consent");
  for (const { id = randomUUID(), subject = "c1", version = 1, payload, messageId } of messages) {
    const event = fact(subject);
    const row = {
      eventId: id,
      aggregateId: subject,
      aggregateVersion: BigInt(version),
      psuId: event.psuId,
      occurredAt: "2026-11-22T10:00:00Z",
      correlationId: null,
      causationId: null,
      traceparent: null,
      data: payload ?? JSON.stringify(event.data),
    };
    const message = toMessage(contractOf("consent.authorised"), row);
    const { client } = stage.messaging.nats;
    await client.publish(stage.messaging.prefix + message.subject, message.payload, { headers: message.headers, msgID: messageId ?? randomUUID() });
  }
}

const effects = () => effectsOf(stage.consumer.database);
const letters = () => stage.consumer.database.db.selectFrom("deadLetters").selectAll().execute();
const inbox = () => stage.consumer.database.db.selectFrom("inbox").selectAll().execute();
const failing = (kind: ErrorKind, code = "ERR_TEST") => new OplError({ code, kind, message: "as the test wants it" });

describe("startConsumer", () => {
  it("says since when it receives; not while its durable is another than declared, nor after its end", async () => {
    const { manager } = stage.messaging.nats;
    const stream = streamNameOf(stage.messaging, "consent");
    await declareStream(stage.messaging, "consent");
    const durable = durableOf("ingest", "consent.authorised");
    await manager.consumers.add(stream, { durable_name: durable, ack_policy: "none" });
    const consumer = consume();
    expect(consumer.receivingSince()).toBeUndefined();
    await manager.consumers.delete(stream, durable);
    await eventually(() => (consumer.receivingSince() ?? Number.POSITIVE_INFINITY) <= performance.now());
    await consumer[Symbol.asyncDispose]();
    expect(consumer.receivingSince()).toBeUndefined();
  });

  it("DR-C1 handles each fact once, in the order of the stream, with what the producer said", async () => {
    const seen: unknown[] = [];
    const consumer = consume({ handle: async (tx, event) => (seen.push(event), recordEffect(tx, event)) });
    const events = [fact("c1"), fact("c2"), fact("c1")];
    await commit(stage.producer.database, ...events);
    await relay.drained();
    await consumer.idle();
    expect((await effects()).map((row) => [row.aggregateId, row.version])).toEqual([
      ["c1", 1],
      ["c2", 1],
      ["c1", 2],
    ]);
    expect(seen[0]).toMatchObject({
      specversion: "1.0",
      type: "consent.authorised",
      source: "/opl/consent",
      subject: "c1",
      dataversion: 1,
      psuid: events[0]?.psuId,
      data: events[0]?.data,
    });
    expect(await inbox()).toHaveLength(3);
  });

  it("DR-C1 a failed effect leaves no trace in the inbox, and the fact comes again", async () => {
    let failures = 2;
    const consumer = consume({
      handle: async (tx, event) => {
        await recordEffect(tx, event);
        if (failures-- > 0) throw failing("conflict");
      },
    });
    await send({});
    await eventually(async () => (await effects()).length > 0);
    await consumer.idle();
    expect([await effects(), await inbox(), await letters()].map((rows) => rows.length)).toEqual([1, 1, 0]);
  });

  it("DR-C2 knows a fact that comes again after the duplicate window, after a restart too", async () => {
    const id = randomUUID();
    const first = consume();
    await send({ id }, { id });
    await eventually(async () => (await effects()).length > 0);
    await first.idle();
    await first[Symbol.asyncDispose]();
    const second = consume();
    await send({ id }, { id: randomUUID() });
    await eventually(async () => (await effects()).length > 1);
    await second.idle();
    expect(await effects()).toHaveLength(2);
  });

  it("DR-C3 removes doubles inside one batch", async () => {
    const id = randomUUID();
    await send({ id }, { id }, { id, version: 1 }, {});
    const sizes: number[] = [];
    const consumer = consume({ handleBatch: async (tx, events) => (sizes.push(events.length), Promise.all(events.map((event) => recordEffect(tx, event)))) });
    await eventually(async () => (await effects()).length === 2);
    await consumer.idle();
    expect(await effects()).toHaveLength(2);
  });

  it("DR-C4 with `ordered` applies versions in turn, whatever order they come in, and ignores old ones", async () => {
    await send(
      { subject: "a", version: 3 },
      { subject: "b", version: 1 },
      { subject: "a", version: 1 },
      { subject: "a", version: 2 },
      { subject: "b", version: 1 },
      { subject: "b", version: 3 },
    );
    const consumer = consume({ ordered: true });
    await eventually(async () => (await effects()).length === 4);
    await send({ subject: "b", version: 2 });
    await eventually(async () => (await effects()).length === 6);
    await consumer.idle();
    const rows = await effects();
    expect(rows.filter((row) => row.aggregateId === "a").map((row) => row.version)).toEqual([1, 2, 3]);
    expect(rows.filter((row) => row.aggregateId === "b").map((row) => row.version)).toEqual([1, 2, 3]);
  });

  it("DR-C4 asks the producer for what is missing before a parked fact, and goes on when it comes", async () => {
    const [person, other] = [randomUUID(), randomUUID()];
    await commit(stage.producer.database, fact("a"), fact("a", { psuId: person }), fact("a", { psuId: other }), fact("a"), fact("b"));
    await relay.drained();
    for (const lost of [person, other]) expect(await purgePsu(stage.messaging, "consent", lost)).toBe(1);
    const consumer = consume({ ordered: true, parking: { delayMs: 20, askEvery: 3 } });
    await eventually(async () => (await effects()).length === 5);
    await consumer.idle();
    expect((await effects()).filter((row) => row.aggregateId === "a").map((row) => row.version)).toEqual([1, 2, 3, 4]);
    expect((await outboxOf(stage.producer.database)).map(({ replay }) => replay)).toEqual([0, 1, 1, 0, 0]);
  });

  it("DR-C4 takes the first fact it sees of an aggregate only when the producer says that it has no earlier one", async () => {
    await commit(stage.producer.database, fact("a"), fact("a"), fact("a"));
    await relay.drained();
    await relay[Symbol.asyncDispose]();
    // Retention has passed over the first; the second is not sent yet.
    const { db } = stage.producer.database;
    await db.deleteFrom("outbox").where("aggregateVersion", "=", 1n).execute();
    await db.updateTable("outbox").set({ publishedAt: null, streamSequence: null }).where("aggregateVersion", "=", 2n).execute();
    const { manager } = stage.messaging.nats;
    const name = streamNameOf(stage.messaging, "consent");
    await manager.streams.purge(name, { seq: 3 });
    const deliveries: number[] = [];
    const consumer = consume({
      ordered: true,
      parking: { delayMs: 20, askEvery: 3 },
      failpoint: (point) => {
        if (point === "consumer.received") deliveries.push(1);
      },
    });
    // Nobody answers: it waits, however long.
    await eventually(() => deliveries.length > 9);
    expect(await effects()).toEqual([]);
    running.push(startRelay({ database: stage.producer.database, messaging: stage.messaging, owner: "consent", logger }));
    await eventually(async () => (await effects()).length === 2);
    await consumer.idle();
    expect((await effects()).map((row) => row.version)).toEqual([2, 3]);
  });

  it("DR-C6 tries again for ever when the trouble is not the event’s", async () => {
    let failures = 12;
    const deliveries: number[] = [];
    const consumer = consume({
      handle: async (tx, event, { deliveryCount }) => {
        deliveries.push(deliveryCount);
        if (failures-- > 0) throw failing("unavailable");
        await recordEffect(tx, event);
      },
    });
    await send({});
    await eventually(async () => (await effects()).length === 1);
    await consumer.idle();
    expect(deliveries).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    expect(await letters()).toEqual([]);
  });

  it.each([
    ["invalid", 5],
    ["forbidden", 5],
    ["bug", 5],
    ["not-found", 8],
    ["rejected", 1],
  ] as const)("DR-C6 sets aside what fails as %s after %i deliveries, and goes on", async (kind, times) => {
    const bad = randomUUID();
    let tries = 0;
    const consumer = consume({
      handle: async (tx, event) => {
        if (event.id === bad && (tries += 1) > 0) throw failing(kind, "ERR_TEST_POISON");
        await recordEffect(tx, event);
      },
    });
    await send({ version: 1 }, { id: bad, version: 2 }, { version: 3 });
    await eventually(async () => (await letters()).length === 1);
    await consumer.idle();
    expect(tries).toBeGreaterThanOrEqual(times);
    expect(await letters()).toMatchObject([
      {
        eventId: bad,
        consumer: durableOf("ingest", "consent.authorised"),
        deliveries: times,
        errorCode: "ERR_TEST_POISON",
        errorKind: kind,
        aggregateId: "c1",
        retryRequestedAt: null,
      },
    ]);
    expect((await effects()).map((row) => row.version)).toEqual([1, 3]);
    expect((await inbox()).map((row) => row.eventId)).toContain(bad);
  });

  it("DR-T11 sets aside what cannot be read, and handles everything around it", async () => {
    await send({ version: 1 }, { payload: "not json" }, { payload: '{"consentId":5}' }, { version: 2 });
    await stage.messaging.nats.client.publish(`${stage.messaging.prefix}opl.consent.authorised.v1.-.-`, "no headers at all");
    const consumer = consume();
    await eventually(async () => (await letters()).length === 3);
    await consumer.idle();
    expect((await effects()).map((row) => row.version)).toEqual([1, 2]);
    expect((await letters()).map((row) => row.errorCode)).toEqual(["ERR_EVENT_INVALID", "ERR_EVENT_INVALID", "ERR_EVENT_INVALID"]);
  });

  it("DR-C6 an ordered consumer goes on behind a dead letter", async () => {
    await send({ version: 1 }, { version: 2, payload: "{}" }, { version: 3 });
    const consumer = consume({ ordered: true });
    await eventually(async () => (await effects()).length === 2);
    await consumer.idle();
    expect((await effects()).map((row) => row.version)).toEqual([1, 3]);
    expect(await letters()).toHaveLength(1);
  });

  it("DR-C6 handles a dead letter when somebody asks, once, and keeps it when it fails again", async () => {
    let repaired = false;
    const handle: Options["handle"] = async (tx, event) => {
      if (!repaired) throw failing("rejected");
      await recordEffect(tx, event);
    };
    const first = consume({ handle });
    await send({}, { version: 2 });
    await eventually(async () => (await letters()).length === 2);
    await first.idle();
    await first[Symbol.asyncDispose]();
    const { db } = stage.consumer.database;
    expect(await retryDeadLetters(db, first.durable)).toBe(2);
    const second = consume({ handle });
    await eventually(async () => (await letters()).every((letter) => letter.retryRequestedAt === null && letter.deliveries === 2));
    await second[Symbol.asyncDispose]();
    repaired = true;
    const [letter] = await letters();
    expect(await retryDeadLetters(db, first.durable, letter?.deadLetterId)).toBe(1);
    consume({ handle });
    await eventually(async () => (await letters()).length === 1);
    expect((await effects()).map((row) => row.eventId)).toEqual([letter?.eventId]);
  });

  it("DR-C7 leaves the number of deliveries unlimited at the server", async () => {
    const consumer = consume();
    await relay.drained();
    await consumer.idle();
    const { config } = await stage.messaging.nats.manager.consumers.info(streamNameOf(stage.messaging, "consent"), consumer.durable);
    expect(config).toMatchObject({
      ack_policy: "explicit",
      max_deliver: -1,
      filter_subject: `${stage.messaging.prefix}opl.consent.authorised.v1.*.*`,
      ack_wait: 30_000_000_000,
      max_ack_pending: 500,
    });
  });

  it("DR-C8 says again and again that longer work goes on, and gets the fact no second time", async () => {
    const ackWaitMs = 600;
    const mayGoOn = Promise.withResolvers<void>();
    let [calls, said] = [0, 0];
    const consumer = consume({
      ackWaitMs,
      handle: async (tx, event) => {
        calls += 1;
        await mayGoOn.promise;
        await recordEffect(tx, event);
      },
    });
    const { connection } = stage.messaging.nats;
    // Three times for each wait: at the tenth, the wait has passed three times.
    connection.subscribe(`$JS.ACK.${streamNameOf(stage.messaging, "consent")}.${consumer.durable}.>`, {
      callback: (_, message) => {
        if (message.string() === "+WPI" && (said += 1) === 10) mayGoOn.resolve();
      },
    });
    await send({});
    await eventually(async () => (await effects()).length > 0);
    await consumer.idle();
    expect([calls, (await effects()).length]).toEqual([1, 1]);
  });

  it("DR-C8 two that hold the same fact at the same time make one effect", async () => {
    const id = randomUUID();
    const inside = Promise.withResolvers<void>();
    const mayGoOn = Promise.withResolvers<void>();
    let calls = 0;
    const handle: Options["handle"] = async (tx, event) => {
      calls += 1;
      inside.resolve();
      await mayGoOn.promise;
      await recordEffect(tx, event);
    };
    const [one, two] = [consume({ handle }), consume({ handle, database: stage.consumer.open() })];
    await send({ id });
    await inside.promise;
    // The same fact once more while the first is at work: the other replica gets it and must wait at the inbox.
    await send({ id });
    await eventually(async () => {
      const { num_ack_pending: open } = await stage.messaging.nats.manager.consumers.info(streamNameOf(stage.messaging, "consent"), one.durable);
      return open === 2;
    });
    mayGoOn.resolve();
    await Promise.all([one.idle(), two.idle()]);
    expect([await effects(), calls]).toEqual([[expect.objectContaining({ eventId: id })], 1]);
  });

  it("hands only new facts to handleBatch, and falls back to one by one when a batch fails", async () => {
    const [known, bad] = [randomUUID(), randomUUID()];
    const first = consume();
    await send({ id: known });
    await eventually(async () => (await effects()).length === 1);
    await first[Symbol.asyncDispose]();
    const batches: string[][] = [];
    await send({ id: known }, ...Array.from({ length: 8 }, () => ({})), { id: bad }, {});
    const second = consume({
      handleBatch: async (tx, events) => {
        batches.push(events.map((event) => event.id));
        if (events.some((event) => event.id === bad)) throw failing("invalid");
        for (const event of events) await recordEffect(tx, event);
      },
      handle: async (tx, event) => {
        if (event.id === bad) throw failing("invalid");
        await recordEffect(tx, event);
      },
    });
    await eventually(async () => (await letters()).length === 1);
    await second.idle();
    expect(await effects()).toHaveLength(10);
    expect(batches.flat()).not.toContain(known);
  });

  it("publishes in a handler with the event as its cause", async () => {
    const consumer = consume({ handle: async (tx, event) => await import("./outbox.ts").then(({ publish }) => publish(tx, fact(event.subject))) });
    await commit(stage.producer.database, { ...fact("c1"), correlationId: "journey-7" });
    await relay.drained();
    await consumer.idle();
    const [sent] = await outboxOf(stage.producer.database);
    expect(await outboxOf(stage.consumer.database)).toMatchObject([{ causationId: sent?.eventId, correlationId: "journey-7" }]);
  });

  it("waits for a stream that does not exist yet", async () => {
    await relay[Symbol.asyncDispose]();
    await stage.messaging.nats.manager.streams.delete(streamNameOf(stage.messaging, "consent")).catch(() => undefined);
    const consumer = consume();
    await send({});
    await eventually(async () => (await effects()).length === 1);
    await consumer.idle();
  });

  it("stops in the middle of work and leaves the rest to the next", async () => {
    await send(...Array.from({ length: 30 }, () => ({})));
    const first = consume({ batchSize: 5, ackWaitMs: 1_000 });
    await eventually(async () => (await effects()).length >= 5);
    await first[Symbol.asyncDispose]();
    const second = consume({ batchSize: 5, ackWaitMs: 1_000 });
    await eventually(async () => (await effects()).length === 30);
    await second.idle();
    expect(new Set((await effects()).map((row) => row.eventId)).size).toBe(30);
  });

  const points: readonly FailpointName[] = ["consumer.received", "consumer.inserted", "consumer.handled", "consumer.committed", "consumer.acknowledged"];
  it.each(points)("DR-T12 loses and doubles nothing when it fails at %s", async (point) => {
    let left = 2;
    const consumer = consume({
      ackWaitMs: 1_000,
      failpoint: (name) => {
        if (name === point && left-- > 0) throw new Error(`failed at ${name}`);
      },
    });
    await send(...Array.from({ length: 6 }, () => ({})));
    await eventually(async () => (await effects()).length === 6);
    await consumer.idle();
    expect(left).toBeLessThanOrEqual(0);
    expect([new Set((await effects()).map((row) => row.eventId)).size, (await effects()).length, await letters()]).toEqual([6, 6, []]);
  });

  it("says in the log what was set aside, without its content", async () => {
    const lines: string[] = [];
    const loud = createLogger({ name: "ingest", destination: { write: (line: string) => void lines.push(line) } });
    const write = vi.fn(() => Promise.reject(failing("rejected", "ERR_TEST_SAID")));
    consume({ logger: loud, handle: write });
    await send({ payload: JSON.stringify({ ...fact().data, scope: ["canary-content"] }) });
    await eventually(async () => (await letters()).length === 1);
    await eventually(() => lines.some((line) => line.includes("set aside")));
    expect(lines.join("")).toContain("ERR_TEST_SAID");
    expect(lines.join("")).not.toContain("canary-content");
  });
});
