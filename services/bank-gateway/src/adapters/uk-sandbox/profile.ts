import type { DcrSettings } from "../../registration-schemes/dcr.ts";
import { readTokenAnswer } from "../../standards/token-answer.ts";
import type { AspspProfile, OAuthProfile } from "../bank-adapter.ts";
import type { UkSandboxSettings } from "./settings.ts";

/** Facts about the UK bank of the sandbox. */
export function ukSandboxProfile(issuer: string, settings: UkSandboxSettings): AspspProfile {
  const { origin } = new URL(issuer);
  return {
    aspspId: "uk-sandbox",
    name: "UK Open Banking (sandbox)",
    bic: undefined,
    countries: ["GB"],
    environment: "sandbox",
    scaApproach: "redirect",
    historyDays: 365,
    // The bank asks once; afterwards it is our turn to ask, every 90 days.
    consentMaxDays: 365,
    reconfirmDays: 90,
    entryReferencesStable: false,
    origins: [origin],
    resourceOrigins: [origin],
    trustedRootsPath: settings.UK_CA_BUNDLE_PATH,
    allowLegacySha1ClientCertificate: false,
    // FAPI allows no PKCS#1 v1.5.
    signingAlgorithms: ["PS256", "ES256"],
  };
}

const responseType = "code id_token";
/** One that every client may have. */
export const clientScope = "accounts";

export function ukSandboxOAuth(issuer: string, settings: UkSandboxSettings): OAuthProfile {
  return {
    issuer,
    endpoints: { tokenUrl: new URL(`${issuer}/token`), jwksUrl: new URL(`${issuer}/jwks`) },
    // The portal gives out secrets.
    clientAuthentication: settings.UK_REGISTRATION === "manual" ? "client_secret_post" : settings.UK_CLIENT_AUTHENTICATION,
    approach: "redirect",
    request: "by-value",
    responseType,
    responseMode: "fragment",
    pkce: "none",
    senderConstraint: "none",
    userinfo: "none",
    issInResponse: false,
    idTokenAlgorithms: ["PS256", "ES256"],
    acrValues: ["urn:openbanking:psd2:sca"],
    intentClaim: "openbanking_intent_id",
    clientScope,
    consentScope: ["openid", clientScope],
    readTokenAnswer,
  };
}

export function ukSandboxRegistration(issuer: string, settings: UkSandboxSettings): DcrSettings {
  return {
    registrationUrl: `${issuer}/register`,
    audience: settings.UK_AUDIENCE ?? issuer,
    request: settings.UK_REGISTRATION_TYPE,
    statement:
      settings.UK_DIRECTORY_URL === undefined
        ? "self"
        : { url: settings.UK_DIRECTORY_URL, accessToken: settings.UK_DIRECTORY_TOKEN_FILE?.reveal() ?? "", trustedRootsPath: settings.UK_CA_BUNDLE_PATH },
    management: { scope: clientScope },
    authentication: settings.UK_CLIENT_AUTHENTICATION,
    subjectSpelling: settings.UK_SUBJECT_SPELLING,
    responseTypes: [responseType],
    idTokenAlgorithm: "PS256",
  };
}
