import { newId, systemClock } from "@opl/service";
import { testDatabase } from "@opl/testkit";
import { sql } from "kysely";
import type { Transaction } from "kysely";
import { expect, it } from "vitest";
import { aHint as event } from "../../test/hint.ts";
import { appendLiveEvents, lastLiveEventOf, readLiveEvents } from "./live-store.ts";
import type { Tables } from "./tables.ts";

/** Rows and index entries that Postgres has touched in this transaction. */
async function touched(tx: Transaction<Tables>): Promise<number> {
  const { rows } = await sql<{ rows: string }>`
    select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::text as rows from pg_stat_xact_user_tables where relname = 'live_events'`.execute(tx);
  return Number(rows[0]?.rows ?? "0");
}

it("what is new for one person is found without a look at the hints of others, also when there is none for everybody", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  const [person, others] = [newId(), Array.from({ length: 50 }, () => newId())];
  const inTransaction = <T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> => database.database.db.transaction().execute(work);
  const now = systemClock.now();
  await inTransaction((tx) => appendLiveEvents(tx, [{ psuId: person, event }], now));
  for (const psuId of others)
    await inTransaction((tx) =>
      appendLiveEvents(
        tx,
        Array.from({ length: 100 }, () => ({ psuId, event })),
        now,
      ),
    );
  await inTransaction(async (tx) => {
    const last = await lastLiveEventOf(tx, person);
    expect(last).toBeGreaterThan(0n);
    expect(await readLiveEvents(tx, [{ psuId: person, after: last - 1n }], 10)).toHaveLength(1);
    expect(await touched(tx)).toBeLessThan(10);
  });
});
