import { databaseConfig, httpConfig, integer, logConfig, natsConfig, parseConfig, secretFile, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";
import { trustedProxies } from "./session/client-address.ts";

/** Long enough not to be guessed: 32 random bytes as text. */
function keyFile() {
  return secretFile().refine((secret) => secret.reveal().length >= 32, "the file holds fewer than 32 characters");
}

function isSecureOrLocal(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

const publicOrigin = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  return new URL(text).origin === text && isSecureOrLocal(text);
}, "expected an origin such as https://ledger.example, without a path; http only for localhost");

const proxies = z.string().transform((text, context) => {
  try {
    return trustedProxies(
      text
        .split(",")
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ""),
    );
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof RangeError ? error.message : "not a list of addresses" });
    return z.NEVER;
  }
});

const timeZone = z.string().refine((name) => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== "";
  } catch {
    return false;
  }
}, "expected the name of a time zone such as Europe/Helsinki");

const variables = z.object({
  ...httpConfig,
  ...databaseConfig,
  ...natsConfig,
  ...serviceTokenConfig,
  ...logConfig,
  OPL_CONSENT_URL: url("http", "https").describe("the service consent"),
  OPL_INGEST_URL: url("http", "https").describe("the service ingest"),
  OPL_ANALYTICS_URL: url("http", "https").describe("the service analytics"),
  OPL_BANK_GATEWAY_URL: url("http", "https").describe("the service bank-gateway"),
  OPL_TPP_REGISTRY_URL: url("http", "https").describe("the service tpp-registry"),
  OPL_PUBLIC_ORIGIN: publicOrigin.describe("where browsers reach the product; links and the origin check use it, never the Host header"),
  OPL_TRUSTED_PROXIES: proxies.prefault("").describe("addresses or ranges of our reverse proxies, by commas; only they are believed about a visitor's address"),
  OPL_WEB_DIR: z.string().optional().describe("folder of the built web client; without it only the API is served"),
  OPL_SESSION_SECRET_FILE: keyFile().describe("file with a random text that session cookies are signed with"),
  OPL_SESSION_BINDING_KEY_FILE: keyFile().describe("file with a random text that ties a bank's redirect to the session that began it"),
  OPL_SESSION_IDLE_MINUTES: integer(5, 10_080).prefault("60").describe("a session that is not used ends after so many minutes"),
  OPL_SESSION_LONGEST_HOURS: integer(1, 720).prefault("12").describe("every session ends after so many hours"),
  OPL_SIGN_UPS_PER_HOUR: integer(1, 1_000_000).prefault("30").describe("sign-ups and changes of the e-mail address from one network address an hour"),
  OPL_REQUESTS_PER_MINUTE: integer(60, 10_000_000).prefault("20000").describe("requests from one address a minute, in each replica"),
  OPL_TIME_ZONE: timeZone.default("Europe/Helsinki").describe("whose midnight begins a day and a month"),
  OPL_DEMO_EMAIL: z.email().optional().describe("with the password: a demo person is made at the first start"),
  OPL_DEMO_PASSWORD_FILE: secretFile().optional().describe("file with the password of the demo person"),
  OPL_OPERATOR_PAGES: z.enum(["on", "off"]).default("on").describe("off: there are no addresses for operators, whoever asks"),
  OPL_OPERATOR_EMAIL: z.email().optional().describe("with the password: this operator is made at the first start"),
  OPL_OPERATOR_PASSWORD_FILE: secretFile().optional().describe("file with the password of that operator"),
  OPL_SINGLE_SIGN_ON_ISSUER: url("https", "http")
    .optional()
    .describe("OpenID provider that people may sign in at; with the two below, else there is no single sign-on"),
  OPL_SINGLE_SIGN_ON_CLIENT_ID: z.string().min(1).optional().describe("our client at that provider"),
  OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE: secretFile().optional().describe("file with its secret"),
  OPL_SINGLE_SIGN_ON_NAME: z.string().min(1).max(40).default("Single sign-on").describe("what people call that provider"),
});

/** Every variable this service reads. */
export const configSchema = variables
  .refine((config) => (config.OPL_DEMO_EMAIL === undefined) === (config.OPL_DEMO_PASSWORD_FILE === undefined), {
    path: ["OPL_DEMO_PASSWORD_FILE"],
    message: "belongs together with OPL_DEMO_EMAIL: set both or neither",
  })
  .refine((config) => (config.OPL_OPERATOR_EMAIL === undefined) === (config.OPL_OPERATOR_PASSWORD_FILE === undefined), {
    path: ["OPL_OPERATOR_PASSWORD_FILE"],
    message: "belongs together with OPL_OPERATOR_EMAIL: set both or neither",
  })
  .refine(
    (config) =>
      (config.OPL_SINGLE_SIGN_ON_ISSUER === undefined) === (config.OPL_SINGLE_SIGN_ON_CLIENT_ID === undefined) &&
      (config.OPL_SINGLE_SIGN_ON_ISSUER === undefined) === (config.OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE === undefined),
    {
      path: ["OPL_SINGLE_SIGN_ON_ISSUER"],
      message: "belongs together with OPL_SINGLE_SIGN_ON_CLIENT_ID and OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE: set all or none",
    },
  )
  .refine((config) => config.OPL_SINGLE_SIGN_ON_ISSUER === undefined || isSecureOrLocal(config.OPL_SINGLE_SIGN_ON_ISSUER), {
    path: ["OPL_SINGLE_SIGN_ON_ISSUER"],
    message: "must be https; http only on this machine",
  });

export type Config = z.output<typeof configSchema>;

export function readConfig(): Config {
  return parseConfig(configSchema, process.env, { service: "bff" });
}

/** What the command that gives and takes roles needs of it. */
export function readDatabaseConfig(): Pick<Config, "OPL_DATABASE_URL" | "OPL_DATABASE_PASSWORD_FILE"> {
  return parseConfig(z.object(databaseConfig), process.env, { service: "bff" });
}
