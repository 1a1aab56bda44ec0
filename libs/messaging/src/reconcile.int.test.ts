import { randomUUID } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { createLogger } from "@opl/telemetry";
import { eventually } from "@opl/testkit";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNatsServer } from "../../../tools/up/nats-server.ts";
import { freePort } from "../../../tools/up/server-process.ts";
import { commit, effectsOf, fact, logger, openStage, outboxOf, recordEffect, soon } from "../test/stage.ts";
import type { Effects, Stage } from "../test/stage.ts";
import {
  askSubjectOf,
  connectMessaging,
  contractOf,
  durableOf,
  forgetPerson,
  natsServerConfig,
  purgePsu,
  startConsumer,
  startRelay,
  toMessage,
} from "./index.ts";
import type { Consumer, ConsumerOptions, Messaging, Relay, RelayOptions } from "./index.ts";
import { answerConsumers } from "./reconcile-answers.ts";
import { startReconciler } from "./reconciler.ts";
import type { Reconciler } from "./reconciler.ts";
import { applyRetention } from "./retention.ts";
import { declareStream } from "./streams.ts";

const contract = contractOf("consent.authorised");
const durable = durableOf("ingest", contract.type);
/** In a bucket that is closed. */
const earlier = Temporal.Now.instant().subtract({ minutes: 20 });
const agreed = { differing: 0, again: 0, unexpected: [] };

let stage: Stage;
const running: AsyncDisposable[] = [];
beforeEach(async () => {
  stage = await openStage();
});
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

function keep<T extends AsyncDisposable>(one: T): T {
  running.push(one);
  return one;
}
function relay(options: Partial<RelayOptions<Effects>> = {}): Relay {
  return keep(startRelay({ database: stage.producer.database, messaging: stage.messaging, owner: "consent", logger, ...options }));
}
function consume(options: Partial<ConsumerOptions<Effects, "consent.authorised">> = {}): Consumer {
  const { messaging, consumer } = stage;
  return keep(
    startConsumer({
      database: consumer.database,
      messaging,
      service: "ingest",
      type: "consent.authorised",
      logger,
      handle: recordEffect,
      redeliveryDelayMs: soon,
      ...options,
    }),
  );
}
/** The comparison alone, without a consumer that reads. */
function reconciler(): Reconciler {
  return keep(startReconciler({ db: stage.consumer.database.db, messaging: stage.messaging, service: "ingest", contract, logger }));
}
const inbox = () => stage.consumer.database.db.selectFrom("inbox").selectAll().execute();
const handledIds = async () => (await effectsOf(stage.consumer.database)).map((row) => row.eventId);
const saidIds = async () => (await outboxOf(stage.producer.database)).map((row) => row.eventId);
/** A message disappears from the stream as by damage of the store: nobody is told. */
const loseFactsAbout = (psuId: string, messaging: Messaging = stage.messaging) => purgePsu(messaging, "consent", psuId);
const old = (psuId: string = randomUUID()) => fact(randomUUID(), { psuId, time: earlier });

async function handleEverything(sending: Relay, consumer: Consumer): Promise<void> {
  await sending.drained();
  await consumer.idle();
}

