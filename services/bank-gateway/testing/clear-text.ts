import { sql } from "kysely";
import type { TestGateway } from "./gateway.ts";

/** Every row of every table of the gateway, as text. */
export async function everythingStored({ database }: Pick<TestGateway, "database">): Promise<string> {
  const { db } = database.database;
  const tables = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = ${database.schema}`.execute(db);
  let dump = "";
  for (const { name } of tables.rows) {
    // Text as it stands, bytes as text where they are text.
    const { rows } = await sql<{
      row: string;
    }>`select convert_from(decode(encode(convert_to(t::text, 'utf8'), 'hex'), 'hex'), 'utf8') as row from ${sql.table(name)} t`.execute(db);
    dump += rows.map(({ row }) => row).join("\n");
  }
  return dump;
}

/** Which of the secrets can be read in a dump; a bytea column shows itself in hexadecimal. */
export function inClear(dump: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => dump.includes(secret) || dump.includes(Buffer.from(secret).toString("hex")));
}
