import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  dropSchema,
  inTransaction,
  isConstraintViolation,
  isUniqueViolation,
  listen,
  migrate,
  openDatabase,
  provisionSchemas,
  schemaDifferences,
  sqlstate,
  sqlstateOf,
} from "./index.ts";

interface Tables {
  counters: { name: string; value: number };
}

const folder = mkdtempSync(join(tmpdir(), "opl-postgres-test-"));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
write(
  "20260101T000000_create_counters.sql",
  "-- breaking: no\ncreate table counters (name text primary key, value int not null check (value >= 0));\ninsert into counters values ('a', 0), ('b', 0);\n",
);

let at: TestDatabase<Tables>;
beforeAll(async () => {
  at = await testDatabase<Tables>({ service: "postgres", directory: folder });
});
afterAll(async () => {
  await at[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe("inTransaction", () => {
  it("keeps all or nothing, and joins the transaction it is called in", async () => {
    const { db } = at.database;
    const undone = inTransaction(db, async (tx) => {
      await tx.updateTable("counters").set({ value: 5 }).where("name", "=", "a").execute();
      await inTransaction(tx, async (inner) =>
        expect((await inner.selectFrom("counters").selectAll().where("name", "=", "a").executeTakeFirstOrThrow()).value).toBe(5),
      );
      throw new Error("no");
    });
    await expect(undone).rejects.toThrow("no");
    expect((await db.selectFrom("counters").selectAll().where("name", "=", "a").executeTakeFirstOrThrow()).value).toBe(0);
  });

  it("repeats serialization failures until all have had their turn", async () => {
    const { db } = at.database;
    const add = () =>
      inTransaction(
        db,
        async (tx) => {
          const { value } = await tx.selectFrom("counters").selectAll().where("name", "=", "b").executeTakeFirstOrThrow();
          await tx
            .updateTable("counters")
            .set({ value: value + 1 })
            .where("name", "=", "b")
            .execute();
        },
        { isolation: "serializable", retries: 50 },
      );
    await Promise.all(Array.from({ length: 8 }, add));
    expect((await db.selectFrom("counters").selectAll().where("name", "=", "b").executeTakeFirstOrThrow()).value).toBe(8);
  });

  it("repeats with a bound, then tells of a conflict", async () => {
    let tries = 0;
    const always = inTransaction(
      at.database.db,
      async (tx) => {
        tries += 1;
        await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(tx);
      },
      { retries: 2 },
    );
    await expect(always).rejects.toMatchObject({ code: "ERR_DATABASE_CONFLICT", kind: "conflict" });
    expect(tries).toBe(3);
  });
});

describe("errors of the database", () => {
  it("a constraint stays recognisable, with its name", async () => {
    const { db } = at.database;
    const twice = await db
      .insertInto("counters")
      .values({ name: "a", value: 1 })
      .execute()
      .catch((error: unknown) => error);
    expect([isUniqueViolation(twice), isUniqueViolation(twice, "counters_pkey"), isUniqueViolation(twice, "other")]).toEqual([true, true, false]);
    const negative = await db
      .insertInto("counters")
      .values({ name: "c", value: -1 })
      .execute()
      .catch((error: unknown) => error);
    expect([isUniqueViolation(negative), isConstraintViolation(negative, "counters_value_check"), sqlstateOf(negative)]).toEqual([
      false,
      true,
      sqlstate.checkViolation,
    ]);
  });

  it("US-45 a text with NUL is a mistake of who sent it, in a text as in JSON", async () => {
    for (const bad of [sql`select ${"a\0b"}::text`, sql`select ${JSON.stringify({ a: "\0" })}::jsonb`]) {
      await expect(bad.execute(at.database.db)).rejects.toMatchObject({ code: "ERR_TEXT_NOT_STORABLE", kind: "invalid" });
    }
  });

  it("G-36 a slow statement, a killed connection and an absent server are unavailable, and the pool recovers", async () => {
    const hasty = at.open({ statementTimeoutMs: 50, poolSize: 1 });
    await expect(sql`select pg_sleep(5)`.execute(hasty.db)).rejects.toMatchObject({ code: "ERR_DATABASE_TIMEOUT", kind: "unavailable" });
    const patient = at.open({ poolSize: 1 });
    await expect(sql`select pg_terminate_backend(pg_backend_pid())`.execute(patient.db)).rejects.toMatchObject({
      code: "ERR_DATABASE_UNAVAILABLE",
      kind: "unavailable",
    });
    for (const pool of [hasty, patient]) await eventually(() => pool.ping().then(() => true));
    await using absent = openDatabase({ url: "postgres://nobody@127.0.0.1:1/none", schema: "x", applicationName: "x" });
    await expect(absent.ping()).rejects.toMatchObject({ code: "ERR_DATABASE_UNAVAILABLE" });
    await expect(sql`select 1`.execute(absent.db)).rejects.toMatchObject({ code: "ERR_DATABASE_UNAVAILABLE" });
  });

  it("every session has its limits", async () => {
    const { rows } = await sql<{ name: string; setting: string }>`
      select lower(name) as name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'TimeZone')`.execute(
      at.database.db,
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
      statement_timeout: "15000",
      lock_timeout: "10000",
      idle_in_transaction_session_timeout: "30000",
      timezone: "UTC",
    });
  });
});

describe("migrate", () => {
  it("applies each file once, several processes at the same time included", async () => {
    write("20260101T000001_add_note.sql", "alter table counters add column note text;\n");
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(at.open(), { directory: folder })));
    expect(applied.flat()).toEqual(["20260101T000001_add_note"]);
    expect(await migrate(at.database, { directory: folder })).toEqual([]);
  });

  it("looks at its own schema alone, also as a role that sees others", async () => {
    await using other = await testDatabase<Tables>({ service: "postgres", directory: folder });
    write("20260101T000001_tell.sql", "comment on column counters.value is 'never below zero';\n");
    // A role that sees every schema there is.
    const { databaseUrl } = inject("oplServers");
    await using everywhere = openDatabase({ url: databaseUrl, schema: at.schema, applicationName: "everywhere" });
    expect(await sql`select 1 from ${sql.table(`${other.schema}.counters`)}`.execute(everywhere.db)).toMatchObject({ rows: [{}, {}] });
    const tables = await everywhere.db.introspection.getTables({ withInternalKyselyTables: true });
    expect(tables.map(({ schema, name }) => `${schema}.${name}`).toSorted()).toEqual(
      ["counters", "migration_checksums", "migrations", "migrations_lock"].map((name) => `${at.schema}.${name}`),
    );
    expect(await everywhere.db.introspection.getSchemas()).toEqual([{ name: at.schema }]);
    expect(await migrate(everywhere, { directory: folder })).toEqual(["20260101T000001_tell"]);
  });

  it("keeps nothing of a file that fails", async () => {
    write("20260101T000002_break.sql", "create table half (x int);\nselect 1/0;\n");
    await expect(migrate(at.database, { directory: folder })).rejects.toMatchObject({
      code: "ERR_MIGRATION_FAILED",
      details: { migration: "20260101T000002_break" },
    });
    expect(await sql`select to_regclass('half') as half`.execute(at.database.db)).toMatchObject({ rows: [{ half: null }] });
    rmSync(join(folder, "20260101T000002_break.sql"));
  });

  it("refuses a file that changed or vanished after it was applied, and a name without order", async () => {
    const file = "20260101T000001_add_note.sql";
    write(file, "alter table counters add column note varchar(10);\n");
    await expect(migrate(at.database, { directory: folder })).rejects.toMatchObject({ code: "ERR_MIGRATION_CHANGED" });
    rmSync(join(folder, file));
    await expect(migrate(at.database, { directory: folder })).rejects.toMatchObject({ code: "ERR_MIGRATION_MISSING" });
    write(file, "alter table counters add column note text;\n");
    write("add_more.sql", "");
    await expect(migrate(at.database, { directory: folder })).rejects.toMatchObject({ code: "ERR_MIGRATION_NAME" });
    rmSync(join(folder, "add_more.sql"));
  });
});

