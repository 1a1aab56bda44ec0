import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/transport-node";
import { catalogue, streamOf, subjectFilterOf, subjectOf } from "@opl/contracts/events";
import type { EventContract } from "@opl/contracts/events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNatsServer } from "../../../tools/up/nats-server.ts";
import type { NatsServer } from "../../../tools/up/nats-server.ts";
import { commit, effectsOf, fact, logger, openStage, psuId, recordEffect, soon } from "../test/stage.ts";
import {
  answerSubjectOf,
  askSubjectOf,
  connectMessaging,
  declareStream,
  durableOf,
  inboxPrefixOf,
  messagingServices,
  natsServerConfig,
  purgePsu,
  startConsumer,
  startRelay,
} from "./index.ts";

const contracts = Object.values(catalogue) as readonly EventContract[];
const services = messagingServices();
const password = (service: string): string => `password of ${service}`;

let folder: string;
let server: NatsServer;
const connections = new Map<string, NatsConnection>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opl-permissions-"));
  const users = services.map((service) => ({ service, password: password(service) }));
  server = await startNatsServer({
    storeDir: folder,
    configText: (port) => natsServerConfig({ port, storeDir: folder, users, operatorPassword: "operator", maxStoreBytes: 1024 ** 4 }),
  });
  for (const service of services) {
    await using messaging = await connectMessaging({ url: server.url, user: service, password: password(service), name: service, logger });
    if (contracts.some((contract) => contract.owner === service)) await declareStream(messaging, service);
    connections.set(
      service,
      await connect({
        servers: server.url,
        user: service,
        pass: password(service),
        inboxPrefix: inboxPrefixOf(service),
        reconnect: false,
        noAsyncTraces: true,
      }),
    );
  }
});
afterAll(async () => {
  for (const connection of connections.values()) await connection.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Which of the subjects the server refuses to take from a service, or to deliver to it. Other answers do not matter here. */
async function refused(service: string, act: "publish" | "subscribe", subjects: readonly string[]): Promise<readonly string[]> {
  const connection = await connect({
    servers: server.url,
    user: service,
    pass: password(service),
    inboxPrefix: inboxPrefixOf(service),
    reconnect: false,
    noAsyncTraces: true,
  });
  const violations = new Set<string>();
  const watching = (async () => {
    for await (const status of connection.status()) {
      const about = status.type === "error" ? /Permissions Violation for (Publish|Subscription) to "([^"]+)"/i.exec(String(status.error)) : null;
      if (about?.[2] !== undefined) violations.add(about[2]);
    }
  })();
  for (const subject of subjects) {
    if (act === "publish") connection.publish(subject, "{}");
    else connection.subscribe(subject, { callback: () => undefined });
  }
  // The server has handled everything before it answers to this, and says so in order.
  await connection.flush();
  await connection.flush();
  await connection.close();
  await watching;
  return subjects.filter((subject) => violations.has(subject));
}

const eventSubject = (contract: EventContract): string => subjectOf(contract, contract.psu ? psuId : null);
const createSubject = (service: string, contract: EventContract): string =>
  `$JS.API.CONSUMER.CREATE.${streamOf(contract.owner)}.${durableOf(service, contract.type)}.${subjectFilterOf(contract)}`;

