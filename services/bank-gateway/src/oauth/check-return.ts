import { validateIdToken, validateJarm } from "@opl/fapi";
import type { IdTokenExpectations, JsonObject } from "@opl/fapi";
import { isOplError } from "@opl/errors";
import type { Bank } from "../banks/bank.ts";
import type { BankConsent } from "../db/consent-store.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { errors } from "../errors.ts";
import { arrivalRules, contentRules } from "./return-rules/index.ts";
import type { AuthorizationReturn, ReturnRule, ReturnToJudge } from "./return-rules/rule.ts";
import { isHashOf } from "./state-hash.ts";

/** The request that a return answers. */
export type AskedAuthorization = Pick<BankConsent, "aspspConsentId" | "redirectUri" | "stateHash" | "nonceHash">;

/** What of a return goes on to the bank. */
export interface CheckedReturn {
  readonly code: string;
  /** `sub` of the front-channel ID token, if there is one. */
  readonly subject: string | undefined;
}

/**
 * Judges the front channel before anything is sent to the bank: the request was ours, the issuer is the bank's, and its signature, in an ID
 * token or around the whole answer, ties code, state and consent together.
 * @throws ERR_AUTHORIZATION_REFUSED with the reason, ERR_AUTHORIZATION_DENIED with the bank's error word in a signed answer
 */
export async function checkReturn(bank: Bank, consent: AskedAuthorization, returned: AuthorizationReturn, now: Temporal.Instant): Promise<CheckedReturn> {
  const { oauth } = bank;
  judgeBy(arrivalRules, { oauth, consent, returned });
  const content = typeof returned.response === "string" ? await openResponse(bank, consent, returned, returned.response, now) : returned;
  judgeBy(contentRules, { oauth, consent, returned: content });
  const { code, state, idToken } = content;
  if (code === null) throw refuse("code");
  if (idToken === null || oauth.responseType === "code") return { code, subject: undefined };
  const claims = await judge(bank, consent, idToken, { channel: "front", code, state, now });
  return { code, subject: String(claims.sub) };
}

function judgeBy(rules: Readonly<Record<string, ReturnRule>>, judged: ReturnToJudge): void {
  for (const [reason, rule] of Object.entries(rules)) if (rule.refuses(judged)) throw refuse(reason);
}

/** A signed answer (JARM): verified, judged by its own table, then read as if it had come plain. */
async function openResponse(
  bank: Bank,
  consent: AskedAuthorization,
  returned: AuthorizationReturn,
  response: string,
  now: Temporal.Instant,
): Promise<AuthorizationReturn> {
  let claims: JsonObject;
  try {
    claims = await validateJarm(response, bank.idTokenKeys, { issuer: bank.oauth.issuer, clientId: bank.clientId, now });
  } catch (error) {
    throw translated(error, "ERR_JARM_REFUSED", "response");
  }
  const { state, code, error: told } = claims;
  if (typeof state !== "string" || !isHashOf(consent.stateHash, state)) throw refuse("state");
  if (told !== undefined && code !== undefined) throw refuse("code-and-error");
  if (typeof told === "string") throw errors.ERR_AUTHORIZATION_DENIED({ details: { reason: /^[\w.-]{1,60}$/.test(told) ? told : "unreadable_error" } });
  return { ...returned, code: typeof code === "string" ? code : null };
}

/** Has the keys that judge what is signed, before anything is spent that cannot be asked for again. @throws ERR_ASPSP_UNAVAILABLE with reason `keys` */
export async function requireKeys({ idTokenKeys }: Pick<Bank, "idTokenKeys">): Promise<void> {
  try {
    await idTokenKeys.jwks.current();
  } catch (error) {
    throw keysUnavailable(error) ?? error;
  }
}

/** Judges the ID token that came with tokens; banks without OpenID Connect send none. */
export async function checkTokenIdToken(
  bank: Bank,
  consent: BankConsent,
  idToken: string,
  tokens: Pick<TokenSet, "accessToken" | "refreshToken">,
  rest: Pick<IdTokenExpectations, "channel" | "now"> & { readonly subject: string | undefined },
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
  { aspspConsentId, nonceHash }: Pick<BankConsent, "aspspConsentId" | "nonceHash">,
  idToken: string,
  rest: Omit<IdTokenExpectations, "issuer" | "clientId" | "intent" | "acrValues" | "isNonce">,
): Promise<JsonObject> {
  const { issuer, intentClaim, acrValues, approach } = bank.oauth;
  const intent = { claim: intentClaim, value: aspspConsentId };
  // What a bank asks in its app carries none.
  const nonce = approach === "decoupled" ? {} : { isNonce: (told: string) => isHashOf(nonceHash, told) };
  try {
    return await validateIdToken(idToken, bank.idTokenKeys, { issuer, clientId: bank.clientId, intent, acrValues, ...nonce, ...rest });
  } catch (error) {
    throw translated(error, "ERR_ID_TOKEN_REFUSED", "id-token");
  }
}

/** A refusal in our words; keys that cannot be read are the bank's trouble, not the return's. */
function translated(error: unknown, refusal: string, subject: string): unknown {
  const unavailable = keysUnavailable(error);
  if (unavailable !== undefined) return unavailable;
  return isOplError(error) && error.code === refusal ? refuse(`${subject}-${String(error.details?.reason)}`, error) : error;
}

function keysUnavailable(error: unknown): Error | undefined {
  const isIt = isOplError(error) && error.code === "ERR_JWKS_UNAVAILABLE";
  return isIt ? errors.ERR_ASPSP_UNAVAILABLE({ cause: error, details: { reason: "keys" } }) : undefined;
}

function refuse(reason: string, cause?: unknown) {
  return errors.ERR_AUTHORIZATION_REFUSED({ details: { reason }, ...(cause === undefined ? {} : { cause }) });
}
