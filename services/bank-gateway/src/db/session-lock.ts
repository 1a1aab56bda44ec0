import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/**
 * Works while nobody else works under this name, over all replicas. The lock is a connection's, so the death of its holder frees it at
 * once; work needs connections beside it. @returns `busy` when somebody else is at it
 */
export function unlessBusy<T>(db: Kysely<Tables>, name: string, work: () => Promise<T>): Promise<{ readonly done: T } | "busy"> {
  const key = sql`hashtextextended(current_schema() || ' ' || ${name}::text, 0)`;
  return db.connection().execute(async (held) => {
    const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(${key}) as locked`.execute(held);
    if (rows[0]?.locked !== true) return "busy";
    try {
      return { done: await work() };
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(held);
    }
  });
}
