import { readFileSync } from "node:fs";
import { aspspId, type TppDocument, tppRole, type WrittenTppDocument } from "@opl/contracts/model";
import { databaseConfig, httpConfig, list, logConfig, natsConfig, parseConfig, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";
import { problemSentence, readDocument } from "./document/read-document.ts";
import { completed } from "./domain/tpp-profile.ts";

const contacts = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "expected a JSON list of contacts" });
      return z.NEVER;
    }
  })
  .pipe(
    z
      .array(z.strictObject({ name: z.string().min(1), email: z.email(), phone: z.string().default(""), type: z.string().default("Support") }))
      .min(1, "at least one contact with an e-mail address"),
  );

const seconds = (fallback: number) => z.coerce.number().min(0.1).max(86_400).default(fallback);

const tppFile = z
  .string()
  .transform((path, context): WrittenTppDocument => {
    const document = (text: string): WrittenTppDocument => {
      const read = readDocument(text, null);
      for (const problem of read.problems) if (problem.level === "mistake") context.addIssue({ code: "custom", message: problemSentence(path, problem) });
      return read.document ?? z.NEVER;
    };
    try {
      return document(readFileSync(path, "utf8"));
    } catch (error) {
      context.addIssue({ code: "custom", message: `the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})` });
      return z.NEVER;
    }
  })
  .optional();

/** The environment of this service. */
export const configSchema = z.object({
  ...httpConfig,
  ...databaseConfig,
  ...natsConfig,
  ...serviceTokenConfig,
  ...logConfig,
  OPL_BANK_GATEWAY_URL: url("http", "https").describe("the bank-gateway service"),
  OPL_PUBLIC_ORIGIN: url("https", "http")
    .refine((text) => URL.canParse(text) && new URL(text).origin === text, "expected an origin: scheme, host and port, no path and no final slash")
    .describe("where people reach the product; each bank gets its own redirect URI below it"),
  OPL_TPP_ASPSPS: list(aspspId).prefault("").describe("banks where we want to be registered, separated by commas"),
  OPL_TPP_DIRECTORY_CHECK_SECONDS: seconds(300).describe("so often the gateway is asked which banks there are"),
  OPL_TPP_DRIFT_CHECK_SECONDS: seconds(900).describe("so often each bank is asked what it has on record of us"),
  OPL_TPP_FILE: tppFile.describe(
    "a desired state (tpp.yaml, also as JSON), applied at start when it is not the one in force; what we are to banks then need not be said here: name, country, roles, organisation, contacts, software and banks",
  ),
  OPL_TPP_NAME: z.string().min(1).max(64).describe("common name of the TPP, in its certificates"),
  OPL_TPP_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, "expected two capital letters")
    .describe("country of the TPP"),
  OPL_TPP_ROLES: list(tppRole).pipe(z.array(tppRole).min(1, "at least one of AIS, PIS, CBPII")).describe("licence roles: AIS, PIS, CBPII"),
  OPL_TPP_ORG_NAME: z.string().min(1).describe("legal name of the organisation"),
  OPL_TPP_CONTACTS: contacts.describe('contacts as JSON: [{"name":"Support","email":"support@ledger.example","phone":"","type":"Support"}]'),
  OPL_TPP_RENEW_BEFORE_DAYS: z.coerce
    .number()
    .positive()
    .max(3650)
    .default(30)
    .describe("so many days before its certificates end a registration is renewed, fractions allowed; never in the first half of their time"),
  OPL_TPP_JWKS_KEEP_DAYS: z.coerce
    .number()
    .min(0)
    .max(3650)
    .default(30)
    .describe("so many days after its retirement the public key of a certificate of our own stays in the key set that banks read"),
  OPL_TPP_SOFTWARE_CLIENT_NAME: z.string().min(1).describe("name of the product, as banks show it to people"),
  OPL_TPP_SOFTWARE_CLIENT_URI: url("https").describe("home page of the product"),
});
type Whole = z.output<typeof configSchema>;

/** What a desired state says as well, and better. */
const inDocument = {
  OPL_TPP_NAME: true,
  OPL_TPP_COUNTRY: true,
  OPL_TPP_ROLES: true,
  OPL_TPP_ORG_NAME: true,
  OPL_TPP_CONTACTS: true,
  OPL_TPP_SOFTWARE_CLIENT_NAME: true,
  OPL_TPP_SOFTWARE_CLIENT_URI: true,
} as const;
const besideFile = configSchema.partial(inDocument);
export type Config = z.output<typeof besideFile>;

/** What we want before anybody applied anything: what the variables say, which earlier registrations began with, else what the file says. */
export function firstDocument(config: Config): TppDocument {
  const { OPL_TPP_FILE: file, OPL_PUBLIC_ORIGIN: publicOrigin } = config;
  return file === undefined || isWhole(config) ? documentOf(config as Whole) : completed(file, publicOrigin);
}

function isWhole(config: Config): config is Whole {
  return Object.keys(inDocument).every((name) => config[name as keyof typeof inDocument] !== undefined);
}

function documentOf(config: Whole): TppDocument {
  return {
    version: 1,
    tpp: {
      name: config.OPL_TPP_NAME,
      country: config.OPL_TPP_COUNTRY,
      organisationName: config.OPL_TPP_ORG_NAME,
      roles: config.OPL_TPP_ROLES,
      contacts: config.OPL_TPP_CONTACTS,
      software: { name: config.OPL_TPP_SOFTWARE_CLIENT_NAME, uri: config.OPL_TPP_SOFTWARE_CLIENT_URI },
      publicOrigin: config.OPL_PUBLIC_ORIGIN,
    },
    banks: [...new Set(config.OPL_TPP_ASPSPS)].map((aspsp) => ({ aspsp, state: "registered", onDrift: "repair" })),
  };
}

/** An empty variable counts as unset. @throws ERR_CONFIG that names every bad one */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  return parseConfig(env["OPL_TPP_FILE"] ? besideFile : configSchema, env, { service: "tpp-registry" });
}
