import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUIDv7 } from "node:crypto";
import type { EventData, EventType } from "@opl/contracts/events";
import { envelope } from "@opl/contracts/events";
import { currentTraceHeaders } from "@opl/telemetry";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import { z } from "zod";
import { errors } from "./errors.ts";
import { contractOf } from "./permissions.ts";

/** A fact to publish. `Type` decides the form of `data`. */
export type NewEvent<Type extends EventType = EventType> = {
  readonly [T in Type]: {
    readonly type: T;
    /** Id of the aggregate the fact is about. */
    readonly subject: string;
    /** The person concerned, null where the contract says that none is. */
    readonly psuId: string | null;
    readonly data: EventData<T>;
    /** Deterministic where the source can be read twice (DR-P2); a new UUIDv7 otherwise. */
    readonly id?: string;
    /** When it happened; the start of the transaction otherwise. */
    readonly time?: Temporal.Instant;
    /** The journey; taken over from the event being handled when left out. */
    readonly correlationId?: string | null;
    /** The event that caused this one; the event being handled when left out. */
    readonly causationId?: string | null;
  };
}[Type];

/** The broker takes 1 MB with headers; facts should stay under 64 kB (DR-P8). */
const maxDataBytes = 900_000;

/** The event whose handler is running, for causation. */
export const handledEvent = new AsyncLocalStorage<{ readonly id: string; readonly correlationid: string | null }>();

/** Channel that wakes the relay of the current schema. */
export function outboxChannel(schema: string): string {
  return `outbox_${schema}`;
}

/**
 * Records facts in the transaction of the change they tell about (DR-P1); the relay sends them after the commit. Data is
 * checked against the contract, versions per aggregate are counted without gaps under a row lock (DR-P6). A fact whose
 * id was recorded before is skipped, so reading a source twice is harmless.
 */
export async function publish<DB>(tx: Transaction<DB>, events: NewEvent | readonly NewEvent[]): Promise<void> {
  const list = Array.isArray(events) ? (events as readonly NewEvent[]) : [events as NewEvent];
  if (!tx.isTransaction) throw errors.ERR_PUBLISH_OUTSIDE_TRANSACTION();
  if (list.length === 0) return;
  const rows = uniqueById(list.map(toRow));
  const known = rows.some((row) => row.givenId) ? await lockAndFindKnown(tx, rows) : new Set<string>();
  const fresh = rows.filter((row) => !known.has(row.id));
  if (fresh.length === 0) return;
  await insert(tx, fresh, await nextVersions(tx, fresh));
  await sql`select pg_notify('outbox_' || current_schema(), '')`.execute(tx);
}

interface Row {
  readonly id: string;
  readonly givenId: boolean;
  readonly type: string;
  readonly aggregateId: string;
  readonly psuId: string | null;
  readonly time: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly data: string;
}

const attributes = envelope.pick({ id: true, subject: true, psuid: true, correlationid: true, causationid: true });

function toRow(event: NewEvent): Row {
  const contract = contractOf(event.type);
  const cause = handledEvent.getStore();
  const row: Row = {
    id: event.id ?? randomUUIDv7(),
    givenId: event.id !== undefined,
    type: event.type,
    aggregateId: event.subject,
    psuId: event.psuId,
    time: event.time?.toString() ?? null,
    correlationId: event.correlationId === undefined ? (cause?.correlationid ?? null) : event.correlationId,
    causationId: event.causationId === undefined ? (cause?.id ?? null) : event.causationId,
    traceparent: currentTraceHeaders().traceparent ?? null,
    data: checkedData(event),
  };
  const read = attributes.safeParse({ id: row.id, subject: row.aggregateId, psuid: row.psuId, correlationid: row.correlationId, causationid: row.causationId });
  if (!read.success) throw errors.ERR_EVENT_INVALID({ cause: read.error, message: `Attributes of ${event.type}: ${z.prettifyError(read.error)}` });
  if (contract.psu !== (event.psuId !== null))
    throw errors.ERR_EVENT_INVALID({ message: `${event.type} ${contract.psu ? "must name a person" : "names no person"}.` });
  return row;
}

