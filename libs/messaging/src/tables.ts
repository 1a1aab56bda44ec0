import type { Int8, Json, Timestamp } from "@opl/postgres";
import type { Generated } from "kysely";

export interface OutboxTable {
  eventId: string;
  position: Generated<bigint>;
  eventType: string;
  aggregateId: string;
  aggregateVersion: Int8;
  psuId: string | null;
  occurredAt: Timestamp;
  correlationId: string | null;
  causationId: string | null;
  traceparent: string | null;
  /** JSON text; never looked into here. */
  data: string;
  createdAt: Generated<Temporal.Instant>;
  publishedAt: Timestamp | null;
  streamSequence: Int8 | null;
  /** How often the broker forgot it; part of the message id, so that the duplicate window lets it through. */
  replay: Generated<number>;
}

export interface OutboxVersionsTable {
  eventType: string;
  aggregateId: string;
  version: Int8;
}

export interface OutboxForgottenTable {
  eventType: string;
  occurredAt: Timestamp;
  eventId: string;
}

export interface InboxTable {
  consumer: string;
  eventId: string;
  handledAt: Generated<Temporal.Instant>;
  /** Null for what was handled before it was kept, until the producer has been asked. */
  occurredAt: Timestamp | null;
}

export interface InboxVersionsTable {
  consumer: string;
  aggregateId: string;
  version: Int8;
}

export interface DeadLettersTable {
  deadLetterId: Generated<string>;
  consumer: string;
  messageKey: string;
  eventId: string | null;
  eventType: string;
  aggregateId: string | null;
  psuId: string | null;
  deliveries: number;
  errorCode: string;
  errorKind: string;
  errorMessage: string;
  headers: Json<Record<string, string>>;
  body: string;
  storedAt: Generated<Temporal.Instant>;
  retryRequestedAt: Timestamp | null;
}

/** The tables of `tables/`; every service's `Database` interface extends this. */
export interface MessagingTables {
  outbox: OutboxTable;
  outboxVersions: OutboxVersionsTable;
  outboxForgotten: OutboxForgottenTable;
  inbox: InboxTable;
  inboxVersions: InboxVersionsTable;
  deadLetters: DeadLettersTable;
}

/** The same as values, for the test that compares hand-typed tables with the live schema. */
export const messagingColumns = {
  outbox: {
    eventId: "uuid",
    position: "int8",
    eventType: "text",
    aggregateId: "text",
    aggregateVersion: "int8",
    psuId: "uuid?",
    occurredAt: "timestamptz",
    correlationId: "text?",
    causationId: "text?",
    traceparent: "text?",
    data: "text",
    createdAt: "timestamptz",
    publishedAt: "timestamptz?",
    streamSequence: "int8?",
    replay: "int4",
  },
  outboxVersions: { eventType: "text", aggregateId: "text", version: "int8" },
  outboxForgotten: { eventType: "text", occurredAt: "timestamptz", eventId: "uuid" },
  inbox: { consumer: "text", eventId: "uuid", handledAt: "timestamptz", occurredAt: "timestamptz?" },
  inboxVersions: { consumer: "text", aggregateId: "text", version: "int8" },
  deadLetters: {
    deadLetterId: "uuid",
    consumer: "text",
    messageKey: "text",
    eventId: "uuid?",
    eventType: "text",
    aggregateId: "text?",
    psuId: "uuid?",
    deliveries: "int4",
    errorCode: "text",
    errorKind: "text",
    errorMessage: "text",
    headers: "jsonb",
    body: "text",
    storedAt: "timestamptz",
    retryRequestedAt: "timestamptz?",
  },
} as const;
