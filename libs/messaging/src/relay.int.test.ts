import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTransaction } from "@opl/postgres";
import type { Logger } from "@opl/telemetry";
import { eventually } from "@opl/testkit";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freePort } from "../../../tools/up/server-process.ts";
import { startNatsServer } from "../../../tools/up/nats-server.ts";
import { commit, effectsOf, fact, logger, openStage, outboxOf, psuId, recordEffect } from "../test/stage.ts";
import type { Effects, Stage } from "../test/stage.ts";
import { connectMessaging, natsServerConfig, publish, purgePsu, startConsumer, startRelay } from "./index.ts";
import type { FailpointName, Messaging, Relay, RelayOptions } from "./index.ts";
import { relayPollMs } from "./relay.ts";
import { streamNameOf } from "./streams.ts";

let stage: Stage;
const running: AsyncDisposable[] = [];
beforeEach(async () => {
  stage = await openStage();
});
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

function relay(options: Partial<RelayOptions<Effects>> = {}): Relay {
  const started = startRelay({ database: stage.producer.database, messaging: stage.messaging, owner: "consent", logger, ...options });
  running.push(started);
  return started;
}

/** Message ids and subjects in the stream, oldest first. */
async function stored(messaging: Messaging = stage.messaging) {
  const { manager } = messaging.nats;
  const name = streamNameOf(messaging, "consent");
  const { state } = await manager.streams.info(name);
  const messages: { id: string | undefined; subject: string; sequence: bigint }[] = [];
  for (let sequence = state.first_seq; sequence <= state.last_seq && state.messages > 0; sequence += 1) {
    const message = await manager.streams.getMessage(name, { seq: sequence });
    if (message !== null) messages.push({ id: message.header.get("Nats-Msg-Id"), subject: message.subject, sequence: BigInt(message.seq) });
  }
  return messages;
}

