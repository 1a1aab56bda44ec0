import { resolve } from "node:path";
import { z } from "zod";
import { errors } from "./errors.ts";

const port = (what: string) => z.coerce.number().int().min(0).max(65_535).default(0).describe(`Port of ${what}; 0 takes the one used last, else a free one`);
const whole = (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER, says }: { min?: number; max?: number; says: string }) =>
  z.coerce.number().int().min(min).max(max).default(fallback).describe(says);
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, "expected a date such as 2026-11-22")
  .refine(isDate, "there is no such day");

/** Every variable of the sandbox. Nothing else in this folder reads the environment. */
export const configSchema = z.object({
  SANDBOX_DIR: z.string().min(1).default(".opl/sandbox").describe("State folder: authority, keys, clients, consents, books"),
  SANDBOX_SEED: z.string().min(1).default("one-point-ledger").describe("Seed of the generated people and their history"),
  SANDBOX_TODAY: date.optional().describe("Day to which the history runs; without it the calendar day in Finland"),
  SANDBOX_HOST: z.string().min(1).default("127.0.0.1").describe("Address the servers bind to"),
  SANDBOX_ADMIN_HOST: z.string().min(1).default("127.0.0.1").describe("Address the admin interface binds to"),
  SANDBOX_PUBLIC_HOST: z
    .string()
    .regex(/^[a-z0-9.-]+$/i, "expected a host name")
    .default("localhost")
    .describe("Host name in addresses and in the server certificate"),
  SANDBOX_AUTHORIZE_ORIGIN: z.url().optional().describe("Origin of the login pages as browsers see it, where a proxy stands in front"),
  SANDBOX_OP_CERTGEN_PORT: port("the certificate generator and public key sets"),
  SANDBOX_OP_MTLS_PORT: port("registration, tokens and account data (mutual TLS)"),
  SANDBOX_OP_AUTHORIZE_PORT: port("the login pages"),
  SANDBOX_TRUST_PORT: port("the trust service provider and the directory"),
  SANDBOX_UK_PORT: port("the UK bank (mutual TLS)"),
  SANDBOX_BERLIN_GROUP_PORT: port("the Berlin Group bank (mutual TLS)"),
  SANDBOX_FAPI_PORT: port("the FAPI issuers (mutual TLS); their pages are with the login pages"),
  SANDBOX_ADMIN_PORT: port("books and fault switches (plain http)"),
  SANDBOX_API_KEY: z.string().min(1).default("sandbox-portal-key").describe("API key of the developer portal"),
  SANDBOX_QTSP_SECRET: z.string().min(1).default("sandbox-qtsp-secret").describe("Secret with which certificates are ordered"),
  SANDBOX_DIRECTORY_TOKEN: z.string().min(1).default("sandbox-directory-token").describe("API token of the directory"),
  SANDBOX_OP_TRUSTED_ROOTS_PATH: z
    .string()
    .min(1)
    .optional()
    .describe(
      "PEM file of roots of trust service providers that OP trusts beside the sandbox's own: certificates of third parties, and servers with their keys",
    ),
  SANDBOX_LATENCY_MS: whole(0, { max: 60_000, says: "Added to every answer over mutual TLS" }),
  SANDBOX_RSA_BITS: z.enum(["2048", "3072", "4096"]).default("4096").describe("Size of the RSA keys of authority and third parties"),
  SANDBOX_SPARE_KEYS: whole(2, { max: 100, says: "RSA keys made ahead of time; a third party takes two" }),
  SANDBOX_PAGE_SIZE: whole(250, { min: 1, max: 10_000, says: "Transactions on one page" }),
  SANDBOX_HISTORY_DAYS: whole(730, { min: 1, max: 3650, says: "How many days back transactions can be read" }),
  SANDBOX_FULL_HISTORY_MINUTES: whole(0, { says: "After approval, how long more than 90 days of history can be read; 0 means always" }),
  SANDBOX_ACCOUNT_IDS: z.enum(["stable", "per-consent"]).default("stable").describe("Whether account and card ids stay the same from one consent to the next"),
  SANDBOX_CERTIFICATE_DAYS: whole(0, { max: 3650, says: "Life of new third-party certificates; 0 means five years" }),
  SANDBOX_CERT_LIFETIME_SECONDS: whole(0, { max: 315_360_000, says: "The same in seconds, counted from now; 0 leaves it to the days" }),
  SANDBOX_CONSENT_MAX_DAYS: whole(180, { min: 1, max: 3650, says: "Longest life of a consent" }),
  SANDBOX_CONSENT_RANGE: z.enum(["combined", "exclusive"]).default("combined").describe("Whether expires may stand beside transactionFrom and transactionTo"),
  SANDBOX_INTENT_SECONDS: whole(900, { min: 1, says: "Life of an authorization that nobody approved" }),
  SANDBOX_CODE_SECONDS: whole(60, { min: 1, says: "Life of an authorization code" }),
  SANDBOX_ACCESS_TOKEN_SECONDS: whole(3600, { min: 1, says: "Life of an access token" }),
  SANDBOX_REFRESH_TOKENS: z
    .enum(["once", "until-next-used"])
    .default("once")
    .describe("Whether a refresh token works once, or until a token that came in its place is used"),
  SANDBOX_REFRESH_ID_TOKEN: z.stringbool().default(false).describe("Whether an ID token comes with refreshed tokens as well"),
  SANDBOX_TOKEN_DIALECT: z
    .enum(["numeric-strings", "gateway", "oauth"])
    .default("numeric-strings")
    .describe("Token answers: expires_in as text; also the token type and extras of the gateway; or plain OAuth 2.0"),
  SANDBOX_RESPONSE_DELIVERY: z.enum(["fragment", "query"]).default("fragment").describe("Where the authorization response is put"),
  SANDBOX_STRICT_AUDIENCE: z.stringbool().default(false).describe("Accept only the documented audiences of registration and request object"),
  SANDBOX_CLIENT_BINDING: z
    .enum(["certificate", "organisation"])
    .default("certificate")
    .describe("Whether a client must show the very QWAC it registered, or any QWAC of its organisation"),
  SANDBOX_UNATTENDED_PER_DAY: whole(0, { says: "Reads of one resource without the person in 24 h before 429; 0 means no limit" }),
  SANDBOX_PAYMENT_SECONDS: whole(1, { max: 86_400, says: "How long an accepted submission waits until it is debited; 0 debits at once" }),
  SANDBOX_PAYMENT_REFUSALS: z
    .enum(["violation", "status"])
    .default("violation")
    .describe("How a submission without funds or one that fails is answered: as a BUSINESS error, or as a submission with its status"),
  SANDBOX_UK_DCR_VERSION: z.enum(["3.2", "3.3", "3.4"]).default("3.3").describe("Version of dynamic client registration at the UK bank"),
  SANDBOX_UK_REGISTRATION_TYPE: z.enum(["any", "jwt", "jose"]).default("any").describe("Content type of a registration at the UK bank"),
  SANDBOX_UK_SUBJECT_DN: z
    .enum(["any", "name", "text", "hex"])
    .default("any")
    .describe("How tls_client_auth_subject_dn writes organizationIdentifier: by name, or as 2.5.4.97 with text or a hexadecimal value"),
  SANDBOX_BERLIN_GROUP_FIRST_CALL: z
    .enum(["refused", "served"])
    .default("refused")
    .describe("What becomes of the call by which the Berlin Group bank learns of a QWAC"),
  SANDBOX_BERLIN_GROUP_UNKNOWN_CONSENT: z.enum(["403", "404"]).default("403").describe("How the Berlin Group bank says that it does not know a consent"),
  SANDBOX_FAPI_POLL_SECONDS: whole(5, { min: 1, max: 600, says: "Interval between two questions about a decoupled approval" }),
  OPL_EXIT_WITH_PARENT: z.enum(["0", "1"]).default("0").describe("1 ends the process when its standard input closes"),
});

export type SandboxConfig = Readonly<z.output<typeof configSchema>>;

/** Reads the environment; an error names every bad variable at once. */
export function readConfig(environment: NodeJS.ProcessEnv): SandboxConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = configSchema.safeParse(given);
  if (parsed.success) return { ...parsed.data, SANDBOX_DIR: resolve(parsed.data.SANDBOX_DIR) };
  const report = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`).join("\n");
  throw errors.ERR_SANDBOX_CONFIG({ message: `The configuration of the sandbox is not usable:\n${report}` });
}

function isDate(text: string): boolean {
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}
