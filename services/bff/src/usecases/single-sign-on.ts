import { newId } from "@opl/service";
import { inTransaction } from "@opl/postgres";
import { findLinked, saveLink } from "../db/person-store.ts";
import { markProved } from "../db/session-store.ts";
import { ceremonyRules } from "../domain/attempt-rules.ts";
import { errors } from "../errors.ts";
import type { BffContext } from "../context.ts";
import { addressBlock } from "../session/client-address.ts";
import type { SignedIn, WithCookies } from "../session/people.ts";
import type { SingleSignOn } from "../session/single-sign-on.ts";
import { attempt } from "./attempt.ts";
import { beginCeremony, endCeremony } from "./ceremony.ts";
import { enter } from "./enter.ts";
import type { Arrival } from "./enter.ts";

type Context = Pick<BffContext, "db" | "clock" | "keys" | "overviews" | "people" | "singleSignOn">;

const longAgo = Temporal.Instant.fromEpochMilliseconds(0);
const earlier = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant => (Temporal.Instant.compare(a, b) < 0 ? a : b);

interface Beginning {
  readonly ipAddress: string;
  /** Who wants to link it, after a recent sign-in; nobody who wants to sign in. */
  readonly linkFor?: string;
}

/** @throws ERR_SINGLE_SIGN_ON_OFF, ERR_TOO_MANY_ATTEMPTS */
export async function beginSingleSignOn(ctx: Context, { ipAddress, linkFor }: Beginning): Promise<WithCookies<{ redirectUrl: string }>> {
  const provider = providerOf(ctx);
  await attempt(ctx, ceremonyRules(addressBlock(ipAddress)));
  const { redirectUrl, checks } = await provider.begin();
  const cookie = await beginCeremony(ctx, { kind: "single-sign-on", psuId: linkFor, data: { ...checks } });
  return { value: { redirectUrl }, cookies: [cookie] };
}

/**
 * The browser came back from the provider: somebody signs in, or the person who began in their settings links it. A subject that nobody
 * has linked makes no person and is linked with nobody, whatever address it claims.
 * @throws ERR_STEP_EXPIRED, ERR_SINGLE_SIGN_ON_REFUSED, ERR_SINGLE_SIGN_ON_UNKNOWN
 */
export async function finishSingleSignOn(
  ctx: Context,
  {
    parameters,
    here,
    from,
  }: { readonly parameters: readonly { readonly name: string; readonly value: string }[]; readonly here: SignedIn | undefined; readonly from: Arrival },
): Promise<WithCookies<{ outcome: "signed-in" | "linked" }>> {
  const provider = providerOf(ctx);
  const { psuId: linkFor, data } = await endCeremony(ctx, "single-sign-on", from.ceremony);
  const { state = "", nonce = "", codeVerifier = "" } = data;
  const known = await provider.finish(parameters, { state, nonce, codeVerifier });
  if (known === undefined) throw errors.ERR_SINGLE_SIGN_ON_REFUSED();
  const { subject, authenticatedAt } = known;
  if (linkFor === null) {
    const psuId = await findLinked(ctx.db, subject);
    if (psuId === undefined) throw errors.ERR_SINGLE_SIGN_ON_UNKNOWN();
    const { value: signedIn, cookies } = await enter(ctx, psuId, from);
    // A provider that still knows the browser asks nobody anything: that is a sign-in, and no proof of who sits there now.
    await inTransaction(ctx.db, (tx) => markProved(tx, signedIn.sessionId, earlier(authenticatedAt ?? longAgo, ctx.clock.now())));
    return { value: { outcome: "signed-in" }, cookies };
  }
  // Only in the session of who began: nobody links their own sign-in with the account of another (US-06).
  if (here?.psuId !== linkFor) throw errors.ERR_STEP_EXPIRED();
  if (!(await inTransaction(ctx.db, (tx) => saveLink(tx, { id: newId(), psuId: linkFor, subject }, ctx.clock.now()))))
    throw errors.ERR_SINGLE_SIGN_ON_REFUSED();
  return { value: { outcome: "linked" }, cookies: [] };
}

function providerOf({ singleSignOn }: Context): SingleSignOn {
  if (singleSignOn === undefined) throw errors.ERR_SINGLE_SIGN_ON_OFF();
  return singleSignOn;
}