describe("startRelay", () => {
  it("DR-P4 sends each fact once under its id, on the subject of its person, and keeps the sequence it was given", async () => {
    await commit(stage.producer.database, fact("c1"), fact("c1"), fact("c2"));
    await relay().drained();
    const rows = await outboxOf(stage.producer.database);
    const messages = await stored();
    expect(messages.map((message) => message.id)).toEqual(rows.map((row) => row.eventId));
    expect(messages.map((message) => message.sequence)).toEqual(rows.map((row) => row.streamSequence));
    expect(messages[0]?.subject).toMatch(new RegExp(`^t[0-9a-f]+\\.opl\\.consent\\.authorised\\.v1\\.\\d\\d\\.${psuId}$`));
  });

  it("DR-P3 sends a row that became visible after later ones were sent", async () => {
    const { db } = stage.producer.database;
    const sending = relay();
    const written = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slow = inTransaction(db, async (tx) => {
      await publish(tx, fact("slow"));
      written.resolve();
      await mayCommit.promise;
    });
    await written.promise;
    await commit(stage.producer.database, fact("fast"), fact("fast"));
    await sending.drained();
    mayCommit.resolve();
    await slow;
    await sending.drained();
    const rows = await outboxOf(stage.producer.database);
    expect(rows.map((row) => row.aggregateId)).toEqual(["slow", "fast", "fast"]);
    expect((await stored()).map((message) => message.id)).toEqual([rows[1], rows[2], rows[0]].map((row) => row?.eventId));
  });

  it("DR-P3 several replicas share the outbox and send nothing twice", async () => {
    const relays = [
      relay({ batchSize: 7 }),
      relay({ batchSize: 7, database: stage.producer.open() }),
      relay({ batchSize: 7, database: stage.producer.open() }),
    ];
    for (let turn = 0; turn < 10; turn += 1) await commit(stage.producer.database, ...Array.from({ length: 20 }, () => fact()));
    await Promise.all(relays.map((one) => one.drained()));
    const ids = (await stored()).map((message) => message.id);
    expect(ids.length).toBe(200);
    expect(new Set(ids).size).toBe(200);
  });

  it("DR-P3 leaves a type it does not know to the newer process that wrote it, and sends what came after", async () => {
    const { db } = stage.producer.database;
    await commit(stage.producer.database, fact("newer"), fact("known"));
    await db.updateTable("outbox").set({ eventType: "consent.not-yet-known" }).where("aggregateId", "=", "newer").execute();
    const warn = vi.fn<Logger["warn"]>();
    const sending = relay({ batchSize: 1, logger: { ...logger, child: () => ({ ...logger, warn }) } as unknown as Logger });
    await expect.poll(async () => (await outboxOf(stage.producer.database)).map((row) => row.publishedAt !== null)).toEqual([false, true]);
    await expect.poll(() => warn.mock.calls).toContainEqual([{ eventTypes: ["consent.not-yet-known"] }, expect.stringContaining("wait for a newer one")]);
    await db.updateTable("outbox").set({ eventType: "consent.authorised" }).where("aggregateId", "=", "newer").execute();
    await sending.drained();
    expect(await stored()).toHaveLength(2);
  });

  it("DR-P5 keeps what it handed over", async () => {
    await commit(stage.producer.database, fact());
    await relay().drained();
    expect(await outboxOf(stage.producer.database)).toMatchObject([{ replay: 0, streamSequence: 1n }]);
  });

  it("DR-P4 leaves a fact in the outbox while another stream than its own takes the subject", async () => {
    const { manager } = stage.messaging.nats;
    const name = streamNameOf(stage.messaging, "consent");
    const refused = Promise.withResolvers<void>();
    // The first look whether the broker still has everything may come after the stream is gone: then it is the stream that cannot be declared.
    const warn = (_: unknown, text: string): void => {
      if (/^(facts not acknowledged|outbox could not be relayed)/.test(text)) refused.resolve();
    };
    const sending = relay({ logger: { ...logger, child: () => ({ ...logger, warn }) } as unknown as Logger });
    await commit(stage.producer.database, fact());
    await sending.drained();
    const { config } = await manager.streams.info(name);
    await manager.streams.delete(name);
    const impostor = `${name}-impostor`;
    await manager.streams.add({ ...config, name: impostor });
    await commit(stage.producer.database, fact("kept"));
    await refused.promise;
    expect((await outboxOf(stage.producer.database)).at(-1)).toMatchObject({ aggregateId: "kept", publishedAt: null });
    expect((await manager.streams.info(impostor)).state.messages).toBe(0);
    await manager.streams.delete(impostor);
    await sending.drained();
    expect((await stored()).map(({ id }) => id)).toContain((await outboxOf(stage.producer.database)).at(-1)?.eventId);
  });

  it("DR-P7 needs no notification: it looks by itself, every second at the least", async () => {
    expect(relayPollMs).toBeLessThanOrEqual(1_000);
    const deaf = { ...stage.producer.database, connection: { url: "postgres://127.0.0.1:1/none" } };
    const sending = relay({ database: deaf });
    await commit(stage.producer.database, fact());
    await eventually(async () => (await outboxOf(stage.producer.database))[0]?.publishedAt ?? undefined);
    expect((await stored()).length).toBe(1);
    await sending[Symbol.asyncDispose]();
  });

  const points: readonly FailpointName[] = ["relay.claimed", "relay.published", "relay.marked", "relay.committed"];
  it.each(points)("DR-T12 loses and doubles nothing when it stops at %s", async (point) => {
    await commit(stage.producer.database, ...Array.from({ length: 5 }, () => fact()));
    const reached = Promise.withResolvers<void>();
    const first = relay({
      database: stage.producer.open(),
      failpoint: (name) => {
        if (name !== point) return;
        reached.resolve();
        throw new Error("stopped here");
      },
    });
    await reached.promise;
    await first[Symbol.asyncDispose]();
    await relay().drained();
    const ids = (await stored()).map((message) => message.id);
    expect(ids.map(String).toSorted()).toEqual((await outboxOf(stage.producer.database)).map((row) => row.eventId).toSorted());
  });

  it("DR-C10 finds out that the broker forgot, and sends everything again without a double effect", async () => {
    const received = startConsumer({
      database: stage.consumer.database,
      messaging: stage.messaging,
      service: "ingest",
      type: "consent.authorised",
      logger,
      handle: recordEffect,
    });
    running.push(received);
    const sending = relay();
    await commit(stage.producer.database, ...Array.from({ length: 6 }, () => fact()));
    await sending.drained();
    await received.idle();
    // The whole stream is gone, as after a restore of an old store; the next fact gets a number that was given before.
    await stage.messaging.nats.manager.streams.delete(streamNameOf(stage.messaging, "consent"));
    await commit(stage.producer.database, fact());
    // Sooner than an idle relay looks whether the broker still has everything: the number itself told it.
    await eventually(async () => (await stored()).length >= 7, { timeoutMs: 10_000 });
    await sending.drained();
    await eventually(async () => (await effectsOf(stage.consumer.database)).length === 7);
    await received.idle();
    const rows = await outboxOf(stage.producer.database);
    expect((await effectsOf(stage.consumer.database)).map((row) => row.eventId).toSorted()).toEqual(rows.map((row) => row.eventId).toSorted());
    expect(rows.filter((row) => row.replay === 1).length).toBeGreaterThanOrEqual(6);
  });

  it("DR-C10 finds out at its start, with nothing new to send", async () => {
    const first = relay();
    await commit(stage.producer.database, fact(), fact());
    await first.drained();
    await first[Symbol.asyncDispose]();
    await stage.messaging.nats.manager.streams.delete(streamNameOf(stage.messaging, "consent"));
    relay();
    // Sooner than its second look.
    await eventually(async () => (await outboxOf(stage.producer.database)).every((row) => row.replay === 1 && row.publishedAt !== null), { timeoutMs: 10_000 });
    expect((await stored()).map((message) => message.id)).toEqual((await outboxOf(stage.producer.database)).map((row) => `${row.eventId}:1`));
  });

  it("forgets a person by subject and nobody else", async () => {
    const other = randomUUID();
    await commit(stage.producer.database, fact("a"), fact("b", { psuId: other }), fact("c"));
    await relay().drained();
    expect(await purgePsu(stage.messaging, "consent", psuId)).toBe(2);
    expect((await stored()).map((message) => message.subject.endsWith(other))).toEqual([true]);
    await expect(purgePsu(stage.messaging, "consent", "*")).rejects.toThrow(TypeError);
  });

  it("refuses a stream that is configured otherwise", async () => {
    const { manager } = stage.messaging.nats;
    const name = streamNameOf(stage.messaging, "consent");
    await manager.streams.add({ name, subjects: [`${stage.messaging.prefix}opl.consent.>`], discard: "old", max_age: 60_000_000_000 });
    const { declareStream } = await import("./streams.ts");
    await expect(declareStream(stage.messaging, "consent")).rejects.toMatchObject({
      code: "ERR_STREAM_DIFFERS",
      details: { different: expect.arrayContaining(["discard", "deny_delete"]) },
    });
  });
});

describe("startRelay and a broker that goes away", () => {
  const folder = mkdtemp(join(tmpdir(), "opl-nats-"));
  afterAll(async () => rmSync(await folder, { recursive: true, force: true }));

  it("DR-P4 waits while the broker is away and goes on when it is back", async () => {
    const port = await freePort();
    const storeDir = await folder;
    const start = () => startNatsServer({ storeDir, port, configText: natsServerConfig({ port, storeDir, users: [], operatorPassword: "operator" }) });
    const first = await start();
    const messaging = await connectMessaging({ url: first.url, user: "operator", password: "operator", name: "consent", logger });
    running.push(messaging);
    const sending = relay({ messaging });
    await commit(stage.producer.database, fact());
    await sending.drained();
    await first.stop();
    await commit(stage.producer.database, fact(), fact());
    await eventually(() => !messaging.isConnected());
    const second = await start();
    try {
      await sending.drained();
      expect((await outboxOf(stage.producer.database)).map((row) => row.streamSequence)).toEqual([1n, 2n, 3n]);
      expect(messaging.isConnected()).toBe(true);
      for (const one of running.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    } finally {
      await second.stop();
    }
  });
});
