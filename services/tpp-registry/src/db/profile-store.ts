import type { Executor } from "@opl/postgres";
import type { TppRegistryTables } from "./tables.ts";

/** The id of our software, made once and the same for ever. */
export async function softwareClientId(db: Executor<TppRegistryTables>, candidate: string, now: Temporal.Instant): Promise<string> {
  await db
    .insertInto("tppProfile")
    .values({ softwareClientId: candidate, createdAt: now })
    .onConflict((oc) => oc.doNothing())
    .execute();
  const row = await db.selectFrom("tppProfile").select("softwareClientId").executeTakeFirstOrThrow();
  return row.softwareClientId;
}
