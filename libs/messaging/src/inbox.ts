import { sql } from "kysely";
import type { Transaction } from "kysely";
import { lockVersions, saveVersions, decide } from "./version-gate.ts";

export interface Received {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly version: number;
  /** When it happened, where the message says so. */
  readonly time: string | null;
  readonly waitedLong: boolean;
}

export interface Admitted<T> {
  /** New here and in turn: the effect must be applied, in this transaction. */
  readonly apply: readonly T[];
  /** Too early: to be delivered again later. */
  readonly parked: readonly T[];
  /** With `ordered`: the last version applied of each aggregate. */
  readonly last: ReadonlyMap<string, number>;
}

/**
 * Decides, inside the transaction of the effect, what of a batch is to be applied: only what was really inserted into
 * the inbox (DR-C1), each id once even when it is in the batch twice (DR-C3), and with `ordered` only the next version
 * of each aggregate (DR-C4).
 */
export async function admit<DB, T extends Received>(tx: Transaction<DB>, consumer: string, batch: readonly T[], ordered: boolean): Promise<Admitted<T>> {
  const unique = [...new Map(batch.map((event) => [event.eventId, event])).values()];
  if (!ordered) return { apply: await insertNew(tx, consumer, unique), parked: [], last: new Map() };
  const last = await lockVersions(
    tx,
    consumer,
    unique.map((event) => event.aggregateId),
  );
  const parked: T[] = [];
  const next: T[] = [];
  const old: T[] = [];
  for (const event of unique.toSorted((a, b) => a.version - b.version)) {
    const decision = decide(last, event);
    if (decision === "apply") next.push(event);
    if (decision === "park") parked.push(event);
    if (decision === "ignore") old.push(event);
  }
  // Not to be applied, and still handled: nobody must send it again.
  await insertNew(tx, consumer, old);
  const apply = await insertNew(tx, consumer, next);
  await saveVersions(tx, consumer, last);
  return { apply, parked, last };
}

async function insertNew<DB, T extends Received>(tx: Transaction<DB>, consumer: string, events: readonly T[]): Promise<readonly T[]> {
  if (events.length === 0) return [];
  const sorted = events.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const { rows } = await sql<{ eventId: string }>`
    insert into inbox (consumer, event_id, occurred_at)
    select ${consumer}, id, at from unnest(${sorted.map((event) => event.eventId)}::uuid[], ${sorted.map((event) => event.time)}::timestamptz[]) as given (id, at)
    on conflict do nothing returning event_id`.execute(tx);
  const inserted = new Set(rows.map((row) => row.eventId));
  return events.filter((event) => inserted.has(event.eventId));
}
