import { randomBytes } from "node:crypto";
import { isOplError } from "@opl/errors";
import type { AuthorizationRequest } from "../adapters/bank-adapter.ts";
import type { Bank } from "../banks/bank.ts";
import { pkceNotEnforced, savePkceProbe } from "../db/authorization-server-store.ts";
import { getAsked } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { pushAuthorizationRequest } from "../oauth/pushed-request.ts";
import type { GatewayContext } from "./context.ts";

type Context = Pick<GatewayContext, "db" | "banks" | "clock">;

/** What a request without one of these is: one that anybody could finish who gets hold of its code. */
const incomplete: readonly (readonly string[])[] = [["code_challenge", "code_challenge_method"], ["code_challenge_method"]];

/**
 * Whether the bank insists on PKCE, as far as that shows without a person: a complete request for a consent of our own is taken, and the
 * same without its challenge, or with a challenge that would be a plain one, is turned away (OA-61, RFC 9700 2.1.1). The outcome is
 * recorded; a bank that takes an incomplete one goes into quarantine. A profile without PKCE or without pushed requests is not probed.
 * @throws ERR_ASPSP_REJECTED with reason `pkce-not-enforced`
 */
export async function probePkce(ctx: Context, registrationId: string): Promise<void> {
  const bank = await ctx.banks.of(registrationId);
  const { adapter } = bank;
  const { oauth } = adapter;
  if (oauth === undefined || oauth.pkce === "none" || oauth.request !== "pushed" || oauth.approach !== "redirect" || adapter.consents === undefined) return;
  const { aspspId } = adapter.profile;
  const redirectUri = (await getAsked(ctx.db, registrationId))?.terms.redirectUris[0];
  if (redirectUri === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
  const now = ctx.clock.now();
  const calls = await bank.clientCalls();
  const { aspspConsentId } = await adapter.consents.create(calls, { validUntil: now.add({ hours: 24 }), now });
  const request = (): AuthorizationRequest => ({ aspspConsentId, clientId: bank.clientId, redirectUri, state: secret(), nonce: secret(), now });
  let enforced = true;
  try {
    await pushAuthorizationRequest(bank, request());
    for (const without of incomplete) enforced &&= !(await isTaken(bank, request(), without));
  } finally {
    // Nobody will approve it; a bank that keeps it lets it run out.
    await adapter.consents.revoke(calls, aspspConsentId).catch(() => undefined);
  }
  await savePkceProbe(ctx.db, aspspId, enforced, now);
  if (enforced) return;
  await distrustForPkce(ctx, aspspId, "it takes requests without a code challenge.");
}

/** Nobody is sent to a bank where whoever gets hold of a code can use it. @throws ERR_ASPSP_REJECTED with reason `pkce-not-enforced` */
export async function distrustForPkce({ banks }: Pick<Context, "banks">, aspspId: string, because: string): Promise<never> {
  await banks.authorizationServer(aspspId)?.quarantine(pkceNotEnforced);
  throw errors.ERR_ASPSP_REJECTED({ message: `The bank does not enforce PKCE: ${because}`, details: { reason: pkceNotEnforced } });
}

const secret = (): string => randomBytes(24).toString("base64url");

async function isTaken(bank: Bank, request: AuthorizationRequest, without: readonly string[]): Promise<boolean> {
  try {
    await pushAuthorizationRequest(bank, request, without);
    return true;
  } catch (error) {
    if (isOplError(error) && error.code === "ERR_ASPSP_REJECTED") return false;
    throw error;
  }
}
