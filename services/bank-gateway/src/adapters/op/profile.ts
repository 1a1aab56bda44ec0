import type { OpEndpoints } from "../../standards/op/op.ts";
import type { AspspProfile } from "../bank-adapter.ts";
import type { OpSettings } from "./settings.ts";

/** Facts about OP Financial Group, Finland. */
export function opProfile(settings: OpSettings): AspspProfile {
  const resourceOrigins = [...new Set([settings.OP_AIS_BASE_URL, settings.OP_PIS_BASE_URL, settings.OP_COF_BASE_URL].map(origin))];
  const origins = new Set([
    ...resourceOrigins,
    ...(settings.OP_ENVIRONMENT === "sandbox" ? [origin(settings.OP_CERT_GENERATION_URL)] : []),
    origin(settings.OP_REGISTRATION_URL),
    origin(settings.OP_TOKEN_URL),
    origin(settings.OP_OIDC_JWKS_URL),
    origin(settings.OP_PAYMENTS_JWKS_URL),
  ]);
  const preferred = settings.OP_SIGNING_ALG;
  return {
    aspspId: "op",
    name: settings.OP_ENVIRONMENT === "sandbox" ? "OP (sandbox)" : "OP",
    bic: "OKOYFIHH",
    countries: ["FI"],
    environment: settings.OP_ENVIRONMENT,
    scaApproach: "redirect",
    // The interface says 730 days; aggregators count 729, which is safe on both sides of midnight.
    historyDays: 729,
    consentMaxDays: 180,
    entryReferencesStable: true,
    origins: [...origins],
    resourceOrigins,
    trustedRootsPath: settings.OP_CA_BUNDLE_PATH,
    allowLegacySha1ClientCertificate: settings.OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT,
    signingAlgorithms: preferred === undefined ? ["RS256", "PS256", "ES256"] : [preferred],
  };
}

export function opEndpoints(settings: OpSettings): OpEndpoints {
  return {
    certificateGenerationUrl: settings.OP_CERT_GENERATION_URL,
    registrationUrl: settings.OP_REGISTRATION_URL,
    registrationAudience: settings.OP_REGISTRATION_AUD,
    portalApiKey: settings.OP_API_KEY_FILE.reveal(),
    issuer: settings.OP_ISSUER,
    tokenUrl: settings.OP_TOKEN_URL,
    jwksUrl: settings.OP_OIDC_JWKS_URL,
    authorizeUrl: settings.OP_AUTHORIZE_URL,
    aisBaseUrl: withoutSlash(settings.OP_AIS_BASE_URL),
    pisBaseUrl: withoutSlash(settings.OP_PIS_BASE_URL),
    paymentsJwksUrl: settings.OP_PAYMENTS_JWKS_URL,
    sandboxScenario: settings.OP_ENVIRONMENT === "sandbox" ? settings.OP_SANDBOX_SCENARIO : undefined,
    cofBaseUrl: withoutSlash(settings.OP_COF_BASE_URL),
    requestObjectAudience: settings.OP_REQUEST_OBJECT_AUD,
    financialId: settings.OP_FAPI_FINANCIAL_ID,
    currency: "EUR",
  };
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}

function origin(address: string): string {
  return new URL(address).origin;
}
