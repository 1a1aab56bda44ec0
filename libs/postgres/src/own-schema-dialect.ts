import { PostgresDialect, sql } from "kysely";
import type { DatabaseIntrospector, Kysely } from "kysely";

/**
 * kysely's migrator asks its dialect which tables there are. Its own answer reads every schema of the database, and fails when one of them is
 * dropped in that moment; ours is about the schema of the session alone. Tables come by their names: nobody asks for columns.
 */
export class OwnSchemaDialect extends PostgresDialect {
  override createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return {
      async getSchemas() {
        const { rows } = await sql<{ name: string }>`select nspname as name from pg_catalog.pg_namespace where nspname = current_schema()`.execute(db);
        return rows;
      },
      async getTables() {
        const { rows } = await sql<{ schema: string; name: string; isView: boolean; isForeign: boolean }>`
          select ns.nspname as schema, c.relname as name, c.relkind = 'v' as "isView", c.relkind = 'f' as "isForeign"
          from pg_catalog.pg_class c join pg_catalog.pg_namespace ns on ns.oid = c.relnamespace
          where ns.nspname = current_schema() and c.relkind in ('r', 'v', 'p', 'f')`.execute(db);
        return rows.map((table) => ({ ...table, columns: [] }));
      },
    };
  }
}
