import type { Aspsp } from "@opl/contracts/model";
import { type Executor, jsonb } from "@opl/postgres";
import { sql, type Transaction } from "kysely";
import type { TppRegistryTables } from "./tables.ts";

/** The banks there are, as they were last seen, by name of their id. */
export async function listDirectory(db: Executor<TppRegistryTables>): Promise<readonly Aspsp[]> {
  const rows = await db.selectFrom("directory").select("aspsp").orderBy("aspspId").execute();
  return rows.map(({ aspsp }) => aspsp);
}

/** The same, held until the end of the transaction: two looks at the gateway are recorded one after the other. */
export async function lockDirectory(tx: Transaction<TppRegistryTables>): Promise<readonly Aspsp[]> {
  await sql`lock table directory in share row exclusive mode`.execute(tx);
  return listDirectory(tx);
}

export async function saveAspsps(tx: Transaction<TppRegistryTables>, aspsps: readonly Aspsp[]): Promise<void> {
  for (const aspsp of aspsps)
    await tx
      .insertInto("directory")
      .values({ aspspId: aspsp.aspspId, aspsp: jsonb(aspsp) })
      .onConflict((oc) => oc.column("aspspId").doUpdateSet({ aspsp: jsonb(aspsp) }))
      .execute();
}

export async function removeAspsps(tx: Transaction<TppRegistryTables>, aspspIds: readonly string[]): Promise<void> {
  if (aspspIds.length > 0) await tx.deleteFrom("directory").where("aspspId", "in", aspspIds).execute();
}
