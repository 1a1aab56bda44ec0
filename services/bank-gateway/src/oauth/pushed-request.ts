import { importSigningKey, requestedClaims } from "@opl/fapi";
import type { JsonObject } from "@opl/fapi";
import {
  buildAuthorizationUrlWithJAR,
  buildAuthorizationUrlWithPAR,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  useCodeIdTokenResponseType,
} from "openid-client";
import type { AuthorizationRequest } from "../adapters/bank-adapter.ts";
import type { Bank } from "../banks/bank.ts";
import { readJson } from "../egress/strict-json.ts";
import { errors } from "../errors.ts";
import { askServer, postForm } from "./client.ts";

export interface PushedRequest {
  /** Where to send the browser: the client and the name of the request, nothing else. */
  readonly url: URL;
  readonly requestUri: string;
  readonly expiresAt: Temporal.Instant;
  /** Only where the profile has PKCE; it is kept here, sealed, until the code comes back. */
  readonly codeVerifier: string | undefined;
}

/** No server keeps a request for longer (FAPI 2.0 5.3.2.2). */
const longestLifetimeSeconds = 600;
const longestName = 1_000;

/**
 * Pushes our signed authorization request (RFC 9126 with RFC 9101). A server that takes none, or names it in a way we cannot use, is not
 * asked a second time (OA-68). `without` leaves parameters out: only the probe for PKCE does.
 * @throws ERR_ASPSP_REJECTED with the bank's error word, ERR_ASPSP_PROTOCOL for an answer without name or lifetime
 */
export async function pushAuthorizationRequest(bank: Bank, request: AuthorizationRequest, without: readonly string[] = []): Promise<PushedRequest> {
  const { oauth, client } = bank;
  const codeVerifier = oauth.pkce === "none" ? undefined : randomPKCECodeVerifier();
  const wanted: Record<string, string> = {
    scope: oauth.consentScope.join(" "),
    redirect_uri: request.redirectUri,
    state: request.state,
    nonce: request.nonce,
    claims: JSON.stringify(requestedClaims({ intent: { claim: oauth.intentClaim, value: request.aspspConsentId }, acrValues: oauth.acrValues })),
    ...(oauth.responseMode === "jwt" ? { response_mode: "jwt" } : {}),
    ...(codeVerifier === undefined ? {} : { code_challenge: await calculatePKCECodeChallenge(codeVerifier), code_challenge_method: "S256" }),
  };
  const parameters = Object.fromEntries(Object.entries(wanted).filter(([name]) => !without.includes(name)));
  const signing = bank.signingKey();
  let told: JsonObject | undefined;
  const url = await askServer(client, {
    run: async (configuration) => {
      if (oauth.responseType === "code id_token") useCodeIdTokenResponseType(configuration);
      const signed = await buildAuthorizationUrlWithJAR(configuration, parameters, { key: await importSigningKey(signing), kid: signing.kid });
      return buildAuthorizationUrlWithPAR(configuration, signed.searchParams);
    },
    answer: async (outgoing) => {
      const { pushedRequestUrl } = outgoing.endpoints;
      if (pushedRequestUrl === undefined) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "pushed-request-endpoint" } });
      const answer = await postForm(client, "authorization.push", pushedRequestUrl, outgoing);
      told = readJson({ contentType: answer.headers["content-type"], body: answer.body }) as JsonObject;
      return new Response(JSON.stringify(told), { status: answer.status, headers: { "content-type": "application/json" } });
    },
    refused: (cause) => {
      const error = told?.["error"];
      return typeof error === "string" && /^[\w.-]{1,60}$/.test(error)
        ? errors.ERR_ASPSP_REJECTED({ cause, details: { reason: error } })
        : errors.ERR_ASPSP_PROTOCOL({ cause, details: { reason: "pushed-request-answer" } });
    },
  });
  const { requestUri, lifetimeSeconds } = readPushed(told);
  return { url, requestUri, codeVerifier, expiresAt: request.now.add({ seconds: lifetimeSeconds }) };
}

/** The library has seen both members; here they are held to their bounds. */
function readPushed(told: JsonObject | undefined): { requestUri: string; lifetimeSeconds: number } {
  const { request_uri: requestUri, expires_in: expiresIn } = told ?? {};
  const seconds = Math.floor(Number(expiresIn));
  if (typeof requestUri !== "string" || requestUri === "" || requestUri.length > longestName || !(seconds > 0))
    throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "pushed-request-answer" } });
  return { requestUri, lifetimeSeconds: Math.min(seconds, longestLifetimeSeconds) };
}
