import { requestObjectClaims } from "@opl/fapi";
import type { AuthorizationRequest, Sign } from "../../adapters/bank-adapter.ts";

export interface AuthorizationRequestSettings {
  readonly authorizeUrl: string;
  readonly requestObjectAudience: string;
  readonly responseType: string;
  readonly scope: readonly string[];
  readonly intentClaim: string;
  readonly acrValues: readonly string[];
}

/** How long the person has to arrive at the bank. */
const requestLifetimeSeconds = 900;
const maxAgeSeconds = 86_400;

/** The address of the bank's login page with our signed request; the plain parameters repeat what is signed. */
export async function opAuthorizationUrl(
  settings: AuthorizationRequestSettings,
  sign: Sign,
  request: AuthorizationRequest,
): Promise<{ url: URL; expiresAt: Temporal.Instant }> {
  const { clientId, redirectUri, state, nonce, now } = request;
  const scope = settings.scope.join(" ");
  const { jws } = await sign(
    requestObjectClaims({
      clientId,
      audience: settings.requestObjectAudience,
      responseType: settings.responseType,
      redirectUri,
      scope,
      state,
      nonce,
      intent: { claim: settings.intentClaim, value: request.aspspConsentId },
      acrValues: settings.acrValues,
      maxAgeSeconds,
      now,
      lifetimeSeconds: requestLifetimeSeconds,
    }),
  );
  const url = new URL(settings.authorizeUrl);
  const parameters = { request: jws, response_type: settings.responseType, client_id: clientId, scope, state, nonce, redirect_uri: redirectUri };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url, expiresAt: now.add({ seconds: requestLifetimeSeconds }) };
}
