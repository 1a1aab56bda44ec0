import { inTransaction } from "@opl/postgres";
import { passkeysOf } from "../db/passkey-store.ts";
import { markProved } from "../db/session-store.ts";
import { passwordRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import type { PasskeyQuestion } from "../session/passkeys.ts";
import type { SignedIn, WithCookies } from "../session/people.ts";
import { attempt, forgive } from "./attempt.ts";
import { beginCeremony, endCeremony } from "./ceremony.ts";
import { checkCode, needsCode } from "./check-code.ts";
import { checkPasskey } from "./passkey-sign-in.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys" | "passkeys" | "people">;

/**
 * The person of this session proves that they are still the one who sits there, by all that a sign-in with the password needs.
 * @throws ERR_PASSWORD_REFUSED, ERR_CODE_NEEDED, ERR_CODE_REFUSED, ERR_TOO_MANY_ATTEMPTS
 */
export async function confirmByPassword(
  ctx: Context,
  { psuId, sessionId }: SignedIn,
  { password, code }: { readonly password: string; readonly code?: string | undefined },
): Promise<void> {
  const rules = passwordRules(psuId);
  await attempt(ctx, rules);
  if (!(await ctx.people.passwordFits(psuId, password))) throw errors.ERR_PASSWORD_REFUSED();
  await forgive(ctx, rules);
  if (await needsCode(ctx, psuId)) {
    if (code === undefined) throw errors.ERR_CODE_NEEDED();
    await checkCode(ctx, psuId, code);
  }
  await inTransaction(ctx.db, (tx) => markProved(tx, sessionId, ctx.clock.now()));
}

/** @throws ERR_PASSKEY_REFUSED for who has none */
export async function beginConfirmByPasskey(ctx: Context, { psuId }: SignedIn): Promise<WithCookies<PasskeyQuestion["options"]>> {
  const known = await passkeysOf(ctx.db, psuId);
  if (known.length === 0) throw errors.ERR_PASSKEY_REFUSED();
  const { challenge, options } = await ctx.passkeys.ask(known);
  return { value: options, cookies: [await beginCeremony(ctx, { kind: "passkey-confirm", psuId, data: { challenge } })] };
}

/** The same by a passkey of this person. @throws ERR_STEP_EXPIRED, ERR_PASSKEY_REFUSED */
export async function confirmByPasskey(ctx: Context, { psuId, sessionId }: SignedIn, answer: unknown, ceremony: string | undefined): Promise<void> {
  const { data } = await endCeremony(ctx, "passkey-confirm", ceremony);
  const passkey = await checkPasskey(ctx, answer, data["challenge"] ?? "");
  if (passkey.psuId !== psuId) throw errors.ERR_PASSKEY_REFUSED();
  await inTransaction(ctx.db, (tx) => markProved(tx, sessionId, ctx.clock.now()));
}
