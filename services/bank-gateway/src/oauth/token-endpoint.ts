import { importSigningKey } from "@opl/fapi";
import type { SigningKey } from "@opl/fapi";
import {
  ClientSecretPost,
  Configuration,
  PrivateKeyJwt,
  TlsClientAuth,
  clientCredentialsGrant,
  customFetch,
  genericGrantRequest,
  refreshTokenGrant,
} from "openid-client";
import type { ClientAuth } from "openid-client";
import type { OAuthProfile, TokenAnswer } from "../adapters/bank-adapter.ts";
import { errors } from "../errors.ts";
import type { Egress } from "../egress/egress.ts";
import { readJson } from "../egress/strict-json.ts";

export type GrantedTokens = Extract<TokenAnswer, { ok: true }>;

/** How we prove at the token endpoint who asks. */
export type ClientProof =
  | { readonly method: "client_secret_post"; readonly clientSecret: string }
  | { readonly method: "tls_client_auth" }
  /** The key is chosen for each request. */
  | { readonly method: "private_key_jwt"; readonly signingKey: () => SigningKey };

export interface TokenEndpointOptions {
  readonly oauth: OAuthProfile;
  readonly clientId: string;
  readonly proof: ClientProof;
  /** Empty where the bank wants none. */
  readonly apiKey: string;
  readonly egress: Egress;
}

/** The token endpoint of one bank for our client. Refusals: ERR_ASPSP_TOKEN_INVALID with the bank's error word. */
export interface TokenEndpoint {
  clientCredentials(scope: string): Promise<GrantedTokens>;
  exchangeCode(input: { code: string; redirectUri: string }): Promise<GrantedTokens>;
  refresh(refreshToken: string): Promise<GrantedTokens>;
}

type Grant = (configuration: Configuration) => Promise<unknown>;

/**
 * openid-client makes the requests and judges the answers. Between it and the bank stands our own egress, and each
 * answer is first brought into the form of RFC 6749, since the library rightly refuses numbers as text and token types of
 * a gateway's own. ID tokens are left to our rules: banks of the UK family repeat the nonce only in the first one and add
 * hashes the library does not know.
 */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  async function run(operation: string, grant: Grant): Promise<GrantedTokens> {
    let answer: TokenAnswer | undefined;
    let failure: unknown;
    const { issuer, tokenUrl } = options.oauth;
    const configuration = new Configuration({ issuer, token_endpoint: tokenUrl.href }, options.clientId, {}, await authenticationBy(options.proof));
    configuration[customFetch] = async (_url, init) => {
      try {
        answer = await ask(options, operation, formText(init.body));
      } catch (error) {
        failure = error;
        throw error;
      }
      return toStandardResponse(answer);
    };
    try {
      await grant(configuration);
    } catch (error) {
      throw failure ?? (answer?.ok === false ? refusal(answer.error, error) : errors.ERR_ASPSP_PROTOCOL({ cause: error, details: { reason: "token-answer" } }));
    }
    if (answer === undefined || !answer.ok) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "token-answer" } });
    return answer;
  }
  return {
    clientCredentials: (scope) => run("token.client", (configuration) => clientCredentialsGrant(configuration, { scope })),
    exchangeCode: ({ code, redirectUri }) =>
      run("token.code", (configuration) => genericGrantRequest(configuration, "authorization_code", { code, redirect_uri: redirectUri })),
    refresh: (refreshToken) => run("token.refresh", (configuration) => refreshTokenGrant(configuration, refreshToken)),
  };
}

/** An assertion names the issuer we have on file, lives a minute and is made for one request (TM-05, OA-66, OA-67). */
async function authenticationBy(proof: ClientProof): Promise<ClientAuth> {
  switch (proof.method) {
    case "client_secret_post":
      return ClientSecretPost(proof.clientSecret);
    case "tls_client_auth":
      return TlsClientAuth();
    case "private_key_jwt": {
      const signing = proof.signingKey();
      return PrivateKeyJwt({ key: await importSigningKey(signing), kid: signing.kid });
    }
  }
}

/** The library hands over its form as parameters. */
function formText(body: unknown): string {
  if (!(body instanceof URLSearchParams)) throw new TypeError("A token request without a form.");
  return body.toString();
}

/** The answer holds tokens, so it is neither archived nor repeated anywhere. */
async function ask({ oauth, apiKey, egress }: TokenEndpointOptions, operation: string, form: string): Promise<TokenAnswer> {
  const answer = await egress({
    operation,
    method: "POST",
    url: oauth.tokenUrl,
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
      ...(apiKey === "" ? {} : { "x-api-key": apiKey }),
    },
    body: form,
    identified: true,
  });
  if (answer.status >= 500) throw errors.ERR_ASPSP_UNAVAILABLE({ details: { status: answer.status } });
  if (answer.status === 429) throw errors.ERR_ASPSP_RATE_LIMITED({ details: { status: answer.status, by: "aspsp" }, retryAfterSeconds: 60 });
  return oauth.readTokenAnswer(answer.status, readJson({ contentType: answer.headers["content-type"], body: answer.body }));
}

function toStandardResponse(answer: TokenAnswer): Response {
  const headers = { "content-type": "application/json" };
  if (!answer.ok) return new Response(JSON.stringify({ error: answer.error }), { status: 400, headers });
  const body = {
    access_token: answer.accessToken,
    token_type: "Bearer",
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(answer.scope === undefined ? {} : { scope: answer.scope }),
  };
  return new Response(JSON.stringify(body), { status: 200, headers });
}

function refusal(error: string, cause: unknown) {
  if (error === "invalid_response" || error === "unsupported_token_type") return errors.ERR_ASPSP_PROTOCOL({ cause, details: { reason: error } });
  return errors.ERR_ASPSP_TOKEN_INVALID({ cause, details: { reason: error } });
}