describe("a consumer and its producer compare", () => {
  it.each([
    ["in the middle", 2],
    ["at the end", 4],
    ["at the beginning", 0],
  ])("DR-R2 a hole %s of the stream is healed, with one effect each", async (_, place) => {
    const people = Array.from({ length: 5 }, () => randomUUID());
    const sending = relay();
    await commit(stage.producer.database, ...people.map(old));
    await sending.drained();
    expect(await loseFactsAbout(people[place] as string)).toBe(1);
    const consumer = consume();
    await handleEverything(sending, consumer);
    expect(await handledIds()).toHaveLength(4);
    expect(await consumer.reconcile()).toEqual({ differing: 1, again: 1, unexpected: [] });
    await handleEverything(sending, consumer);
    expect((await handledIds()).toSorted()).toEqual((await saidIds()).toSorted());
    expect((await outboxOf(stage.producer.database)).map(({ replay }) => replay)).toEqual(people.map((_person, i) => (i === place ? 1 : 0)));
    expect(await consumer.reconcile()).toEqual(agreed);
  });

  it("DR-R1 compares by itself, again and again, also when nobody answers at first", async () => {
    const people = [randomUUID(), randomUUID()] as const;
    const first = relay();
    await commit(stage.producer.database, old(people[0]), old());
    await first.drained();
    await loseFactsAbout(people[0]);
    await first[Symbol.asyncDispose]();
    const consumer = consume({ reconcileEveryMs: 10 });
    await consumer.idle();
    const second = relay();
    await eventually(async () => (await handledIds()).length === 2);
    await commit(stage.producer.database, old(people[1]));
    await handleEverything(second, consumer);
    await stage.consumer.database.db.deleteFrom("inbox").execute();
    await eventually(async () => (await inbox()).length === 3);
  });

  it("DR-R1 what is on its way or waits in a backlog is not sent twice", async () => {
    const sending = relay();
    const mayGoOn = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const consumer = consume({
      handle: async (tx, event) => {
        begun.resolve();
        await mayGoOn.promise;
        await recordEffect(tx, event);
      },
    });
    await commit(stage.producer.database, old(), old(), old());
    await sending.drained();
    await begun.promise;
    expect(await consumer.reconcile()).toEqual({ differing: 1, again: 0, unexpected: [] });
    mayGoOn.resolve();
    await handleEverything(sending, consumer);
    expect(await consumer.reconcile()).toEqual(agreed);
    expect((await outboxOf(stage.producer.database)).map(({ replay }) => replay)).toEqual([0, 0, 0]);
  });

  it("DR-R1 a durable that does not exist yet lacks nothing: the stream will bring it everything", async () => {
    const sending = relay();
    await commit(stage.producer.database, old(), old());
    await sending.drained();
    expect(await reconciler().reconcile()).toEqual({ differing: 1, again: 0, unexpected: [] });
    const consumer = consume();
    await handleEverything(sending, consumer);
    expect(await consumer.reconcile()).toEqual(agreed);
  });

  it("DR-R2 two replicas on either side heal a hole once", async () => {
    const person = randomUUID();
    const relays = [relay(), relay({ database: stage.producer.open() })];
    await commit(stage.producer.database, old(), old(person), old());
    await relays[0]?.drained();
    await loseFactsAbout(person);
    const consumers = [consume(), consume({ database: stage.consumer.open() })];
    for (const consumer of consumers) await consumer.idle();
    const found = await Promise.all(consumers.map((consumer) => consumer.reconcile()));
    expect(found.reduce((sum, { again }) => sum + again, 0)).toBe(1);
    await eventually(async () => (await handledIds()).length === 3);
    expect(new Set(await handledIds()).size).toBe(3);
    expect((await outboxOf(stage.producer.database)).map(({ replay }) => replay)).toEqual([0, 1, 0]);
    for (const consumer of consumers) expect(await consumer.reconcile()).toEqual(agreed);
  });

  it("DR-R3 a forged fact is a loud alarm and is not touched", async () => {
    const lines: string[] = [];
    const loud = createLogger({ name: "ingest", destination: { write: (line: string) => void lines.push(line) } });
    const sending = relay();
    const consumer = consume({ logger: loud });
    await commit(stage.producer.database, old());
    const id = randomUUID();
    const { subject, headers, payload } = toMessage(contract, {
      eventId: id,
      aggregateId: "forged",
      aggregateVersion: 1n,
      psuId: old().psuId,
      occurredAt: String(earlier),
      correlationId: null,
      causationId: null,
      traceparent: null,
      data: JSON.stringify(old().data),
    });
    await sending.drained();
    await stage.messaging.nats.client.publish(stage.messaging.prefix + subject, payload, { headers });
    await consumer.idle();
    const before = [await inbox(), await outboxOf(stage.producer.database)];
    for (let round = 0; round < 2; round += 1) expect(await consumer.reconcile()).toEqual({ differing: 1, again: 0, unexpected: [id] });
    expect([await inbox(), await outboxOf(stage.producer.database)]).toEqual(before);
    const alarms = lines.filter((line) => line.includes("ERR_FACTS_UNEXPECTED")).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(alarms).toHaveLength(2);
    expect(alarms[0]).toMatchObject({ eventIds: [id] });
  });

  it("DR-R3 a known id at another time is no fact of the producer either", async () => {
    const sending = relay();
    const consumer = consume();
    await commit(stage.producer.database, old());
    await handleEverything(sending, consumer);
    const [id] = await saidIds();
    await stage.consumer.database.db
      .updateTable("inbox")
      .set({ occurredAt: earlier.subtract({ hours: 1 }) })
      .execute();
    expect(await consumer.reconcile()).toEqual({ differing: 2, again: 0, unexpected: [id] });
  });

  it("G-17 an erased person is neither missed nor sent again, whether the facts were handled or not", async () => {
    const [gone, handled, lost, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const sending = relay();
    const first = consume();
    await commit(stage.producer.database, old(gone), old(handled), old(other));
    await handleEverything(sending, first);
    await inTransaction(stage.producer.database.db, (tx) => forgetPerson(tx, gone));
    expect(await first.reconcile()).toEqual(agreed);
    await first[Symbol.asyncDispose]();
    await commit(stage.producer.database, old(lost));
    await sending.drained();
    const forget = async (person: string): Promise<void> => {
      await inTransaction(stage.producer.database.db, (tx) => forgetPerson(tx, person));
      await loseFactsAbout(person);
    };
    await forget(lost);
    const consumer = consume();
    await consumer.idle();
    expect(await consumer.reconcile()).toEqual({ differing: 1, again: 0, unexpected: [] });
    await forget(handled);
    expect(await consumer.reconcile()).toEqual({ differing: 1, again: 0, unexpected: [] });
    expect(await saidIds()).toHaveLength(1);
    expect(JSON.stringify(await stage.producer.database.db.selectFrom("outboxForgotten").selectAll().execute())).not.toMatch(`${gone}|${handled}|${lost}`);
  });

  it("DR-R1 what was handled before the inbox kept times is known by its id, and gets its time", async () => {
    const sending = relay();
    const consumer = consume();
    await commit(stage.producer.database, old(), old());
    await handleEverything(sending, consumer);
    await stage.consumer.database.db.updateTable("inbox").set({ occurredAt: null }).execute();
    expect(await consumer.reconcile()).toEqual({ differing: 1, again: 0, unexpected: [] });
    expect(await consumer.reconcile()).toEqual(agreed);
    expect((await inbox()).map(({ occurredAt }) => String(occurredAt))).toEqual((await outboxOf(stage.producer.database)).map((row) => String(row.occurredAt)));
  });

  it("DR-C6 a dead letter counts as handled, before and after another try", async () => {
    const sending = relay();
    const refuse = new OplError({ code: "ERR_TEST", kind: "rejected", message: "as the test wants it" });
    const consumer = consume({ handle: () => Promise.reject(refuse) });
    await commit(stage.producer.database, old());
    await handleEverything(sending, consumer);
    expect(await stage.consumer.database.db.selectFrom("deadLetters").selectAll().execute()).toHaveLength(1);
    expect(await consumer.reconcile()).toEqual(agreed);
  });

  it("DR-C4 an old version that an ordered consumer passes over counts as handled", async () => {
    const sending = relay();
    const consumer = consume({ ordered: true });
    await commit(stage.producer.database, fact("a", { time: earlier }), fact("a", { time: earlier }));
    await handleEverything(sending, consumer);
    await stage.consumer.database.db.deleteFrom("inbox").execute();
    expect((await consumer.reconcile()).again).toBe(2);
    await handleEverything(sending, consumer);
    expect(await consumer.reconcile()).toEqual(agreed);
    expect((await effectsOf(stage.consumer.database)).map(({ version }) => version)).toEqual([1, 2]);
  });

  it("DR-R1 says so when nobody answers", async () => {
    await expect(reconciler().reconcile()).rejects.toMatchObject({ code: "ERR_PRODUCER_SILENT" });
  });
});

describe("a producer without its relay", () => {
  /** As many facts as asked for, said and acknowledged. */
  async function say(count: number, at: Temporal.Instant, sequence = 1): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, () => randomUUID()).toSorted();
    await sql`
      insert into outbox (event_id, event_type, aggregate_id, aggregate_version, psu_id, occurred_at, data, published_at, stream_sequence)
      select id, ${contract.type}, id::text, 1, id, ${at}, '{}', now(), ${sequence} - 1 + place
      from unnest(${ids}::uuid[]) with ordinality as given (id, place)`.execute(stage.producer.database.db);
    return ids;
  }
  async function handle(ids: readonly string[], at: Temporal.Instant): Promise<void> {
    await sql`insert into inbox (consumer, event_id, occurred_at) select ${durable}, id, ${at} from unnest(${ids}::uuid[]) as given (id)`.execute(
      stage.consumer.database.db,
    );
  }
  const answers = () =>
    keep(answerConsumers({ db: stage.producer.database.db, messaging: stage.messaging, owner: "consent", logger, onAgain: () => undefined }));

  it.each([
    ["lacks a few and has many more", 500, 1_200],
    ["lacks every second and has a few more", 2, 30],
  ])("DR-R1 compares large buckets page by page, where the consumer %s", async (_, lacksEvery, more) => {
    await declareStream(stage.messaging, "consent");
    await consume().idle();
    answers();
    const ids = await say(2_500, earlier);
    const forged = Array.from({ length: more }, () => randomUUID()).toSorted();
    const missing = ids.filter((_id, i) => i % lacksEvery === 0 || i === 2_499);
    const lacked = new Set(missing);
    await handle([...ids.filter((id) => !lacked.has(id)), ...forged], earlier);
    const found = await reconciler().reconcile();
    expect({ ...found, unexpected: found.unexpected.toSorted() }).toEqual({ differing: 1, again: missing.length, unexpected: forged });
    const resent = (await outboxOf(stage.producer.database)).filter(({ replay }) => replay === 1).map(({ eventId }) => eventId);
    expect(resent.toSorted()).toEqual(missing);
  });

  it("DR-R1 compares closed buckets of six days, and nothing that may be deleted on one side", async () => {
    answers();
    const now = Temporal.Now.instant();
    for (const at of [now, now.subtract({ hours: 6 * 24 + 1 })]) await handle([randomUUID()], at);
    expect(await reconciler().reconcile()).toEqual(agreed);
    await handle([randomUUID()], now.subtract({ hours: 6 * 24 - 1 }));
    expect(await reconciler().reconcile()).toMatchObject({ differing: 1, unexpected: [expect.any(String)] });
  });

  it("DR-P5 deletes what was said only when it is too old to be compared", async () => {
    await declareStream(stage.messaging, "consent");
    const db = stage.producer.database.db;
    const now = Temporal.Now.instant();
    const young = await say(1, now.subtract({ hours: 6 * 24 }), 1);
    await say(1, now.subtract({ hours: 8 * 24 }), 2);
    await sql`update outbox set published_at = now() - interval '8 days'`.execute(db);
    for (const at of [6, 8].map((days) => now.subtract({ hours: days * 24 })))
      await db.insertInto("outboxForgotten").values({ eventType: contract.type, eventId: randomUUID(), occurredAt: at }).execute();
    const everybodyIsDone = {
      prefix: "",
      nats: { manager: { consumers: { info: () => Promise.resolve({ num_pending: 0, num_ack_pending: 0, ack_floor: { stream_seq: 0 } }) } } },
    };
    await applyRetention(db, everybodyIsDone, "consent", logger);
    expect(await saidIds()).toEqual(young);
    expect(await db.selectFrom("outboxForgotten").selectAll().execute()).toHaveLength(1);
  });

  it("DR-C2 the inbox remembers for a month, longer than outbox, stream and every replay together", async () => {
    const db = stage.consumer.database.db;
    const handled = (days: number) => ({ consumer: "ingest", eventId: randomUUID(), handledAt: sql<Date>`now() - make_interval(days => ${days})` });
    const [kept, old] = [handled(29), handled(31)];
    await sql`insert into inbox (consumer, event_id, handled_at) values
      (${kept.consumer}, ${kept.eventId}, ${kept.handledAt}), (${old.consumer}, ${old.eventId}, ${old.handledAt})`.execute(db);
    await applyRetention(db, { prefix: "", nats: { manager: { consumers: { info: () => Promise.reject(new Error("not asked")) } } } }, "nobody", logger);
    expect((await db.selectFrom("inbox").select("eventId").execute()).map(({ eventId }) => eventId)).toEqual([kept.eventId]);
  });

  it("DR-P5 says again what a consumer has not acknowledged, before the stream forgets it", async () => {
    await declareStream(stage.messaging, "consent");
    const db = stage.producer.database.db;
    await say(3, Temporal.Now.instant().subtract({ hours: 10 * 24 }));
    await sql`
      update outbox set published_at = now() - make_interval(days => given.days), stream_sequence = given.sequence
      from (select event_id, place as sequence, (array[9, 7, 1])[place] as days
            from (select event_id, row_number() over (order by position) as place from outbox) as numbered) as given
      where outbox.event_id = given.event_id`.execute(db);
    const acknowledgedOnlyTheFirst = {
      prefix: "",
      nats: { manager: { consumers: { info: () => Promise.resolve({ num_pending: 2, num_ack_pending: 0, ack_floor: { stream_seq: 1 } }) } } },
    };
    await applyRetention(db, acknowledgedOnlyTheFirst, "consent", logger);
    // The first is confirmed and gone, the second waits for the relay once more, the third is still in the stream.
    expect((await outboxOf(stage.producer.database)).map(({ replay, publishedAt }) => [replay, publishedAt === null])).toEqual([
      [1, true],
      [0, false],
    ]);
  });

  it("TM-11 answers nowhere but where a consumer of the fact listens, and nothing that is no question", async () => {
    answers();
    const { prefix, nats } = stage.messaging;
    const subject = prefix + askSubjectOf(contract);
    const elsewhere: string[] = [];
    nats.connection.subscribe(`${prefix}>`, { callback: (_, message) => void elsewhere.push(message.subject) });
    const question = JSON.stringify({ ask: "digests", whole: true });
    nats.connection.publish(subject, question, { reply: `${prefix}opl.consent.authorised.v1.-.-` });
    nats.connection.publish(subject, question, { reply: `${prefix}opl-reconcile.answer.tpp-registry.consent.x` });
    nats.connection.publish(subject, '{"ask":"everything"}', { reply: `${prefix}opl-reconcile.answer.ingest.consent.x` });
    // Asked last, answered last.
    expect(await reconciler().reconcile()).toEqual(agreed);
    await nats.connection.flush();
    expect(elsewhere.filter((one) => one !== subject)).toEqual([expect.stringMatching(/opl-reconcile\.answer\.ingest\.consent\.[0-9a-f-]{36}$/)]);
  });
});

