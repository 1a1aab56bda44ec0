import { flag, secretFile, url } from "@opl/service";
import { isJwsAlgorithm } from "@opl/fapi";
import type { JwsAlgorithm } from "@opl/fapi";
import { z } from "zod";
import { isLoopbackHost } from "../../egress/address-guard.ts";

const sandboxMtls = "https://psd2.mtls.sandbox.apis.op.fi";
const sandboxAuthorize = "https://authorize.psd2-sandbox.op.fi";
const https = (fallback: string, about: string) => url("https").default(fallback).describe(`OP: ${about}`);

/** The side of the bank that browsers see: plain http only where the bank is a sandbox on this very machine. */
const browserUrl = (fallback: string, about: string) =>
  url("https", "http")
    .refine((text) => text.startsWith("https:") || isLoopbackHost(new URL(text).hostname), "expected https, unless the bank runs on this machine")
    .default(fallback)
    .describe(`OP: ${about}`);

const algorithm = z.custom<JwsAlgorithm>(isJwsAlgorithm, "expected RS256, PS256 or ES256").optional();

/** What an operator can set about this bank; the addresses are those of its public sandbox unless told otherwise. */
export const opSettings = z.object({
  OP_ENVIRONMENT: z.enum(["sandbox", "production"]).default("sandbox").describe("OP: which environment the addresses belong to"),
  OP_API_KEY_FILE: secretFile().describe("OP: file with the API key of the developer portal"),
  OP_CERT_GENERATION_URL: https("https://sandbox.apis.op.fi/psd2-sandbox-tpp-generator/sandbox-tpp", "certificate generator of the sandbox"),
  OP_REGISTRATION_URL: https(`${sandboxMtls}/tpp-registration/register`, "TPP registration"),
  OP_TOKEN_URL: https(`${sandboxMtls}/oauth/token`, "token endpoint"),
  OP_AIS_BASE_URL: https(`${sandboxMtls}/accounts-psd2/v1`, "account information"),
  OP_PIS_BASE_URL: https(`${sandboxMtls}/payments-psd2/v1`, "payment initiation"),
  OP_COF_BASE_URL: https(`${sandboxMtls}/confirmation-of-funds-psd2/v1`, "confirmation of funds"),
  OP_PAYMENTS_JWKS_URL: browserUrl("https://sandbox.apis.op-palvelut.fi/psd2/sandbox/jwks/payments/jwks.json", "keys that sign answers about payments"),
  OP_SANDBOX_SCENARIO: z
    .string()
    .regex(/^[\w=.:, -]{1,200}$/)
    .optional()
    .describe("OP: what the sandbox is to let happen to executions, such as InsufficientFunds; sent to no bank in production"),
  OP_AUTHORIZE_URL: browserUrl(`${sandboxAuthorize}/oauth/authorize`, "login page of the bank"),
  OP_ISSUER: browserUrl(sandboxAuthorize, "issuer of ID tokens"),
  OP_OIDC_JWKS_URL: browserUrl(`${sandboxAuthorize}/oauth/jwks/PSD2_OIDC`, "keys that sign ID tokens"),
  OP_REGISTRATION_AUD: z.string().min(1).default("https://op.fi/").describe("OP: audience of the registration JWT"),
  OP_REQUEST_OBJECT_AUD: z.string().min(1).default("https://mtls.apis.op.fi").describe("OP: audience of the authorization request"),
  OP_SIGNING_ALG: algorithm.describe("OP: signature algorithm to prefer: RS256, PS256 or ES256"),
  OP_FAPI_FINANCIAL_ID: z.string().min(1).default("test").describe("OP: value of x-fapi-financial-id"),
  OP_CA_BUNDLE_PATH: z.string().min(1).optional().describe("OP: PEM file of roots to trust instead of the system, for a sandbox with its own authority"),
  OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT: flag().prefault("false").describe("OP: use our certificate although it is signed with SHA-1"),
});

/** The API key may come from a file or from elsewhere. */
export type OpSettings = Omit<z.output<typeof opSettings>, "OP_API_KEY_FILE"> & { readonly OP_API_KEY_FILE: { reveal(): string } };
