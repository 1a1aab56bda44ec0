import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "@opl/testkit";
import { sql } from "kysely";
import type { Generated } from "kysely";
import { afterAll, describe, expect, it } from "vitest";
import { jsonb, openDatabase } from "./index.ts";
import type { Int8, IsoDate, Json, Timestamp } from "./index.ts";

interface ThingsTable {
  thingId: Generated<bigint>;
  minor: Int8;
  seenAt: Timestamp;
  bookedOn: IsoDate;
  exact: string;
  tags: Json<readonly string[]>;
  document: Json<{ someKey: { nested_key: number } }>;
  instants: Temporal.Instant[];
}

const directory = mkdtempSync(join(tmpdir(), "opl-no-migrations-"));
const test = await testDatabase<{ things: ThingsTable }>({ service: "postgres", directory });
const { db } = test.database;
afterAll(() => test[Symbol.asyncDispose]());

describe("openDatabase", () => {
  it("reads and writes exact values: bigint, numeric text, days, instants, json, arrays", async () => {
    await sql`create table things (thing_id bigint primary key generated always as identity, minor bigint, seen_at timestamptz, booked_on date,
      exact numeric(40, 4), tags jsonb, document jsonb, instants timestamptz[])`.execute(db);
    const seenAt = Temporal.Instant.from("2026-11-22T10:00:00.123456Z");
    const row = { minor: 9_223_372_036_854_775_807n, seenAt, bookedOn: "2024-02-29", exact: "123456789012345678901234567890.1234", instants: [seenAt] };
    await db
      .insertInto("things")
      .values({ ...row, tags: jsonb(["a", "b"]), document: { someKey: { nested_key: 1 } } })
      .execute();
    const read = await db.selectFrom("things").selectAll().executeTakeFirstOrThrow();
    expect(read.seenAt.equals(seenAt) && read.instants[0]?.equals(seenAt)).toBe(true);
    expect(read).toMatchObject({
      thingId: 1n,
      minor: row.minor,
      bookedOn: "2024-02-29",
      exact: row.exact,
      tags: ["a", "b"],
      document: { someKey: { nested_key: 1 } },
    });
  });

  it("prepares what is asked again and again, and a migration beside it does no harm", async () => {
    await sql`create table known (name text primary key, size int not null)`.execute(db);
    await sql`insert into known values ('a', 1), ('b', 2)`.execute(db);
    await using one = openDatabase<{ known: { name: string; size: number } }>({
      ...test.database.connection,
      schema: test.schema,
      applicationName: "one",
      poolSize: 1,
    });
    const sizeOf = (name: string) => one.db.selectFrom("known").select("size").where("name", "=", name).executeTakeFirst();
    const all = () => one.db.selectFrom("known").selectAll().orderBy("name").execute();
    for (let time = 0; time < 30; time += 1) expect([await sizeOf("a"), (await all()).length]).toEqual([{ size: 1 }, 2]);
    const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(one.db);
    expect(rows.map(({ statement }) => statement)).toEqual(['select "size" from "known" where "name" = $1']);
    await sql`alter table known add column color text default 'red'`.execute(db);
    expect([await sizeOf("b"), (await all()).length]).toEqual([{ size: 2 }, 2]);
  });
});
