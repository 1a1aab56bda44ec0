import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Migration } from "kysely/migration";
import type { Database } from "./database.ts";
import { errors } from "./errors.ts";
import { sqlstate, sqlstateOf } from "./sqlstate.ts";

export interface MigrateOptions {
  /** Folder of `20261122T101500_create_consents.sql` files. */
  readonly directory: URL | string;
  readonly logger?: { info(fields: object, message: string): void };
}

export interface MigrationFile {
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the file, hex. */
  readonly checksum: string;
}

const namePattern = /^\d{8}T\d{6}_[a-z0-9_]+\.sql$/;

/**
 * Brings the schema of the database up to date: plain SQL files in the order of their names, each once, all pending ones in one
 * transaction, one process at a time. A file that was applied must never change; its checksum is kept and compared.
 * @returns names of the files applied now
 */
export async function migrate<DB>(database: Database<DB>, { directory, logger }: MigrateOptions): Promise<readonly string[]> {
  const { schema } = database;
  const files = await readMigrations(directory);
  await verifyApplied(database.db, schema, files);
  const migrator = new Migrator({
    db: database.db,
    provider: { getMigrations: () => Promise.resolve(Object.fromEntries(files.map((file) => [file.name, migrationOf(schema, file)]))) },
    migrationTableSchema: schema,
    migrationTableName: "migrations",
    migrationLockTableName: "migrations_lock",
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === "Error")?.migrationName;
    throw errors.ERR_MIGRATION_FAILED({
      cause: error,
      message: `Migration ${failed ?? "of " + schema} failed; nothing of it was kept.`,
      details: { schema, migration: failed },
    });
  }
  const applied = results.map((result) => result.migrationName);
  if (applied.length > 0) logger?.info({ schema, applied }, "schema migrated");
  return applied;
}

/** The migrations of a folder in the order they run. */
export async function readMigrations(directory: URL | string): Promise<readonly MigrationFile[]> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  const strange = names.find((name) => !namePattern.test(name));
  if (strange !== undefined) throw errors.ERR_MIGRATION_NAME({ message: `Migration ${strange} is not named 20261122T101500_verb_phrase.sql.` });
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), "utf8");
      return { name: name.replace(/\.sql$/, ""), text, checksum: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

function migrationOf(schema: string, file: MigrationFile): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const checksums = sql.table(`${schema}.migration_checksums`);
      // A backfill may take longer than any question of the service.
      await sql`set local statement_timeout = 0`.execute(db);
      await sql`create table if not exists ${checksums} (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`.execute(
        db,
      );
      await sql.raw(file.text).execute(db);
      await sql`insert into ${checksums} (name, sha256) values (${file.name}, ${file.checksum})`.execute(db);
    },
  };
}

async function verifyApplied<DB>(db: Kysely<DB>, schema: string, files: readonly MigrationFile[]): Promise<void> {
  const known = new Map(files.map((file) => [file.name, file.checksum]));
  for (const { name, sha256 } of await appliedChecksums(db, schema)) {
    const now = known.get(name);
    if (now === undefined)
      throw errors.ERR_MIGRATION_MISSING({ message: `Migration ${name} was applied to ${schema} but its file is gone.`, details: { schema, migration: name } });
    if (now !== sha256) {
      throw errors.ERR_MIGRATION_CHANGED({
        message: `Migration ${name} was applied to ${schema} and has changed since; write a new migration instead.`,
        details: { schema, migration: name },
      });
    }
  }
}

async function appliedChecksums<DB>(db: Kysely<DB>, schema: string): Promise<readonly { name: string; sha256: string }[]> {
  try {
    const { rows } = await sql<{ name: string; sha256: string }>`select name, sha256 from ${sql.table(`${schema}.migration_checksums`)} order by name`.execute(
      db,
    );
    return rows;
  } catch (error) {
    if (sqlstateOf(error) === sqlstate.undefinedTable) return [];
    throw error;
  }
}
