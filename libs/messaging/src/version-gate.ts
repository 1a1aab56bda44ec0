import { sql } from "kysely";
import type { Transaction } from "kysely";

/** What the gate says about one event of a consumer that needs the order of each aggregate (DR-C4). */
export type GateDecision = "apply" | "ignore" | "park";

export interface Versioned {
  readonly aggregateId: string;
  readonly version: number;
  /** It waited and the producer has no earlier ones any more: the first event seen of an aggregate is taken without them. */
  readonly waitedLong: boolean;
}

/**
 * Pure: decides for each event in turn, given the last applied versions. `last` is changed as events are applied.
 * Version up to the last: ignore. The next one: apply. A later one: park, unless the aggregate was never seen here and
 * the earlier facts have left the stream.
 */
export function decide(last: Map<string, number>, event: Versioned): GateDecision {
  const known = last.get(event.aggregateId) ?? 0;
  if (event.version <= known) return "ignore";
  if (event.version > known + 1 && !(known === 0 && event.waitedLong)) return "park";
  last.set(event.aggregateId, event.version);
  return "apply";
}

/** Reads and locks the last applied versions, so that two replicas never apply one aggregate at the same time. */
export async function lockVersions<DB>(tx: Transaction<DB>, consumer: string, aggregateIds: readonly string[]): Promise<Map<string, number>> {
  const ids = [...new Set(aggregateIds)].toSorted();
  const { rows } = await sql<{ aggregateId: string; version: bigint }>`
    insert into inbox_versions as known (consumer, aggregate_id, version)
    select ${consumer}, id, 0 from unnest(${ids}::text[]) as given (id)
    on conflict (consumer, aggregate_id) do update set version = known.version
    returning aggregate_id, version`.execute(tx);
  return new Map(rows.map((row) => [row.aggregateId, Number(row.version)]));
}

export async function saveVersions<DB>(tx: Transaction<DB>, consumer: string, last: ReadonlyMap<string, number>): Promise<void> {
  await sql`
    update inbox_versions set version = given.version
    from unnest(${[...last.keys()]}::text[], ${[...last.values()]}::bigint[]) as given (id, version)
    where consumer = ${consumer} and aggregate_id = given.id and inbox_versions.version <> given.version`.execute(tx);
}
