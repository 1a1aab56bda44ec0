import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTransaction } from "@opl/postgres";
import type { Database } from "@opl/postgres";
import { silentLogger, testDatabase, testMessaging } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import type { Generated, Transaction } from "kysely";
import { publish } from "../src/index.ts";
import type { Messaging, MessagingTables, NewEvent, ReceivedEvent } from "../src/index.ts";

/** One row an effect: an event handled twice is seen as two rows. */
export interface Effects extends MessagingTables {
  effects: { effectId: Generated<bigint>; eventId: string; aggregateId: string; version: number };
}

export interface Stage extends AsyncDisposable {
  readonly producer: TestDatabase<Effects>;
  readonly consumer: TestDatabase<Effects>;
  readonly messaging: Messaging;
}

/** A producing and a consuming service: two schemas and one broker prefix. */
export async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "opl-messaging-"));
  cpSync(new URL("../tables/", import.meta.url), directory, { recursive: true });
  writeFileSync(
    join(directory, "20260101T000001_create_effects.sql"),
    "create table effects (effect_id bigint primary key generated always as identity, event_id uuid not null, aggregate_id text not null, version int not null);",
  );
  const [producer, consumer, messaging] = await Promise.all([
    testDatabase<Effects>({ service: "consent", directory }),
    testDatabase<Effects>({ service: "ingest", directory }),
    testMessaging(),
  ]);
  return {
    producer,
    consumer,
    messaging,
    async [Symbol.asyncDispose]() {
      await messaging[Symbol.asyncDispose]();
      await Promise.all([producer[Symbol.asyncDispose](), consumer[Symbol.asyncDispose]()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const psuId = "0191f3c0-7d5b-7c2a-9a35-1b2f6d4c9e11";
export const logger = silentLogger();

/** A valid fact about the aggregate `subject`. */
export function fact(
  subject: string = randomUUID(),
  more: { id?: string; psuId?: string; note?: string; time?: Temporal.Instant } = {},
): NewEvent<"consent.authorised"> {
  const person = more.psuId ?? psuId;
  return {
    type: "consent.authorised",
    subject,
    psuId: person,
    ...(more.id === undefined ? {} : { id: more.id }),
    ...(more.time === undefined ? {} : { time: more.time }),
    data: {
      consentId: randomUUID(),
      psuId: person,
      aspspId: "op",
      scope: [more.note ?? "accounts"],
      authorisedAt: "2026-11-22T10:00:00Z",
      validUntil: "2027-05-21T10:00:00Z",
      replaces: null,
    },
  };
}

/** Publishes in one transaction. */
export async function commit(database: Database<Effects>, ...events: readonly NewEvent[]): Promise<void> {
  await inTransaction(database.db, (tx) => publish(tx, events));
}

/** The effect every test handler has. */
export async function recordEffect(tx: Transaction<Effects>, event: ReceivedEvent): Promise<void> {
  await tx.insertInto("effects").values({ eventId: event.id, aggregateId: event.subject, version: event.aggregateversion }).execute();
}

export async function effectsOf({ db }: Database<Effects>) {
  return db.selectFrom("effects").select(["eventId", "aggregateId", "version"]).orderBy("effectId").execute();
}

export async function outboxOf({ db }: Database<Effects>) {
  return db.selectFrom("outbox").selectAll().orderBy("position").execute();
}

/** Fast redelivery, so that five deliveries do not take minutes. */
export const soon = (): number => 10;
