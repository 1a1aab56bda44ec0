import { z } from "zod";
import { metadata } from "../oauth/refusal.ts";
import { requestSchema, type RegistrationOffer, type RegistrationRequest } from "../oauth/registration-rules.ts";
import type { Brand } from "../pages/texts.ts";

export type IssuerName = "fapi1" | "fapi2" | "decoupled";

/** What one issuer of this bank asks of its clients. */
export interface Profile {
  readonly name: IssuerName;
  readonly brand: Brand;
  readonly authentication: "tls_client_auth" | "private_key_jwt";
  /** Whether authorization answers must be signed (JARM), may be, or come another way. */
  readonly jarm: "required" | "per-client" | "none";
  readonly dpop: boolean;
  readonly ciba: boolean;
  readonly userinfo: boolean;
  /** Whether a refresh token works once and another comes with the answer; FAPI 2.0 keeps banks from that. */
  readonly rotates: boolean;
  readonly grantTypes: readonly string[];
}

export const cibaGrant = "urn:openid:params:grant-type:ciba";

export const profiles: readonly Profile[] = [
  {
    name: "fapi1",
    brand: { en: "Halla test bank", fi: "Halla-testipankki" },
    authentication: "tls_client_auth",
    jarm: "required",
    dpop: false,
    ciba: false,
    userinfo: false,
    rotates: true,
    grantTypes: ["client_credentials", "authorization_code", "refresh_token"],
  },
  {
    name: "fapi2",
    brand: { en: "Kaste test bank", fi: "Kaste-testipankki" },
    authentication: "private_key_jwt",
    jarm: "per-client",
    dpop: true,
    ciba: false,
    userinfo: true,
    rotates: false,
    grantTypes: ["client_credentials", "authorization_code", "refresh_token"],
  },
  {
    name: "decoupled",
    brand: { en: "Routa test bank", fi: "Routa-testipankki" },
    authentication: "private_key_jwt",
    jarm: "none",
    dpop: false,
    ciba: true,
    userinfo: false,
    rotates: false,
    grantTypes: ["client_credentials", cibaGrant, "refresh_token"],
  },
];

const algorithm = z.enum(["PS256", "ES256"], "must be PS256 or ES256");

const schema = requestSchema.extend({
  redirect_uris: z.array(z.string().min(1).max(256)).default([]),
  response_types: z.array(z.literal("code", "must be code")).optional(),
  authorization_signed_response_alg: algorithm.optional(),
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  backchannel_token_delivery_mode: z.literal("poll", "must be poll").optional(),
  backchannel_authentication_request_signing_alg: algorithm.optional(),
});

/** What an issuer lets clients register. */
export function offerOf(profile: Profile, audiences: readonly string[]): RegistrationOffer {
  return {
    schema,
    audiences,
    grantTypes: profile.grantTypes,
    applicationTypes: ["web"],
    subject: { maxLength: 512, spelling: "any" },
    alsoCheck: (request) => checkProfile(request, profile),
  };
}

function checkProfile(request: RegistrationRequest, profile: Profile): void {
  if (request.token_endpoint_auth_method !== profile.authentication) throw metadata(`token_endpoint_auth_method must be ${profile.authentication}`);
  const byCertificate = request["tls_client_certificate_bound_access_tokens"] === true;
  const byKey = request["dpop_bound_access_tokens"] === true;
  if (byKey && !profile.dpop) throw metadata("dpop_bound_access_tokens is not offered");
  if (byCertificate === byKey) {
    throw metadata(`${profile.dpop ? "Exactly one of dpop_bound_access_tokens and " : ""}tls_client_certificate_bound_access_tokens must be true`);
  }
  if (profile.ciba) {
    if (request["backchannel_token_delivery_mode"] !== "poll") throw metadata("backchannel_token_delivery_mode must be poll");
    if (request["backchannel_authentication_request_signing_alg"] === undefined)
      throw metadata("backchannel_authentication_request_signing_alg is required: authentication requests are signed");
    return;
  }
  if (request.redirect_uris.length === 0) throw metadata("redirect_uris is required");
  if (request["authorization_signed_response_alg"] !== undefined && profile.jarm === "none") throw metadata("authorization_signed_response_alg is not offered");
}
