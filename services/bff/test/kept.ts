import type { Database } from "@opl/postgres";
import { sql } from "kysely";
import type { Tables } from "../src/db/tables.ts";

/** Tables in which something changes although a request is refused. */
const apart: readonly string[] = [
  // An attempt counts, a refused one most of all.
  "attempts",
  // Jobs go on by their own plan.
  "job",
  // The relay takes out what earlier requests said; that something new was said shows in outbox_versions.
  "outbox",
];

interface Kept {
  readonly at: string;
  readonly rows: string;
  readonly sum: string;
}

/** How many rows each table of the service has, and what they add up to. */
export async function readKept({ db }: Database<Tables>): Promise<readonly Kept[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema and table_type = 'BASE TABLE' and table_name <> all (${sql.val(apart)}::text[])`.execute(db);
  const sums = tables.map(
    ({ name }) =>
      sql`select ${name} as at, count(*)::text as rows, coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)), 0)::text as sum from ${sql.table(name)} t`,
  );
  return (await sql<Kept>`${sql.join(sums, sql` union all `)} order by 1`.execute(db)).rows;
}
