import { isOplError } from "@opl/errors";
import { open } from "@opl/sealing";
import { inTransaction } from "@opl/postgres";
import { takeRecoveryCode } from "../db/recovery-code-store.ts";
import { findSecondFactor, useStep } from "../db/second-factor-store.ts";
import { secondFactorRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { recoveryCodeHash } from "../session/recovery-codes.ts";
import { stepOfCode } from "../session/totp.ts";
import { attempt, forgive } from "./attempt.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys">;

/** Whether a sign-in of this person by password needs a code as well. */
export async function needsCode({ db }: Pick<Context, "db">, psuId: string): Promise<boolean> {
  const found = await findSecondFactor(db, psuId);
  return found !== undefined && found.confirmedAt !== null;
}

/**
 * Takes a code of the person's app, or a recovery code in its place; each works once.
 * @throws ERR_CODE_REFUSED, ERR_TOO_MANY_ATTEMPTS after five
 */
export async function checkCode(ctx: Context, psuId: string, code: string): Promise<void> {
  const rules = secondFactorRules(psuId);
  await attempt(ctx, rules);
  const fits = /^\d{6}$/.test(code)
    ? await fitsApp(ctx, psuId, code)
    : await inTransaction(ctx.db, (tx) => takeRecoveryCode(tx, psuId, recoveryCodeHash(code)));
  if (!fits) throw errors.ERR_CODE_REFUSED();
  await forgive(ctx, rules);
}

async function fitsApp({ db, clock, keys }: Context, psuId: string, code: string): Promise<boolean> {
  const found = await findSecondFactor(db, psuId);
  if (found === undefined) return false;
  const secret = secretOf(keys.secondFactorKey, found.secret, psuId);
  const step = secret === undefined ? undefined : stepOfCode(secret, code, clock.now());
  return step !== undefined && (await inTransaction(db, (tx) => useStep(tx, psuId, step)));
}

/** Undefined where the session secret was changed since: no code of the app fits any more, a recovery code does. */
function secretOf(key: Buffer, sealed: Buffer, psuId: string): Buffer | undefined {
  try {
    return open(key, sealed, secondFactorOf(psuId));
  } catch (error) {
    if (isOplError(error) && error.code === "ERR_SEAL_BROKEN") return undefined;
    throw error;
  }
}

/** Where a sealed secret belongs; it opens nowhere else. */
export function secondFactorOf(psuId: string): Readonly<Record<string, string>> {
  return { table: "second_factors", psuId };
}