describe("schemaDifferences", () => {
  it("names every difference between typed and live columns", async () => {
    type Typed = { counters: { name: string; value: number; note: string | null }; ghosts: { boo: string } };
    const typed = at.open() as unknown as Parameters<typeof schemaDifferences<Typed>>[0];
    expect(await schemaDifferences<Typed>(typed, at.schema, { counters: { name: "text", value: "int8", note: "text?" }, ghosts: { boo: "text" } })).toEqual([
      "counters.value is typed as int8 and is int4",
      "ghosts.boo is typed and not in the schema",
    ]);
    expect(await schemaDifferences<Tables>(at.database, at.schema, { counters: { name: "text", value: "int4" } })).toEqual([
      "counters.note text? is in the schema and not typed",
    ]);
  });
});

describe("listen", () => {
  it("wakes for a notification and after a lost connection", async () => {
    let woken = 0;
    const listening = listen({ url: at.url, channel: "news", applicationName: `listener ${at.schema}`, onNotify: () => (woken += 1) });
    await eventually(() => woken === 1);
    await sql`select pg_notify('news', '')`.execute(at.database.db);
    await eventually(() => woken === 2);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${`listener ${at.schema}`}`.execute(at.database.db);
    await eventually(() => woken === 3);
    await sql`select pg_notify('news', '')`.execute(at.database.db);
    await eventually(() => woken === 4);
    await listening[Symbol.asyncDispose]();
  });
});

describe("provisionSchemas", () => {
  const mark = randomBytes(4).toString("hex");
  const names = ["consent", "bank_gateway", "ingest", "analytics", "tpp_registry", "bff"].map((name) => `${name}_${mark}`);
  const services = names.map((name) => ({ name, schema: name, role: name, password: `pass'word of ${name}` }));
  const adminUrl = inject("oplServers").databaseUrl;
  const openAs = (role: string) => {
    const url = new URL(adminUrl);
    url.username = role;
    url.password = "";
    return openDatabase({ url: url.href, password: `pass'word of ${role}`, schema: role, applicationName: role, poolSize: 1 });
  };
  beforeAll(async () => {
    await provisionSchemas({ adminUrl, services });
    await provisionSchemas({ adminUrl, services });
    for (const name of names) {
      await using own = openAs(name);
      await sql`create table secrets (value text); insert into secrets values ('mine');`.execute(own.db);
    }
  });
  afterAll(async () => {
    for (const name of names) await dropSchema({ adminUrl, schema: name, role: name });
  });

  it.each(names)("G-31 %s reads and writes its own schema and no other", async (name) => {
    await using own = openAs(name);
    expect((await sql<{ value: string }>`select value from secrets`.execute(own.db)).rows).toEqual([{ value: "mine" }]);
    for (const other of names.filter((one) => one !== name)) {
      const table = sql.table(`${other}.secrets`);
      const attempts = [
        sql`select * from ${table}`,
        sql`insert into ${table} values ('x')`,
        sql`update ${table} set value = 'x'`,
        sql`delete from ${table}`,
        sql`truncate ${table}`,
        sql`drop table ${table}`,
        sql`create table ${sql.table(`${other}.planted`)} (x int)`,
        sql`grant usage on schema ${sql.id(other)} to ${sql.id(name)}`,
        sql`set role ${sql.id(other)}`,
      ];
      for (const attempt of attempts)
        await expect(attempt.execute(own.db).catch((error: unknown) => sqlstateOf(error))).resolves.toBe(sqlstate.insufficientPrivilege);
    }
  });

  it.each(names)("G-31 %s cannot reach beyond its schema", async (name) => {
    await using own = openAs(name);
    const attempts = [
      sql`create table public.planted (x int)`,
      sql`create schema planted`,
      sql`create role planted`,
      sql`create database planted`,
      sql`alter role ${sql.id(name)} superuser`,
      sql`select pg_read_file('/etc/passwd')`,
      sql`copy secrets to program 'true'`,
      sql`select rolpassword from pg_authid`,
    ];
    for (const attempt of attempts)
      await expect(attempt.execute(own.db).catch((error: unknown) => sqlstateOf(error))).resolves.toBe(sqlstate.insufficientPrivilege);
  });
});
