import { randomBytes } from "node:crypto";
import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { AuthorizationRequest } from "../adapters/bank-adapter.ts";
import type { Bank } from "../banks/bank.ts";
import { saveBegunProbe, saveProbeOutcome, takeBegunProbe } from "../db/verifier-probe-store.ts";
import type { VerifierLie } from "../db/verifier-probe-store.ts";
import { getAsked } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import { checkReturn } from "../oauth/check-return.ts";
import { pushAuthorizationRequest } from "../oauth/pushed-request.ts";
import type { AuthorizationReturn } from "../oauth/return-rules/rule.ts";
import { stateHash } from "../oauth/state-hash.ts";
import { openVerifierProbe, sealVerifierProbe } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";
import { distrustForPkce } from "./probe-pkce.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock">;

/**
 * Begins to try whether the bank compares the verifier with the challenge (OA-61, RFC 7636 4.6). That shows only with a code, and a code of
 * a person is spent by it: so the request is for a consent of our own, which the operator approves at the bank as a customer of theirs.
 * @returns where the operator's browser goes
 * @throws ERR_ASPSP_CAPABILITY_MISSING at a bank without PKCE or pushed requests
 */
export async function beginVerifierProbe(ctx: Context, aspspId: string, lie: VerifierLie): Promise<{ redirectUrl: string; expiresAt: Temporal.Instant }> {
  const bank = await ctx.banks.active(aspspId);
  const { adapter, registrationId, clientId } = bank;
  if (bank.oauth.pkce === "none" || bank.oauth.request !== "pushed" || adapter.consents === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
  const redirectUri = (await getAsked(ctx.db, registrationId))?.terms.redirectUris[0];
  if (redirectUri === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
  const now = ctx.clock.now();
  const { aspspConsentId } = await adapter.consents.create(await bank.clientCalls(), { validUntil: now.add({ hours: 24 }), now });
  const request: AuthorizationRequest = { aspspConsentId, clientId, redirectUri, state: secret(), nonce: secret(), now };
  const { url, expiresAt, codeVerifier = "" } = await pushAuthorizationRequest(bank, request);
  const sealed = await sealVerifierProbe(ctx.vault, { aspspId, lie }, { state: request.state, nonce: request.nonce, codeVerifier });
  await saveBegunProbe(ctx.db, { aspspId, lie, registrationId, aspspConsentId, redirectUri, begunAt: now, ...sealed });
  return { redirectUrl: url.href, expiresAt };
}

/**
 * Ends it with the address the bank sent the browser to: its code is sent with the lie, and where that was turned away, once more as is right.
 * Only when the second is taken did the first fail for its verifier alone. Whatever was granted is withdrawn with its consent, and nothing is
 * kept but the outcome; a bank that took the lie goes into quarantine.
 * @throws ERR_ASPSP_REJECTED with reason `pkce-not-enforced`, ERR_AUTHORIZATION_REFUSED for an address that does not answer the request
 */
export async function finishVerifierProbe(ctx: Context, aspspId: string, lie: VerifierLie, address: URL): Promise<void> {
  const probe = await inTransaction(ctx.db, (tx) => takeBegunProbe(tx, aspspId, lie));
  if (probe === undefined) {
    const message = "No such probe is waiting for an address: begin one, and bring the address it led to once.";
    throw errors.ERR_AUTHORIZATION_REFUSED({ message, details: { reason: "no-probe" } });
  }
  const { redirectUri, aspspConsentId } = probe;
  const bank = await ctx.banks.of(probe.registrationId);
  const { state, nonce, codeVerifier } = await openVerifierProbe(ctx.vault, probe, probe);
  try {
    const asked = { aspspConsentId, redirectUri, stateHash: stateHash(state), nonceHash: stateHash(nonce) };
    const { code } = await checkReturn(bank, asked, readAddress(address, bank, { state, nonce }), ctx.clock.now());
    const isTaken = (sent: string | undefined) => taken(bank.tokens.exchangeCode({ code, redirectUri, codeVerifier: sent }));
    const lieTaken = await isTaken(lie === "absent" ? undefined : secret());
    const outcome = lieTaken ? "taken" : (await isTaken(codeVerifier)) ? "refused" : "unproven";
    await saveProbeOutcome(ctx.db, probe, outcome, ctx.clock.now());
    if (outcome === "taken") await distrustForPkce(ctx, aspspId, `it takes a code ${lie === "absent" ? "without its verifier" : "with a wrong verifier"}.`);
  } finally {
    // A bank that is not reached now keeps it for a day.
    await withdraw(bank, aspspConsentId).catch(() => undefined);
  }
}

async function withdraw(bank: Bank, aspspConsentId: string): Promise<void> {
  await bank.adapter.consents?.revoke(await bank.clientCalls(), aspspConsentId);
}

/** As long as a verifier has to be (RFC 7636 4.1). */
const secret = (): string => randomBytes(32).toString("base64url");

/** A signed answer has the state inside; what consent would remember of it is remembered here. */
function readAddress(address: URL, { oauth }: Bank, { state, nonce }: { readonly state: string; readonly nonce: string }): AuthorizationReturn {
  const parameters = new URLSearchParams(oauth.responseMode === "fragment" ? address.hash.slice(1) : address.search);
  return {
    redirectUri: `${address.origin}${address.pathname}`,
    state: oauth.responseMode === "jwt" ? state : (parameters.get("state") ?? ""),
    nonce,
    code: parameters.get("code"),
    idToken: parameters.get("id_token"),
    issuer: parameters.get("iss"),
    response: parameters.get("response"),
  };
}

/** Turned away is what RFC 7636 4.6 says; whatever else went wrong says nothing about the verifier. */
async function taken(exchange: Promise<unknown>): Promise<boolean> {
  try {
    await exchange;
    return true;
  } catch (error) {
    const reason = isOplError(error) && error.code === "ERR_ASPSP_TOKEN_INVALID" ? error.details?.reason : undefined;
    if (reason === "invalid_grant" || reason === "invalid_request") return false;
    throw error;
  }
}
