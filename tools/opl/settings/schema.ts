import { z } from "zod";
import { isLoopbackHost } from "../../../services/bank-gateway/src/egress/address-guard.ts";

const text = (about: string) => z.string("must be a text").trim().min(1, "must not be empty").describe(about);

/** https without user name, fragment or blanks; `loopback` lets what is on this machine be http. */
function isAddress(value: string, { loopback = false } = {}): boolean {
  if (!URL.canParse(value) || /\s/.test(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  const encrypted = protocol === "https:" || (loopback && protocol === "http:" && isLoopbackHost(hostname));
  return encrypted && username === "" && password === "" && hash === "" && !value.endsWith("#");
}

const address = (about: string) =>
  text(about).refine((value) => isAddress(value), "must be an https address without user name or fragment, such as https://ledger.example/callback");
const endpoint = (about: string) => address(about).optional();
/** Only written down or passed on, never called by this command. */
const uncalledEndpoint = (about: string) =>
  text(about)
    .refine((value) => isAddress(value, { loopback: true }), "must be an https address (http only on this machine)")
    .optional();

export const roles = ["AIS", "PIS", "CBPII"] as const;
export type Role = (typeof roles)[number];
const rolesElsewhere: Readonly<Record<string, Role>> = {
  AISP: "AIS",
  PISP: "PIS",
  CBPIIS: "CBPII",
  CISP: "CBPII",
  PIISP: "CBPII",
  PSP_AI: "AIS",
  PSP_PI: "PIS",
  PSP_IC: "CBPII",
};
const role = z.enum(roles, {
  error: ({ input }) => {
    const name = String(input);
    const meant = rolesElsewhere[name.toUpperCase()] ?? roles.find((each) => each === name.toUpperCase());
    return `${JSON.stringify(name)} is not a role at OP; ${meant === undefined ? "use AIS, PIS or CBPII" : `write ${meant}`}`;
  },
});

const contact = z.strictObject({
  name: z.string("must be a text").default("").describe("Name of the contact"),
  email: z
    .union([z.literal(""), z.email("must be an e-mail address")])
    .default("")
    .describe("E-mail address; at least one contact needs it"),
  phone: z.string("must be a text").default("").describe("Telephone number, may be empty"),
  type: z.string("must be a text").default("Support").describe("Kind of contact, such as Support"),
});

const grantTypes = ["client_credentials", "authorization_code", "refresh_token"] as const;

/**
 * Every value a person can set, by the name it has in env.json. Lists may also be written as one text with commas, objects as JSON text.
 * Paths are relative to the env file.
 */
export const settingsSchema = z.strictObject({
  OP_ENVIRONMENT: z
    .enum(["sandbox", "production"], "must be sandbox or production")
    .default("sandbox")
    .describe("Which addresses are used: sandbox or production"),
  OP_API_KEY: text("API key of your application in OP's developer portal"),
  OP_COUNTRY: z
    .string("must be a text")
    .regex(/^[A-Za-z]{2}$/, "must be a country of two letters, such as FI")
    .transform((value) => value.toUpperCase())
    .optional()
    .describe("Country of the test certificates; needed when they are generated"),
  OP_TPP_NAME: text("Common name (CN) of the test certificates; needed when they are generated").max(64, "must have at most 64 characters").optional(),
  OP_ROLES: z.array(role, "must be a list of roles").min(1, "must name at least one of AIS, PIS, CBPII").describe("Licence roles to register: AIS, PIS, CBPII"),
  OP_REDIRECT_URIS: z
    .array(address("An OAuth callback of yours"), "must be a list of addresses")
    .min(1, "must name at least one address")
    .describe("OAuth callbacks, https, later matched exactly"),
  OP_SOFTWARE_REDIRECT_URIS: z
    .array(address("A callback of your software"), "must be a list of addresses")
    .min(1, "must name at least one address")
    .optional()
    .describe("Callbacks named in the software statement; must contain OP_REDIRECT_URIS, which they default to"),
  OP_SOFTWARE_CLIENT_ID: z.uuid("must be a UUID").optional().describe("UUID of your software product; made once and kept when absent"),
  OP_SOFTWARE_CLIENT_NAME: text("Name of your software, shown to people"),
  OP_SOFTWARE_CLIENT_URI: address("Home page of your software"),
  OP_ORG_NAME: text("Legal name of your organisation"),
  OP_ORG_CONTACTS: z
    .array(contact, "must be a list of contacts")
    .min(1, "must name at least one contact")
    .refine((contacts) => contacts.some(({ email }) => email !== ""), 'needs at least one contact with an email; add "email" to one of them')
    .describe("Contacts: name, email, phone, type; at least one with an email"),
  OP_SOFTWARE_JWKS_REVOKED_ENDPOINT: uncalledEndpoint("Address of your revoked keys; the public key set when absent"),
  OP_GRANT_TYPES: z
    .array(z.enum(grantTypes, "must be client_credentials, authorization_code or refresh_token"), "must be a list of grant types")
    .min(1, "must name at least one grant type")
    .default([...grantTypes])
    .describe("Grant types to register; OP knows these three"),
  OP_REGISTRATION_AUD: text("Audience of the registration JWT").default("https://op.fi/"),
  OP_REQUEST_OBJECT_AUD: text("Audience of later authorization requests; noted in registration.json").default("https://mtls.apis.op.fi"),
  OP_SIGNING_ALG: z
    .enum(["RS256", "PS256", "ES256"], "must be RS256, PS256 or ES256")
    .optional()
    .describe("Signature algorithm; without it the first of RS256, PS256, ES256 that a QSealC of yours notes"),
  OP_FAPI_FINANCIAL_ID: text("Value of x-fapi-financial-id").default("test"),
  OP_QWAC_CERT_PATH: text("Your own QWAC with its chain, PEM").optional(),
  OP_QWAC_KEY_PATH: text("Private key of the QWAC, PEM").optional(),
  OP_QWAC_P12_PATH: text("Your own QWAC with key and chain, PKCS#12, instead of the two PEM files").optional(),
  OP_QSEAL_CERT_PATH: text("Your own QSealC with its chain, PEM").optional(),
  OP_QSEAL_KEY_PATH: text("Private key of the QSealC, PEM").optional(),
  OP_QSEAL_P12_PATH: text("Your own QSealC with key and chain, PKCS#12, instead of the two PEM files").optional(),
  OP_QSEAL_KID: text("Key id of the QSealC in your public key set").optional(),
  OP_PUBLIC_JWKS_URL: address("Your public key set with the key of the QSealC; the bank reads it").optional(),
  OP_CERT_PASSPHRASE: text("Passphrase of your private keys or PKCS#12 files; of both, if you have two").optional(),
  OP_CERT_GENERATION_URL: endpoint("Certificate generator (sandbox only)"),
  OP_REGISTRATION_URL: endpoint("TPP registration"),
  OP_TOKEN_URL: endpoint("Token endpoint"),
  OP_AIS_BASE_URL: endpoint("Account information; noted in registration.json"),
  OP_PIS_BASE_URL: endpoint("Payment initiation; noted in registration.json"),
  OP_COF_BASE_URL: endpoint("Confirmation of funds; noted in registration.json"),
  OP_AUTHORIZE_URL: uncalledEndpoint("Login page of the bank; noted in registration.json"),
  OP_ISSUER: uncalledEndpoint("Issuer of ID tokens; noted in registration.json"),
  OP_OIDC_JWKS_URL: uncalledEndpoint("Keys that sign ID tokens; noted in registration.json"),
  OP_PAYMENTS_JWKS_URL: endpoint("Keys that sign answers about payments; noted in registration.json"),
  OP_CA_BUNDLE_PATH: text("PEM file of roots to trust instead of the system's, for a sandbox with its own authority").optional(),
  OP_TLS_ALLOW_LEGACY_SHA1_CLIENT_CERT: z
    .boolean("must be true or false")
    .default(false)
    .describe("Use certificates signed with SHA-1, which TLS libraries refuse by default"),
  OP_API_SECRET: z
    .string("must be a text")
    .optional()
    .describe("The portal's secret: accepted and not used; PSD2 has the client_secret that registration returns"),
});

export type SettingName = keyof typeof settingsSchema.shape;
export const settingNames = Object.keys(settingsSchema.shape) as readonly SettingName[];

/** What a setting means, in a few words. */
export function descriptionOf(name: SettingName): string {
  let schema: z.core.$ZodType = settingsSchema.shape[name];
  for (;;) {
    const { description } = schema as z.ZodType;
    if (description !== undefined) return description;
    schema = (schema as z.ZodOptional).unwrap();
  }
}

/** Whether a file need not have it, be it with a default or without. */
export function mayBeAbsent(name: SettingName): boolean {
  return settingsSchema.shape[name].safeParse(undefined).success;
}

/** These never appear in any output, and may come from environment variables of the same name. */
export const secretSettings = ["OP_API_KEY", "OP_CERT_PASSPHRASE", "OP_API_SECRET"] as const satisfies readonly SettingName[];

const sandboxMtls = "https://psd2.mtls.sandbox.apis.op.fi";
const sandboxAuthorize = "https://authorize.psd2-sandbox.op.fi";
const productionMtls = "https://mtls.apis.op.fi";
const productionAuthorize = "https://authorize.op.fi";

/** OP's own addresses. The production ones for browsers are not in OP's documents: confirm them before use. */
export const endpointDefaults = {
  sandbox: {
    OP_CERT_GENERATION_URL: "https://sandbox.apis.op.fi/psd2-sandbox-tpp-generator/sandbox-tpp",
    OP_REGISTRATION_URL: `${sandboxMtls}/tpp-registration/register`,
    OP_TOKEN_URL: `${sandboxMtls}/oauth/token`,
    OP_AIS_BASE_URL: `${sandboxMtls}/accounts-psd2/v1`,
    OP_PIS_BASE_URL: `${sandboxMtls}/payments-psd2/v1`,
    OP_COF_BASE_URL: `${sandboxMtls}/confirmation-of-funds-psd2/v1`,
    OP_AUTHORIZE_URL: `${sandboxAuthorize}/oauth/authorize`,
    OP_ISSUER: sandboxAuthorize,
    OP_OIDC_JWKS_URL: `${sandboxAuthorize}/oauth/jwks/PSD2_OIDC`,
    OP_PAYMENTS_JWKS_URL: "https://sandbox.apis.op-palvelut.fi/psd2/sandbox/jwks/payments/jwks.json",
  },
  production: {
    OP_CERT_GENERATION_URL: undefined,
    OP_REGISTRATION_URL: `${productionMtls}/tpp-registration/register`,
    OP_TOKEN_URL: `${productionMtls}/oauth/token`,
    OP_AIS_BASE_URL: `${productionMtls}/accounts-psd2/v1`,
    OP_PIS_BASE_URL: `${productionMtls}/payments-psd2/v1`,
    OP_COF_BASE_URL: `${productionMtls}/confirmation-of-funds-psd2/v1`,
    OP_AUTHORIZE_URL: `${productionAuthorize}/oauth/authorize`,
    OP_ISSUER: productionAuthorize,
    OP_OIDC_JWKS_URL: `${productionAuthorize}/oauth/jwks/PSD2_OIDC`,
    OP_PAYMENTS_JWKS_URL: undefined,
  },
} as const;
