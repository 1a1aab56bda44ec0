import type { Transaction } from "kysely";
import type { z } from "zod";
import type { preferences } from "@opl/contracts/http/bff";
import type { Executor } from "@opl/postgres";
import type { Tables } from "./tables.ts";

export type Preferences = z.output<typeof preferences>;

/** What holds until a person chooses otherwise. */
const untouched: Preferences = { locale: "en", theme: "system", privacyMode: false };

export async function getPreferences(db: Executor<Tables>, psuId: string): Promise<Preferences> {
  const row = await db.selectFrom("preferences").select(["locale", "theme", "privacyMode"]).where("psuId", "=", psuId).executeTakeFirst();
  return row ?? untouched;
}

/** Changes what is given and leaves the rest; two changes at once both count. */
export async function changePreferences(tx: Transaction<Tables>, psuId: string, changes: Partial<Preferences>, now: Temporal.Instant): Promise<Preferences> {
  const updatedAt = now;
  return tx
    .insertInto("preferences")
    .values({ psuId, ...untouched, ...changes, updatedAt })
    .onConflict((conflict) => conflict.column("psuId").doUpdateSet({ ...changes, updatedAt }))
    .returning(["locale", "theme", "privacyMode"])
    .executeTakeFirstOrThrow();
}
