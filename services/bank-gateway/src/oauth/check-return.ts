import { validateIdToken } from "@opl/fapi";
import type { IdTokenExpectations, JsonObject } from "@opl/fapi";
import { isOplError } from "@opl/errors";
import type { Bank } from "../banks/bank.ts";
import type { BankConsent } from "../db/consent-store.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { errors } from "../errors.ts";
import { isHashOf } from "./state-hash.ts";

/** What the person brought back from the bank, as far as consent has not judged it already. */
export interface AuthorizationReturn {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly code: string;
  readonly idToken: string | null;
  readonly issuer: string | null;
}

/** Visible ASCII (RFC 6749 appendix A.11); anything else is not a code (OA-20). */
const codeGrammar = /^[\x21-\x7E]{1,4096}$/;

/**
 * Judges the front channel before anything is sent to the bank: the request was ours, the issuer is the bank's, and the ID
 * token ties code, state and consent together.
 * @throws ERR_AUTHORIZATION_REFUSED with the reason
 * @returns `sub` of the front-channel ID token, if there is one
 */
export async function checkReturn(bank: Bank, consent: BankConsent, returned: AuthorizationReturn, now: Temporal.Instant): Promise<string | undefined> {
  const { oauth } = bank;
  if (returned.redirectUri !== consent.redirectUri) throw refuse("redirect-uri");
  if (!isHashOf(consent.stateHash, returned.state)) throw refuse("state");
  if (!isHashOf(consent.nonceHash, returned.nonce)) throw refuse("nonce");
  if (returned.issuer === null ? oauth.issInResponse : returned.issuer !== oauth.issuer) throw refuse("issuer");
  if (!codeGrammar.test(returned.code)) throw refuse("code");
  if (oauth.responseType === "code") return undefined;
  if (returned.idToken === null) throw refuse("id-token-missing");
  const { code, state, nonce } = returned;
  const claims = await judge(bank, consent, returned.idToken, { channel: "front", code, state, nonce, now });
  return String(claims.sub);
}

/** Judges the ID token that came with tokens; banks without OpenID Connect send none. */
export async function checkTokenIdToken(
  bank: Bank,
  consent: BankConsent,
  idToken: string,
  tokens: Pick<TokenSet, "accessToken" | "refreshToken">,
  rest: Pick<IdTokenExpectations, "channel" | "now"> & { readonly nonce?: string; readonly subject: string | undefined },
): Promise<string> {
  const { subject, ...others } = rest;
  const claims = await judge(bank, consent, idToken, {
    ...others,
    accessToken: tokens.accessToken,
    ...(tokens.refreshToken === undefined ? {} : { refreshToken: tokens.refreshToken }),
    ...(subject === undefined ? {} : { subject }),
  });
  return String(claims.sub);
}

async function judge(
  bank: Bank,
  consent: BankConsent,
  idToken: string,
  rest: Omit<IdTokenExpectations, "issuer" | "clientId" | "intent" | "acrValues">,
): Promise<JsonObject> {
  const { issuer, intentClaim, acrValues } = bank.oauth;
  const intent = { claim: intentClaim, value: consent.aspspConsentId };
  try {
    return await validateIdToken(idToken, bank.idTokenKeys, { issuer, clientId: bank.clientId, intent, acrValues, ...rest });
  } catch (error) {
    if (!isOplError(error)) throw error;
    if (error.code === "ERR_JWKS_UNAVAILABLE") throw errors.ERR_ASPSP_UNAVAILABLE({ cause: error, details: { reason: "keys" } });
    throw error.code === "ERR_ID_TOKEN_REFUSED" ? refuse(`id-token-${String(error.details?.reason)}`, error) : error;
  }
}

function refuse(reason: string, cause?: unknown) {
  return errors.ERR_AUTHORIZATION_REFUSED({ details: { reason }, ...(cause === undefined ? {} : { cause }) });
}