function checkedData(event: NewEvent): string {
  const read = contractOf(event.type).data.safeParse(event.data);
  if (!read.success)
    throw errors.ERR_EVENT_INVALID({
      cause: new Error(z.prettifyError(read.error)),
      message: `Data of ${event.type} does not fit its contract.`,
      details: { type: event.type },
    });
  const text = JSON.stringify(read.data);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxDataBytes) throw errors.ERR_EVENT_TOO_LARGE({ details: { type: event.type, bytes } });
  return text;
}

function uniqueById(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function keyOf(row: { readonly type: string; readonly aggregateId: string }): string {
  return `${row.type}/${row.aggregateId}`;
}

function aggregatesOf(rows: readonly Row[]) {
  const counts = new Map<string, { type: string; aggregateId: string; count: number }>();
  for (const row of rows) {
    const entry = counts.get(keyOf(row)) ?? { type: row.type, aggregateId: row.aggregateId, count: 0 };
    entry.count += 1;
    counts.set(keyOf(row), entry);
  }
  // One order of locking for everybody, so that two publishers cannot wait for each other.
  return [...counts.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Adds to the versions of the aggregates and keeps their rows locked until the transaction ends. */
async function bumpVersions<DB>(tx: Transaction<DB>, rows: readonly Row[], weight: 0 | 1): Promise<Map<string, bigint>> {
  const aggregates = aggregatesOf(rows);
  const result = await sql<{ type: string; aggregateId: string; version: bigint }>`
    insert into outbox_versions as known (event_type, aggregate_id, version)
    select * from unnest(${aggregates.map((a) => a.type)}::text[], ${aggregates.map((a) => a.aggregateId)}::text[], ${aggregates.map((a) => a.count * weight)}::bigint[])
    on conflict (event_type, aggregate_id) do update set version = known.version + excluded.version
    returning event_type as type, aggregate_id, version`.execute(tx);
  return new Map(result.rows.map((row) => [keyOf(row), row.version]));
}

/** Ids that were recorded before. The lock makes a concurrent publisher of the same fact wait for our commit, or us for its. */
async function lockAndFindKnown<DB>(tx: Transaction<DB>, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  await bumpVersions(tx, rows, 0);
  const { rows: known } = await sql<{ eventId: string }>`
    select event_id from outbox where event_id = any(${rows.map((row) => row.id)}::uuid[])`.execute(tx);
  return new Set(known.map((row) => row.eventId));
}

/** One version for each row, in the order of the rows. */
async function nextVersions<DB>(tx: Transaction<DB>, rows: readonly Row[]): Promise<readonly bigint[]> {
  const last = await bumpVersions(tx, rows, 1);
  const versions = rows.map(() => 0n);
  for (let i = rows.length - 1; i >= 0; i -= 1) {
    const key = keyOf(rows[i] as Row);
    const version = last.get(key) as bigint;
    versions[i] = version;
    last.set(key, version - 1n);
  }
  return versions;
}

/** Data goes as one text with a fact a line, because an array would have each of its many quotes escaped; JSON holds no raw line break. */
async function insert<DB>(tx: Transaction<DB>, rows: readonly Row[], versions: readonly bigint[]): Promise<void> {
  await sql`
    insert into outbox (event_id, event_type, aggregate_id, aggregate_version, psu_id, occurred_at, correlation_id, causation_id, traceparent, data)
    select id, type, aggregate_id, version, psu_id, coalesce(time, now()), correlation_id, causation_id, traceparent, data
    from unnest(
      ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.type)}::text[], ${rows.map((row) => row.aggregateId)}::text[],
      ${versions}::bigint[], ${rows.map((row) => row.psuId)}::uuid[], ${rows.map((row) => row.time)}::timestamptz[],
      ${rows.map((row) => row.correlationId)}::text[], ${rows.map((row) => row.causationId)}::text[],
      ${rows.map((row) => row.traceparent)}::text[], string_to_array(${rows.map((row) => row.data).join("\n")}, e'\\n')
    ) with ordinality as given (id, type, aggregate_id, version, psu_id, time, correlation_id, causation_id, traceparent, data, place)
    order by place`.execute(tx);
}
