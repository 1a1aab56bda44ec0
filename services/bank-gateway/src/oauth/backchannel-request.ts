import { requestedClaims, signCompactJws } from "@opl/fapi";
import type { JsonObject } from "@opl/fapi";
import { initiateBackchannelAuthentication } from "openid-client";
import type { Bank } from "../banks/bank.ts";
import { readJson } from "../egress/strict-json.ts";
import { errors } from "../errors.ts";
import { askServer, postForm } from "./client.ts";

export interface BackchannelRequest {
  readonly authRequestId: string;
  readonly expiresAt: Temporal.Instant;
  readonly intervalSeconds: number;
}

/** When the bank does not say (CIBA 7.3). */
const assumedIntervalSeconds = 5;
const longestLifetimeSeconds = 600;
const requestLifetimeSeconds = 60;

/**
 * Asks the bank to ask the person in its app (CIBA 7, FAPI-CIBA 5.2): our request is signed and says whom to ask about which consent.
 * @throws ERR_ASPSP_REJECTED with the bank's error word, ERR_ASPSP_PROTOCOL for an answer without name or lifetime
 */
export async function requestBackchannel(
  bank: Bank,
  { aspspConsentId, loginHint, newJti, now }: { aspspConsentId: string; loginHint: string; newJti: () => string; now: Temporal.Instant },
): Promise<BackchannelRequest> {
  const { oauth, client, clientId } = bank;
  const iat = Math.floor(now.epochMilliseconds / 1000);
  const intent = { claim: oauth.intentClaim, value: aspspConsentId };
  const claims = {
    iss: clientId,
    aud: oauth.issuer,
    iat,
    nbf: iat,
    exp: iat + requestLifetimeSeconds,
    jti: newJti(),
    scope: oauth.consentScope.join(" "),
    login_hint: loginHint,
    claims: requestedClaims({ intent, acrValues: oauth.acrValues }),
  };
  const request = await signCompactJws(claims, { ...bank.signingKey(), typ: "JWT" });
  let told: JsonObject | undefined;
  const answer = await askServer(client, {
    run: (configuration) => initiateBackchannelAuthentication(configuration, { request }),
    answer: async (outgoing) => {
      const { backchannelUrl } = outgoing.endpoints;
      if (backchannelUrl === undefined) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "backchannel-endpoint" } });
      const got = await postForm(client, "authorization.backchannel", backchannelUrl, outgoing);
      told = readJson({ contentType: got.headers["content-type"], body: got.body }) as JsonObject;
      return new Response(JSON.stringify(told), { status: got.status, headers: { "content-type": "application/json" } });
    },
    refused: (cause) => {
      const error = told?.["error"];
      return typeof error === "string" && /^[\w.-]{1,60}$/.test(error)
        ? errors.ERR_ASPSP_REJECTED({ cause, details: { reason: error } })
        : errors.ERR_ASPSP_PROTOCOL({ cause, details: { reason: "backchannel-answer" } });
    },
  });
  const interval = answer.interval ?? assumedIntervalSeconds;
  if (answer.auth_req_id === "" || answer.auth_req_id.length > 4_096 || !(answer.expires_in > 0) || !(interval >= 1))
    throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "backchannel-answer" } });
  return {
    authRequestId: answer.auth_req_id,
    expiresAt: now.add({ seconds: Math.min(Math.floor(answer.expires_in), longestLifetimeSeconds) }),
    intervalSeconds: Math.ceil(interval),
  };
}
