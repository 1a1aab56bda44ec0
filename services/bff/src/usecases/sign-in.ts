import { signInRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import type { SignedIn, WithCookies } from "../session/people.ts";
import { attempt, forgive } from "./attempt.ts";
import { beginCeremony, endCeremony, seeCeremony } from "./ceremony.ts";
import { checkCode, needsCode } from "./check-code.ts";
import { enter } from "./enter.ts";
import type { Arrival } from "./enter.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "people">;

/**
 * A new session for who knows the password. Undefined while a code is missing: then there is no session yet, only a cookie with which
 * this browser can send the code (US-23).
 * @throws ERR_CREDENTIALS_REFUSED, the same for every reason; ERR_TOO_MANY_ATTEMPTS
 */
export async function signIn(
  ctx: Context,
  input: { readonly email: string; readonly password: string },
  from: Arrival,
): Promise<WithCookies<SignedIn | undefined>> {
  const rules = signInRules(input.email, addressBlock(from.visitor.ipAddress));
  await attempt(ctx, rules);
  const psuId = await ctx.people.findByPassword(input);
  if (psuId === undefined) throw errors.ERR_CREDENTIALS_REFUSED();
  const [samePlace, account] = rules;
  await forgive(ctx, [samePlace, account]);
  if (await needsCode(ctx, psuId)) return { value: undefined, cookies: [await beginCeremony(ctx, { kind: "second-factor", psuId })] };
  return enter(ctx, psuId, from);
}

/** The second half of a sign-in by password. @throws ERR_STEP_EXPIRED, ERR_CODE_REFUSED, ERR_TOO_MANY_ATTEMPTS */
export async function finishSignIn(ctx: Context, code: string, from: Arrival): Promise<WithCookies<SignedIn>> {
  const { psuId } = await seeCeremony(ctx, "second-factor", from.ceremony);
  if (psuId === null) throw errors.ERR_STEP_EXPIRED();
  await checkCode(ctx, psuId, code);
  await endCeremony(ctx, "second-factor", from.ceremony);
  return enter(ctx, psuId, from);
}
