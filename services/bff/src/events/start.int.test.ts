import { connectMessaging, contractOf, declareStream, streamNameOf } from "@opl/messaging";
import type { Messaging } from "@opl/messaging";
import { eventually, silentLogger, testDatabase, testMessaging } from "@opl/testkit";
import { systemClock } from "@opl/service";
import { expect, it } from "vitest";
import type { Tables } from "../db/tables.ts";
import { consumedFacts } from "./on-fact.ts";
import { startEvents } from "./start.ts";

const owners = new Set(consumedFacts.map((type) => contractOf(type).owner));
const declareStreams = (messaging: Messaging) => Promise.all([...owners].map((owner) => declareStream(messaging, owner)));

it("starts without an event server that is away, and stops while it is still away (G-36)", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  const logger = silentLogger();
  const connect = async (signal: AbortSignal) => ({
    messaging: await connectMessaging({ url: "nats://127.0.0.1:1", name: "bff", logger, signal }),
    ours: true,
  });
  const events = await startEvents({ database: database.database, clock: systemClock, logger, connect });
  expect(events.hearingSince()).toBeUndefined();
  await events[Symbol.asyncDispose]();
});

it("says since when it hears facts, and not while the connection is lost (G-36)", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  await using messaging = await testMessaging({ name: "bff" });
  const connect = () => Promise.resolve({ messaging, ours: false });
  await declareStreams(messaging);
  const events = await startEvents({ database: database.database, clock: systemClock, logger: silentLogger(), connect });
  await eventually(() => events.hearingSince() !== undefined);
  const first = events.hearingSince() ?? Number.NaN;
  expect(first).toBeLessThanOrEqual(performance.now());
  await messaging.nats.connection.reconnect();
  await eventually(() => (events.hearingSince() ?? 0) > first);
  await events[Symbol.asyncDispose]();
  await messaging.nats.connection.close();
  expect(events.hearingSince()).toBeUndefined();
});

it("does not hear facts while one kind of them is not received (G-36)", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  await using messaging = await testMessaging({ name: "bff" });
  const connect = () => Promise.resolve({ messaging, ours: false });
  await declareStreams(messaging);
  await using events = await startEvents({ database: database.database, clock: systemClock, logger: silentLogger(), connect });
  await eventually(() => events.hearingSince() !== undefined);
  const first = events.hearingSince() ?? Number.NaN;
  await messaging.nats.manager.streams.delete(streamNameOf(messaging, "analytics"));
  await eventually(() => events.hearingSince() === undefined);
  await declareStream(messaging, "analytics");
  await eventually(() => (events.hearingSince() ?? 0) > first);
});

it("does not start when the event server refuses us", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  const refused = new Error("refused");
  await expect(startEvents({ database: database.database, clock: systemClock, logger: silentLogger(), connect: () => Promise.reject(refused) })).rejects.toBe(
    refused,
  );
});

it("asks again after every refusal that came after the start, until it is stopped", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  const [started, thirdTry] = [Promise.withResolvers<never>(), Promise.withResolvers<void>()];
  let tries = 0;
  const connect = (signal: AbortSignal): Promise<never> => {
    tries += 1;
    if (tries === 1) return started.promise;
    if (tries < 3) return Promise.reject(new Error("refused"));
    thirdTry.resolve();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  };
  const wait = () => Promise.resolve();
  const events = await startEvents({ database: database.database, clock: systemClock, logger: silentLogger(), connect, wait });
  started.reject(new Error("refused"));
  await thirdTry.promise;
  await events[Symbol.asyncDispose]();
  expect(tries).toBe(3);
});

it("listens to the facts the catalogue gives to bff", () => {
  expect(consumedFacts.toSorted()).toEqual([
    "analytics.insights-changed",
    "analytics.recurring-detected",
    "bank-gateway.aspsp-degraded",
    "bank-gateway.aspsp-recovered",
    "consent.authorised",
    "consent.expired",
    "consent.expiring",
    "consent.funds-status-changed",
    "consent.paused",
    "consent.payment-executed",
    "consent.payment-ordered",
    "consent.payment-status-changed",
    "consent.reconfirmation-due",
    "consent.reconfirmed",
    "consent.rejected",
    "consent.replaced",
    "consent.revoked",
    "ingest.account-discovered",
    "ingest.accounts-erased",
    "ingest.balance-recorded",
    "ingest.page-rejected",
    "ingest.payment-booked",
    "ingest.sync-completed",
    "ingest.sync-failed",
    "ingest.transactions-recorded",
  ]);
});
