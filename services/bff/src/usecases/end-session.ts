import { inTransaction } from "@opl/postgres";
import { endOwnSession } from "../db/session-store.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";

/** Ends one of the person's sessions, wherever it is used; its event streams end with it (US-25). @throws ERR_SESSION_NOT_FOUND */
export async function endSession({ db }: Pick<BffContext, "db">, psuId: string, sessionId: string): Promise<void> {
  if (!(await inTransaction(db, (tx) => endOwnSession(tx, psuId, sessionId)))) throw errors.ERR_SESSION_NOT_FOUND();
}
