import { newId } from "@opl/service";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { passkeysOf } from "../db/passkey-store.ts";
import { deletePassword, lockPerson, savePasswordHash } from "../db/person-store.ts";
import { endAllSessions, endOtherSessions } from "../db/session-store.ts";
import type { Tables } from "../db/tables.ts";
import { passwordFault } from "../domain/password-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { hashPassword } from "../session/password.ts";

type Context = Pick<BffContext, "db" | "clock">;

interface Change {
  readonly psuId: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** The one session that goes on; without it none does. */
  readonly keepSessionId?: string;
}

/** A new password, or a first one; whoever got in by the one before is out (US-24). @throws ERR_PASSWORD_TOO_WEAK */
export async function changePassword({ db, clock }: Context, { psuId, password, keepSessionId, ...person }: Change): Promise<void> {
  refuseWeakPassword(password, person);
  const hash = await hashPassword(password);
  await inTransaction(db, async (tx) => {
    await savePasswordHash(tx, { id: newId(), psuId, hash }, clock.now());
    await endSessionsBut(tx, psuId, keepSessionId);
  });
}

/** @throws ERR_PASSWORD_TOO_WEAK with what is wrong with it */
export function refuseWeakPassword(password: string, person: { readonly name: string; readonly email: string }): void {
  const fault = passwordFault(password, person);
  if (fault !== undefined) throw errors.ERR_PASSWORD_TOO_WEAK({ message: fault });
}

/** Only passkeys from now on. @throws ERR_LAST_WAY_IN without one */
export async function removePassword({ db }: Context, psuId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockPerson(tx, psuId);
    if ((await passkeysOf(tx, psuId)).length === 0) throw errors.ERR_LAST_WAY_IN();
    await deletePassword(tx, psuId);
  });
}

function endSessionsBut(tx: Transaction<Tables>, psuId: string, keepSessionId: string | undefined): Promise<void> {
  return keepSessionId === undefined ? endAllSessions(tx, psuId) : endOtherSessions(tx, psuId, keepSessionId);
}
