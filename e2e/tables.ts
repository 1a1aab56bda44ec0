import { sql } from "kysely";
import type { TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

export interface TableText {
  /** Schema and name. */
  readonly at: string;
  /** Every row as Postgres writes it, one a line; bytes as Latin-1, since hex would hide a text in them. */
  readonly text: string;
}

/** Everything the services keep in tables; `like` narrows the schemas. */
export function readTables(product: TestProduct, like = "opl\\_%"): Promise<TableText[]> {
  return asAdmin(product, async (db) => {
    const { rows: tables } = await sql<{ schema: string; name: string }>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_schema like ${like} and table_type = 'BASE TABLE' order by 1, 2`.execute(db);
    const texts: TableText[] = [];
    for (const { schema, name } of tables) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(`${schema}.${name}`)} t`.execute(db);
      const text = rows.map(({ row }) => row.replaceAll(/\\x([0-9a-f]+)/g, (_, hex: string) => Buffer.from(hex, "hex").toString("latin1"))).join("\n");
      texts.push({ at: `${schema}.${name}`, text });
    }
    return texts;
  });
}

/** Which tables hold any of these texts, as `schema.table: what`. */
export function holding(tables: readonly TableText[], wanted: Readonly<Record<string, readonly string[]>>): string[] {
  return tables.flatMap(({ at, text }) =>
    Object.entries(wanted)
      .filter(([, values]) => values.some((value) => text.includes(value)))
      .map(([what]) => `${at}: ${what}`),
  );
}
