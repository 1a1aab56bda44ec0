import { signInRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import type { SignedIn, Visitor, WithCookies } from "../session/people.ts";
import { attempt, forgive } from "./attempt.ts";

interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly visitor: Visitor;
  /** The cookie the browser came with, if any; its session ends (US-04). */
  readonly formerCookie: string | undefined;
}

/** A new session for who knows the password. @throws ERR_CREDENTIALS_REFUSED, the same for every reason; ERR_TOO_MANY_ATTEMPTS */
export async function signIn(ctx: Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "people">, input: SignIn): Promise<WithCookies<SignedIn>> {
  const rules = signInRules(input.email, addressBlock(input.visitor.ipAddress));
  await attempt(ctx, rules);
  const signedIn = await ctx.people.signIn({ email: input.email, password: input.password }, input.visitor);
  if (signedIn === undefined) throw errors.ERR_CREDENTIALS_REFUSED();
  const [samePlace, account] = rules;
  await forgive(ctx, [samePlace, account]);
  if (input.formerCookie === undefined) return signedIn;
  const { value: former } = await ctx.people.signOut(input.formerCookie);
  if (former !== undefined) ctx.overviews.drop(former.psuId);
  return signedIn;
}