describe.each(services)("TM-11 G-31 what %s may do at the broker", (service) => {
  const consumes = (contract: EventContract): boolean => (contract.consumers as readonly string[]).includes(service);
  const others = services.filter((other) => other !== service);

  it("publishes its own facts and nobody else’s", async () => {
    const foreign = contracts.filter((contract) => contract.owner !== service);
    expect(await refused(service, "publish", contracts.map(eventSubject))).toEqual(foreign.map(eventSubject));
  });

  it("creates, asks and acknowledges exactly its own durables", async () => {
    const subjectsOf = (consumer: string, contract: EventContract): readonly string[] => {
      const place = `${streamOf(contract.owner)}.${durableOf(consumer, contract.type)}`;
      return [createSubject(consumer, contract), `$JS.API.CONSUMER.INFO.${place}`, `$JS.API.CONSUMER.MSG.NEXT.${place}`, `$JS.ACK.${place}.1.1.1.1.0`];
    };
    const own = contracts.filter(consumes).flatMap((contract) => subjectsOf(service, contract));
    const notConsumed = contracts.filter((contract) => !consumes(contract) && contract.owner !== service).flatMap((contract) => subjectsOf(service, contract));
    const neighbours = others.flatMap((other) =>
      contracts
        .filter((contract) => contract.owner !== service && (contract.consumers as readonly string[]).includes(other))
        .flatMap((contract) => subjectsOf(other, contract)),
    );
    const foreign = [...notConsumed, ...neighbours];
    expect(await refused(service, "publish", [...own, ...foreign])).toEqual(foreign);
  });

  it("cannot look into or change a foreign stream, nor read past a filter, nor administer the broker", async () => {
    const foreign = others.flatMap((other) => {
      const stream = streamOf(other);
      return [
        ...["CREATE", "UPDATE", "INFO", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE"].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
        `$JS.API.DIRECT.GET.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}.spy`,
        `$JS.API.CONSUMER.CREATE.${stream}.spy.opl.${other}.>`,
        `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.spy`,
        `$JS.API.CONSUMER.LIST.${stream}`,
        `$JS.API.CONSUMER.NAMES.${stream}`,
      ];
    });
    const own = streamOf(service);
    const nobodys = [
      "$JS.API.INFO",
      "$JS.API.STREAM.NAMES",
      "$JS.API.STREAM.LIST",
      "$SYS.REQ.SERVER.PING",
      "$SYS.REQ.USER.INFO",
      `$JS.API.STREAM.DELETE.${own}`,
      `$JS.API.STREAM.MSG.DELETE.${own}`,
      `$JS.API.STREAM.MSG.GET.${own}`,
      `$JS.API.CONSUMER.CREATE.${own}.spy`,
    ];
    expect(await refused(service, "publish", [...foreign, ...nobodys])).toEqual([...foreign, ...nobodys]);
  });

  it("listens to its own replies only", async () => {
    const foreign = [">", "opl.>", `opl.${service}.>`, "_INBOX.>", "$JS.>", "$JS.EVENT.>", "$SYS.>", ...others.map((other) => `${inboxPrefixOf(other)}.>`)];
    expect(await refused(service, "subscribe", [...foreign, `${inboxPrefixOf(service)}.x`])).toEqual(foreign);
  });

  it("DR-R1 asks about what it consumes, and nobody else does", async () => {
    const foreign = contracts.filter((contract) => !consumes(contract)).map(askSubjectOf);
    expect(await refused(service, "publish", contracts.map(askSubjectOf))).toEqual(foreign);
    const answers = services.map((consumer) => answerSubjectOf(consumer, "*", "*"));
    const own = contracts.some(consumes) ? answerSubjectOf(service, "*", "*") : "";
    expect(await refused(service, "subscribe", answers)).toEqual(answers.filter((subject) => subject !== own));
  });

  it("DR-R1 is asked about its own facts, and answers only those who consume them", async () => {
    const own = contracts.filter((contract) => contract.owner === service && contract.consumers.length > 0);
    const asked = contracts.map(askSubjectOf);
    expect(await refused(service, "subscribe", [...asked, "opl-reconcile.>"])).toEqual([
      ...asked.filter((subject) => !own.some((contract) => askSubjectOf(contract) === subject)),
      "opl-reconcile.>",
    ]);
    const listeners = new Set(own.flatMap((contract) => contract.consumers as readonly string[]));
    const answers = services.flatMap((owner) => services.map((consumer) => ({ owner, consumer, subject: answerSubjectOf(consumer, owner, "x") })));
    const foreign = answers.filter(({ owner, consumer }) => owner !== service || !listeners.has(consumer));
    expect(
      await refused(
        service,
        "publish",
        answers.map(({ subject }) => subject),
      ),
    ).toEqual(foreign.map(({ subject }) => subject));
  });

  it("DR-R1 gets its answers, from any replica of the owner", async () => {
    const own = connections.get(service) as NatsConnection;
    for (const contract of contracts.filter(consumes)) {
      const owner = connections.get(contract.owner) as NatsConnection;
      const replicas = [1, 2].map(() =>
        owner.subscribe(askSubjectOf(contract), { queue: contract.owner, max: 1, callback: (_, message) => void message.respond("heard") }),
      );
      await owner.flush();
      const answer = await own.request(askSubjectOf(contract), "?", { noMux: true, reply: answerSubjectOf(service, contract.owner, "x"), timeout: 15_000 });
      expect(answer.string()).toBe("heard");
      for (const replica of replicas) replica.unsubscribe();
    }
  });

  it("cannot widen the filter of its own durable", async () => {
    const contract = contracts.find(consumes);
    if (contract === undefined) return;
    const durable = durableOf(service, contract.type);
    const stream = streamOf(contract.owner);
    const wide = {
      stream_name: stream,
      config: { durable_name: durable, name: durable, ack_policy: "explicit", filter_subject: `opl.${contract.owner}.>` },
      action: "",
    };
    const answer = await (connections.get(service) as NatsConnection).request(createSubject(service, contract), JSON.stringify(wide), { timeout: 15_000 });
    expect(answer.json()).toMatchObject({ error: { err_code: expect.any(Number) as number } });
  });
});

it("DR-R2 what a service may do is enough to find a hole and to heal it", async () => {
  await using stage = await openStage();
  const connectAs = (service: string) => connectMessaging({ url: server.url, user: service, password: password(service), name: service, logger });
  await using producer = await connectAs("consent");
  await using consumer = await connectAs("ingest");
  await using relay = startRelay({ database: stage.producer.database, messaging: producer, owner: "consent", logger });
  const lost = randomUUID();
  const time = Temporal.Now.instant().subtract({ minutes: 20 });
  await commit(stage.producer.database, fact("a", { time }), fact("b", { time, psuId: lost }), fact("c", { time }));
  await relay.drained();
  expect(await purgePsu(producer, "consent", lost)).toBe(1);
  await using reading = startConsumer({
    database: stage.consumer.database,
    messaging: consumer,
    service: "ingest",
    type: "consent.authorised",
    logger,
    handle: recordEffect,
    // The tests above have left things in the stream that are no facts.
    redeliveryDelayMs: soon,
  });
  await reading.idle();
  expect(await reading.reconcile()).toEqual({ differing: 1, again: 1, unexpected: [] });
  await relay.drained();
  await reading.idle();
  expect((await effectsOf(stage.consumer.database)).map((row) => row.aggregateId)).toEqual(["a", "c", "b"]);
  expect(await reading.reconcile()).toEqual({ differing: 0, again: 0, unexpected: [] });
});

describe("TM-11 strangers", () => {
  it.each([
    ["without a name", {}],
    ["with a wrong password", { user: "consent", pass: "guess" }],
    ["with an unknown name", { user: "stranger", pass: "x" }],
  ])("are refused: %s", async (_, credentials) => {
    await expect(connect({ servers: server.url, reconnect: false, ...credentials })).rejects.toThrow(/authorization/i);
  });

  it("a wrong password is told as such and not waited out", async () => {
    await expect(connectMessaging({ url: server.url, user: "consent", password: "guess", name: "consent", logger })).rejects.toMatchObject({
      code: "ERR_MESSAGING_REFUSED",
    });
  });
});
