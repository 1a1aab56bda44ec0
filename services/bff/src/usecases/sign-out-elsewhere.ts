import { inTransaction } from "@opl/postgres";
import type { BffContext } from "../context.ts";
import { endOtherSessions } from "../db/session-store.ts";

/** Ends every session of the person but one; their event streams end with them. */
export async function signOutElsewhere(
  { db }: Pick<BffContext, "db">,
  { psuId, keepSessionId }: { readonly psuId: string; readonly keepSessionId: string },
): Promise<void> {
  await inTransaction(db, (tx) => endOtherSessions(tx, psuId, keepSessionId));
}
