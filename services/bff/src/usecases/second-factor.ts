import { inTransaction } from "@opl/postgres";
import { seal } from "@opl/sealing";
import { replaceRecoveryCodes } from "../db/recovery-code-store.ts";
import { confirmSecondFactor, deleteSecondFactor, proposeSecondFactor } from "../db/second-factor-store.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { newRecoveryCodes, recoveryCodeHash } from "../session/recovery-codes.ts";
import { newTotpSecret, totpForms } from "../session/totp.ts";
import { checkCode, secondFactorOf } from "./check-code.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys">;

/** A secret for the person's app. It counts when a code has shown that the app has it. @throws ERR_SECOND_FACTOR_STANDS */
export async function beginSecondFactor(
  { db, keys }: Context,
  { psuId, email }: { readonly psuId: string; readonly email: string },
): Promise<{ secret: string; uri: string }> {
  const secret = newTotpSecret();
  const sealed = seal(keys.secondFactorKey, secret, secondFactorOf(psuId));
  if (!(await inTransaction(db, (tx) => proposeSecondFactor(tx, psuId, sealed)))) throw errors.ERR_SECOND_FACTOR_STANDS();
  return totpForms(secret, email);
}

/** @returns codes for the day the app is lost, shown this once. @throws ERR_CODE_REFUSED, ERR_SECOND_FACTOR_STANDS, ERR_TOO_MANY_ATTEMPTS */
export async function confirmNewSecondFactor(ctx: Context, psuId: string, code: string): Promise<{ recoveryCodes: string[] }> {
  await checkCode(ctx, psuId, code);
  if (!(await inTransaction(ctx.db, (tx) => confirmSecondFactor(tx, psuId, ctx.clock.now())))) throw errors.ERR_SECOND_FACTOR_STANDS();
  return renewRecoveryCodes(ctx, psuId);
}

export async function removeSecondFactor({ db }: Context, psuId: string): Promise<void> {
  await inTransaction(db, (tx) => deleteSecondFactor(tx, psuId));
}

/** New codes in place of all before, shown this once. */
export async function renewRecoveryCodes({ db, clock }: Context, psuId: string): Promise<{ recoveryCodes: string[] }> {
  const recoveryCodes = [...newRecoveryCodes()];
  await inTransaction(db, (tx) => replaceRecoveryCodes(tx, psuId, recoveryCodes.map(recoveryCodeHash), clock.now()));
  return { recoveryCodes };
}
