import { sql } from "kysely";
import type { Database } from "./database.ts";

export interface SchemaColumn {
  readonly table: string;
  readonly column: string;
  /** Postgres' own short name: `uuid`, `int8`, `timestamptz`, `_text` for an array. */
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

/**
 * The hand-typed tables as values: one entry a column with its Postgres type, a `?` behind it when it may be null.
 * The mapped type makes the compiler refuse a column that is missing or too many.
 */
export type TableColumns<DB> = { readonly [Table in keyof DB]: { readonly [Column in keyof DB[Table]]: string } };

/**
 * The names of a table's columns, for a read of whole rows: what names its columns is prepared once it is asked often, `select *` never is.
 */
export function columnNames<Row extends object>(columns: { readonly [Column in keyof Row]-?: string }): (keyof Row & string)[] {
  return Object.keys(columns) as (keyof Row & string)[];
}

/** Tables that belong to the migrations themselves. */
const bookkeeping = new Set(["migrations", "migrations_lock", "migration_checksums"]);

/** The columns of a schema as the database knows them, without the bookkeeping of migrations. */
export async function schemaColumns<DB>({ db }: Database<DB>, schema: string): Promise<readonly SchemaColumn[]> {
  const { rows } = await sql<{ table: string; column: string; type: string; nullable: boolean; hasDefault: boolean }>`
    select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as nullable,
           column_default is not null or is_identity = 'YES' or is_generated = 'ALWAYS' as has_default
    from information_schema.columns where table_schema = ${schema} order by table_name, column_name`.execute(db);
  return rows.filter((row) => !bookkeeping.has(row.table));
}

/** Where hand-typed tables and the live schema differ, one sentence each; empty when they agree. */
export async function schemaDifferences<DB>(database: Database<DB>, schema: string, tables: TableColumns<DB>): Promise<readonly string[]> {
  const live = new Map<string, string>((await schemaColumns(database, schema)).map((c) => [`${c.table}.${c.column}`, c.type + (c.nullable ? "?" : "")]));
  const typed = new Map<string, string>(
    Object.entries(tables as Record<string, Record<string, string>>).flatMap(([table, columns]) =>
      Object.entries(columns).map(([column, type]) => [`${snakeCase(table)}.${snakeCase(column)}`, type] as const),
    ),
  );
  const missing = [...live].filter(([name]) => !typed.has(name)).map(([name, type]) => `${name} ${type} is in the schema and not typed`);
  const wrong = [...typed].flatMap(([name, type]) => {
    const actual = live.get(name);
    if (actual === undefined) return [`${name} is typed and not in the schema`];
    return actual === type ? [] : [`${name} is typed as ${type} and is ${actual}`];
  });
  return [...missing, ...wrong].toSorted();
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
