import { inTransaction } from "@opl/postgres";
import type { BffContext } from "../context.ts";
import { changePreferences } from "../db/preference-store.ts";
import type { Preferences } from "../db/preference-store.ts";

export async function updatePreferences({ db, clock }: Pick<BffContext, "db" | "clock">, psuId: string, changes: Partial<Preferences>): Promise<Preferences> {
  return inTransaction(db, (tx) => changePreferences(tx, psuId, changes, clock.now()));
}
