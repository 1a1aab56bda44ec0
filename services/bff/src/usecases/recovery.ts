import { inTransaction } from "@opl/postgres";
import { findPerson, findPersonByEmail, nobody } from "../db/person-store.ts";
import { takeRecoveryCode } from "../db/recovery-code-store.ts";
import { recoveryRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import { recoveryCodeHash } from "../session/recovery-codes.ts";
import { attempt } from "./attempt.ts";
import { beginCeremony, endCeremony, seeCeremony } from "./ceremony.ts";
import { changePassword, refuseWeakPassword } from "./change-password.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys">;

/**
 * The way back for who lost password and passkeys: a recovery code, which works once, lets this browser set a password within fifteen
 * minutes (US-22). No mail is sent and no address holds a token. An unknown address is answered like a wrong code (US-21).
 * @returns the cookie to go on with
 * @throws ERR_RECOVERY_REFUSED, ERR_TOO_MANY_ATTEMPTS
 */
export async function beginRecovery(
  ctx: Context,
  { email, code, ipAddress }: { readonly email: string; readonly code: string; readonly ipAddress: string },
): Promise<string> {
  await attempt(ctx, recoveryRules(email, addressBlock(ipAddress)));
  const person = await findPersonByEmail(ctx.db, email);
  const fits = await inTransaction(ctx.db, (tx) => takeRecoveryCode(tx, person?.psuId ?? nobody, recoveryCodeHash(code)));
  if (person === undefined || !fits) throw errors.ERR_RECOVERY_REFUSED();
  return beginCeremony(ctx, { kind: "recovery", psuId: person.psuId });
}

/** Sets the new password and ends every session there was; a second factor stays. @throws ERR_STEP_EXPIRED, ERR_PASSWORD_TOO_WEAK */
export async function finishRecovery(ctx: Context, password: string, ceremony: string | undefined): Promise<void> {
  const { psuId } = await seeCeremony(ctx, "recovery", ceremony);
  const person = psuId === null ? undefined : await findPerson(ctx.db, psuId);
  if (person === undefined) throw errors.ERR_STEP_EXPIRED();
  refuseWeakPassword(password, person);
  await endCeremony(ctx, "recovery", ceremony);
  await changePassword(ctx, { ...person, password });
}
