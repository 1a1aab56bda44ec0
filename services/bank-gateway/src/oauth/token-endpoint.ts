import { clientCredentialsGrant, genericGrantRequest, refreshTokenGrant } from "openid-client";
import type { Configuration, DPoPOptions } from "openid-client";
import type { TokenAnswer } from "../adapters/bank-adapter.ts";
import type { BeforeSending } from "../egress/bank-request.ts";
import { readJson } from "../egress/strict-json.ts";
import { errors } from "../errors.ts";
import { askServer, postForm } from "./client.ts";
import type { OAuthClient } from "./client.ts";
import { challengeIn, newProofKey, proofHandle } from "./dpop.ts";
import type { ProofKey } from "./dpop.ts";

/** What the bank gave out, with the key it was shown where tokens are bound to one. */
export type GrantedTokens = Extract<TokenAnswer, { ok: true }> & { readonly proofKey?: ProofKey };

/** The token endpoint of one bank for our client. Refusals: ERR_ASPSP_TOKEN_INVALID with the bank's error word. */
export interface TokenEndpoint {
  clientCredentials(scope: string): Promise<GrantedTokens>;
  /**
   * @param codeVerifier of the request the code answers (RFC 7636), where the profile has one
   * @param beforeSending as for `refresh`
   */
  exchangeCode(input: { code: string; redirectUri: string; codeVerifier?: string | undefined }, beforeSending?: BeforeSending): Promise<GrantedTokens>;
  /** One question whether the person has answered in the bank's app (CIBA 10.1). */
  poll(authRequestId: string, beforeSending?: BeforeSending): Promise<GrantedTokens>;
  /**
   * @param proofKey of the tokens that are renewed
   * @param beforeSending as in `BankRequest`, also for the request that repeats it with a nonce
   */
  refresh(refreshToken: string, proofKey?: ProofKey, beforeSending?: BeforeSending): Promise<GrantedTokens>;
}

type Grant = (configuration: Configuration, options: DPoPOptions) => Promise<unknown>;

/**
 * openid-client makes the requests and judges the answers. Between it and the bank stands our own egress, and each
 * answer is first brought into the form of RFC 6749, since the library rightly refuses numbers as text and token types of
 * a gateway's own. ID tokens are left to our rules: banks of the UK family repeat the nonce only in the first one and add
 * hashes the library does not know.
 */
export function createTokenEndpoint(client: OAuthClient): TokenEndpoint {
  async function run(operation: string, grant: Grant, proofKey?: ProofKey, beforeSending?: BeforeSending): Promise<GrantedTokens> {
    const key = client.oauth.senderConstraint === "dpop" ? (proofKey ?? (await newProofKey())) : undefined;
    const options = key === undefined ? {} : { DPoP: await proofHandle(key) };
    let answer: TokenAnswer | undefined;
    await askServer(client, {
      run: (configuration) => grant(configuration, options),
      answer: async (outgoing) => {
        const told = await postForm(client, operation, outgoing.endpoints.tokenUrl, outgoing, beforeSending);
        answer = client.oauth.readTokenAnswer(told.status, readJson({ contentType: told.headers["content-type"], body: told.body }));
        return toStandardResponse(answer, challengeIn(told));
      },
      refused: (error) =>
        answer?.ok === false ? refusal(answer.error, error) : errors.ERR_ASPSP_PROTOCOL({ cause: error, details: { reason: "token-answer" } }),
    });
    if (answer === undefined || !answer.ok) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "token-answer" } });
    return key === undefined ? answer : { ...answer, proofKey: key };
  }
  return {
    async clientCredentials(scope) {
      const granted = await run("token.client", (configuration, options) => clientCredentialsGrant(configuration, { scope }, options));
      if (granted.besideError === true) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "error-beside-tokens" } });
      if (granted.tokenType === "unknown") throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "token-type" } });
      return granted;
    },
    exchangeCode({ code, redirectUri, codeVerifier }, beforeSending) {
      const parameters = { code, redirect_uri: redirectUri, ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }) };
      const grant: Grant = (configuration, options) => genericGrantRequest(configuration, "authorization_code", parameters, options);
      return run("token.code", grant, undefined, beforeSending);
    },
    poll(authRequestId, beforeSending) {
      const grant: Grant = (configuration, options) =>
        genericGrantRequest(configuration, "urn:openid:params:grant-type:ciba", { auth_req_id: authRequestId }, options);
      return run("token.decoupled", grant, undefined, beforeSending);
    },
    refresh: (refreshToken, proofKey, beforeSending) =>
      run("token.refresh", (configuration, options) => refreshTokenGrant(configuration, refreshToken, undefined, options), proofKey, beforeSending),
  };
}

function toStandardResponse(answer: TokenAnswer, challenge: Readonly<Record<string, string>>): Response {
  const headers = { ...challenge, "content-type": "application/json" };
  if (!answer.ok) return new Response(JSON.stringify({ error: answer.error }), { status: 400, headers });
  const body = {
    access_token: answer.accessToken,
    // The library knows these two; what is of neither type is refused by our rules, which see it as it is.
    token_type: answer.tokenType === "unknown" ? "bearer" : answer.tokenType,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(answer.scope === undefined ? {} : { scope: answer.scope }),
  };
  return new Response(JSON.stringify(body), { status: 200, headers });
}

function refusal(error: string, cause: unknown) {
  if (error === "invalid_response") return errors.ERR_ASPSP_PROTOCOL({ cause, details: { reason: error } });
  return errors.ERR_ASPSP_TOKEN_INVALID({ cause, details: { reason: error } });
}
