import type { DcrSettings } from "../../registration-schemes/dcr.ts";
import { readTokenAnswer } from "../../standards/token-answer.ts";
import type { AspspProfile, OAuthProfile } from "../bank-adapter.ts";
import type { FapiSandboxSettings } from "./settings.ts";

/** The three differ in nothing but how they speak OAuth. */
export type FapiBank = "fapi1" | "fapi2" | "decoupled";

/** What one of them asks of its clients. */
type Manner = Pick<OAuthProfile, "clientAuthentication" | "approach" | "request" | "responseMode" | "pkce" | "senderConstraint" | "userinfo"> & {
  readonly name: string;
};

function mannerOf(bank: FapiBank, { FAPI_SANDBOX_ANSWERS, FAPI_SANDBOX_BINDING }: FapiSandboxSettings): Manner {
  switch (bank) {
    // FAPI 1.0 Advanced, section 5.2.2, with signed answers instead of an ID token in front.
    case "fapi1":
      return {
        name: "Halla (FAPI 1.0 sandbox)",
        clientAuthentication: "tls_client_auth",
        approach: "redirect",
        request: "pushed",
        responseMode: "jwt",
        pkce: "S256",
        senderConstraint: "certificate",
        userinfo: "none",
      };
    // FAPI 2.0 Security Profile; with signed answers, Message Signing as well.
    case "fapi2":
      return {
        name: "Kaste (FAPI 2.0 sandbox)",
        clientAuthentication: "private_key_jwt",
        approach: "redirect",
        request: "pushed",
        responseMode: FAPI_SANDBOX_ANSWERS === "signed" ? "jwt" : "query",
        pkce: "S256",
        senderConstraint: FAPI_SANDBOX_BINDING,
        userinfo: "compared",
      };
    // FAPI-CIBA, polled.
    case "decoupled":
      return {
        name: "Routa (sandbox, approved in its app)",
        clientAuthentication: "private_key_jwt",
        approach: "decoupled",
        request: "by-value",
        responseMode: "query",
        pkce: "none",
        senderConstraint: "certificate",
        userinfo: "none",
      };
  }
}

const responseType = "code";
const acrValues = ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"];
const algorithms = ["PS256", "ES256"] as const;

export function fapiSandboxProfile(bank: FapiBank, url: string, settings: FapiSandboxSettings): AspspProfile {
  const { origin } = new URL(url);
  const pages = new URL(settings.FAPI_SANDBOX_PAGES_URL ?? url).origin;
  const { name, approach } = mannerOf(bank, settings);
  return {
    aspspId: `${bank}-sandbox`,
    name,
    bic: undefined,
    countries: ["FI"],
    environment: "sandbox",
    scaApproach: approach,
    historyDays: 729,
    consentMaxDays: 180,
    entryReferencesStable: true,
    origins: [...new Set([origin, pages])],
    resourceOrigins: [origin],
    trustedRootsPath: settings.FAPI_SANDBOX_CA_BUNDLE_PATH,
    allowLegacySha1ClientCertificate: false,
    signingAlgorithms: algorithms,
  };
}

export function fapiSandboxOAuth(bank: FapiBank, issuer: string, settings: FapiSandboxSettings): OAuthProfile {
  const { name: _name, ...manner } = mannerOf(bank, settings);
  return {
    issuer,
    endpoints: "discovered",
    ...manner,
    responseType,
    issInResponse: true,
    idTokenAlgorithms: algorithms,
    acrValues,
    intentClaim: "authorizationId",
    clientScope: "accounts",
    consentScope: ["openid", "accounts"],
    readTokenAnswer,
  };
}

export function fapiSandboxRegistration(bank: FapiBank, issuer: string, settings: FapiSandboxSettings): DcrSettings {
  const { clientAuthentication, approach, responseMode, senderConstraint } = mannerOf(bank, settings);
  const { FAPI_SANDBOX_DIRECTORY_URL: directory, FAPI_SANDBOX_DIRECTORY_TOKEN_FILE: token, FAPI_SANDBOX_CA_BUNDLE_PATH: trustedRootsPath } = settings;
  const decoupled = approach === "decoupled";
  return {
    registrationUrl: `${issuer}/register`,
    audience: issuer,
    request: "application/jwt",
    statement: directory === undefined ? "self" : { url: directory, accessToken: token?.reveal() ?? "", trustedRootsPath },
    management: { scope: "accounts" },
    authentication: clientAuthentication,
    subjectSpelling: "hex",
    responseTypes: decoupled ? [] : [responseType],
    idTokenAlgorithm: "PS256",
    grantTypes: ["client_credentials", decoupled ? "urn:openid:params:grant-type:ciba" : "authorization_code", "refresh_token"],
    metadata: {
      ...(senderConstraint === "dpop" ? { dpop_bound_access_tokens: true } : { tls_client_certificate_bound_access_tokens: true }),
      ...(responseMode === "jwt" ? { authorization_signed_response_alg: "PS256" } : {}),
      ...(decoupled ? { backchannel_token_delivery_mode: "poll", backchannel_authentication_request_signing_alg: "PS256" } : {}),
    },
  };
}
