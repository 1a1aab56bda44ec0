import { sql } from "kysely";
import type { Transaction } from "kysely";
import type { LiveEvent } from "@opl/contracts/http/bff";
import { jsonb } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

/** A hint and whom it is for; null: everybody. */
export interface NewLiveEvent {
  readonly psuId: string | null;
  readonly event: LiveEvent;
}

export interface StoredLiveEvent {
  readonly id: bigint;
  readonly event: LiveEvent;
}

/** Names the locks below among all advisory locks of the database. */
const lockSpace = 0x6f_706c;

/**
 * Stores hints so that a person's ids are given out in the order of commit: whoever has seen an id has seen all before it.
 * Writers for one person wait for each other, a hint for everybody waits for all; the locks end with the transaction.
 */
export async function appendLiveEvents(tx: Transaction<Tables>, events: readonly NewLiveEvent[], now: Temporal.Instant): Promise<void> {
  if (events.length === 0) return;
  const people = [...new Set(events.flatMap(({ psuId }) => psuId ?? []))].toSorted();
  if (events.some(({ psuId }) => psuId === null)) {
    await sql`select pg_advisory_xact_lock(${lockSpace}::int, 0)`.execute(tx);
  } else {
    await sql`select pg_advisory_xact_lock_shared(${lockSpace}::int, 0)`.execute(tx);
    await sql`select pg_advisory_xact_lock(${lockSpace}::bigint << 32 | (hash & 4294967295))
      from (select distinct hashtext(psu_id)::bigint as hash from unnest(${people}::text[]) as psu_id order by 1) as hashes`.execute(tx);
  }
  await tx
    .insertInto("liveEvents")
    .values(events.map(({ psuId, event }) => ({ psuId, event: jsonb(event), createdAt: now })))
    .execute();
}

// Below, hints are put in the order of the index over person and id. In the order of the id alone Postgres goes through the hints of
// everybody where it expects to meet one for everybody soon, and there may be none.

/** A person and the last id they have seen. */
export interface LiveCursor {
  readonly psuId: string;
  readonly after: bigint;
}

/** What came after each cursor, oldest first, at the most `limit` a person. */
export async function readLiveEvents(
  db: Executor<Tables>,
  cursors: readonly LiveCursor[],
  limit: number,
): Promise<readonly (StoredLiveEvent & { readonly psuId: string })[]> {
  if (cursors.length === 0) return [];
  const { rows } = await sql<StoredLiveEvent & { psuId: string }>`
    select reader.psu_id, found.id, found.event
    from unnest(${cursors.map(({ psuId }) => psuId)}::uuid[], ${cursors.map(({ after }) => String(after))}::bigint[]) as reader (psu_id, after)
    cross join lateral (
      (select id, event from live_events where psu_id = reader.psu_id and id > reader.after order by psu_id, id limit ${limit})
      union all
      (select id, event from live_events where psu_id is null and id > reader.after order by psu_id, id limit ${limit})
      order by id limit ${limit}
    ) as found
    order by found.id`.execute(db);
  return rows;
}

/** True when the id is of a hint this person was shown; not when it is another's, made up, or too old to be kept. */
export async function isKnownLiveEvent(db: Executor<Tables>, psuId: string, id: bigint): Promise<boolean> {
  const row = await db
    .selectFrom("liveEvents")
    .select("id")
    .where("id", "=", id)
    .where((where) => where.or([where("psuId", "=", psuId), where("psuId", "is", null)]))
    .executeTakeFirst();
  return row !== undefined;
}

/** The newest id from before `time`, 0 when there is none. */
export async function lastLiveEventBefore(db: Executor<Tables>, time: Temporal.Instant): Promise<bigint> {
  const row = await db.selectFrom("liveEvents").select("id").where("createdAt", "<", time).orderBy("createdAt", "desc").limit(1).executeTakeFirst();
  return row?.id ?? 0n;
}

/** The number of the last hint this person was shown, 0 when there is none; changes whenever something about them did. */
export async function lastLiveEventOf(db: Executor<Tables>, psuId: string): Promise<bigint> {
  const { rows } = await sql<{ id: string }>`
    select greatest(
      (select id from live_events where psu_id = ${psuId}::uuid order by psu_id desc, id desc limit 1),
      (select id from live_events where psu_id is null order by psu_id desc, id desc limit 1),
      0
    )::text as id`.execute(db);
  return BigInt(rows[0]?.id ?? "0");
}

export async function deleteLiveEventsBefore(tx: Transaction<Tables>, time: Temporal.Instant): Promise<void> {
  await tx.deleteFrom("liveEvents").where("createdAt", "<", time).execute();
}