describe("a broker whose store is put back", () => {
  it("DR-T6 DR-C10 loses nothing and doubles nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "opl-nats-"));
    const [storeDir, copy] = [join(folder, "store"), join(folder, "copy")];
    const port = await freePort();
    const start = () => startNatsServer({ storeDir, port, configText: natsServerConfig({ port, storeDir, users: [], operatorPassword: "operator" }) });
    let server = await start();
    try {
      const messaging = keep(await connectMessaging({ url: server.url, user: "operator", password: "operator", name: "consent", logger }));
      const sending = relay({ messaging });
      const consumer = consume({ messaging });
      const people = Array.from({ length: 3 }, () => randomUUID());
      await commit(stage.producer.database, ...people.map(old));
      await handleEverything(sending, consumer);
      await server.stop();
      cpSync(storeDir, copy, { recursive: true });
      server = await start();
      await commit(stage.producer.database, old(), old());
      await sending.drained();
      await server.stop();
      rmSync(storeDir, { recursive: true });
      cpSync(copy, storeDir, { recursive: true });
      server = await start();
      await commit(stage.producer.database, old());
      await eventually(async () => (await handledIds()).length === 6, { timeoutMs: 30_000 });
      await handleEverything(sending, consumer);
      expect((await handledIds()).toSorted()).toEqual((await saidIds()).toSorted());
      expect(await consumer.reconcile()).toEqual(agreed);
      for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
