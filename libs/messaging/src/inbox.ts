import { sql } from "kysely";
import type { Transaction } from "kysely";
import { lockVersions, saveVersions, decide } from "./version-gate.ts";

export interface Received {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly waitedLong: boolean;
}

export interface Admitted<T> {
  /** New here and in turn: the effect must be applied, in this transaction. */
  readonly apply: readonly T[];
  /** Too early: to be delivered again later. */
  readonly parked: readonly T[];
}

/**
 * Decides, inside the transaction of the effect, what of a batch is to be applied: only what was really inserted into
 * the inbox (DR-C1), each id once even when it is in the batch twice (DR-C3), and with `ordered` only the next version
 * of each aggregate (DR-C4).
 */
export async function admit<DB, T extends Received>(tx: Transaction<DB>, consumer: string, batch: readonly T[], ordered: boolean): Promise<Admitted<T>> {
  const unique = [...new Map(batch.map((event) => [event.eventId, event])).values()];
  if (!ordered) return { apply: await insertNew(tx, consumer, unique), parked: [] };
  const last = await lockVersions(
    tx,
    consumer,
    unique.map((event) => event.aggregateId),
  );
  const parked: T[] = [];
  const next: T[] = [];
  for (const event of unique.toSorted((a, b) => a.version - b.version)) {
    const decision = decide(last, event);
    if (decision === "apply") next.push(event);
    if (decision === "park") parked.push(event);
  }
  const apply = await insertNew(tx, consumer, next);
  await saveVersions(tx, consumer, last);
  return { apply, parked };
}

async function insertNew<DB, T extends Received>(tx: Transaction<DB>, consumer: string, events: readonly T[]): Promise<readonly T[]> {
  if (events.length === 0) return [];
  const { rows } = await sql<{ eventId: string }>`
    insert into inbox (consumer, event_id)
    select ${consumer}, id from unnest(${events.map((event) => event.eventId).toSorted()}::uuid[]) as given (id)
    on conflict do nothing returning event_id`.execute(tx);
  const inserted = new Set(rows.map((row) => row.eventId));
  return events.filter((event) => inserted.has(event.eventId));
}
