import type { JsonObject } from "./compact-jws.ts";

export interface RequestObjectInput {
  readonly clientId: string;
  readonly audience: string;
  readonly responseType: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly state: string;
  readonly nonce: string;
  /** The claim that carries the intent, asked for in the ID token and in userinfo, and its value. */
  readonly intent: { readonly claim: string; readonly value: string };
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number;
  readonly now: Temporal.Instant;
  readonly lifetimeSeconds: number;
}

/** Claims of a signed authorization request (RFC 9101) in the UK Open Banking manner that OP follows. */
export function requestObjectClaims(input: RequestObjectInput): JsonObject {
  const iat = Math.floor(input.now.epochMilliseconds / 1000);
  return {
    iss: input.clientId,
    client_id: input.clientId,
    aud: input.audience,
    response_type: input.responseType,
    redirect_uri: input.redirectUri,
    scope: input.scope,
    state: input.state,
    nonce: input.nonce,
    max_age: input.maxAgeSeconds,
    iat,
    exp: iat + input.lifetimeSeconds,
    claims: requestedClaims(input),
  };
}

/** The `claims` parameter (OpenID Connect Core 5.5): the consent it is about, and how the person has to be authenticated. */
export function requestedClaims({ intent: { claim, value }, acrValues }: Pick<RequestObjectInput, "intent" | "acrValues">): JsonObject {
  const intent = { [claim]: { value, essential: true } };
  return { userinfo: intent, id_token: { ...intent, ...(acrValues.length === 0 ? {} : { acr: { essential: true, values: [...acrValues] } }) } };
}
