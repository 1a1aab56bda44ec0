import { readFileSync } from "node:fs";
import { certificateSubject } from "@opl/contracts/model";
import { parseCertificate, splitPemBundle } from "@opl/eidas";
import { databaseConfig, httpConfig, integer, jsonFile, list, logConfig, natsConfig, parseConfig, secretFile, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";
import { adapters } from "./adapters/index.ts";
import type { BankAdapter } from "./adapters/bank-adapter.ts";
import { checkKekConfig, kekConfig } from "./vault/key-encryption-key.ts";

const databaseSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/)
  .default("opl_bank_gateway")
  .describe("schema that belongs to this service");

/** Variables of the gateway; those of each bank come from the bank's own folder. */
export const configSchema = z
  .object({
    ...httpConfig,
    ...databaseConfig,
    // Four running steps of registrations hold one each, and ask with others.
    OPL_DATABASE_POOL_SIZE: integer(6, 200).prefault("8").describe("connections at the most"),
    ...natsConfig,
    ...serviceTokenConfig,
    ...logConfig,
    OPL_DATABASE_SCHEMA: databaseSchema,
    ...kekConfig,
    OPL_TPP_JWKS_URL: url("https", "http")
      .optional()
      .describe("where banks read the public keys of our own QSealCs: /.well-known/tpp-jwks.json of our public origin"),
    OPL_QTSP_EST_URL: url("https")
      .optional()
      .describe("trust service provider that issues our certificates by EST (RFC 7030); without it requests are carried by hand"),
    OPL_QTSP_SECRET_FILE: secretFile().optional().describe("file with the secret of our account at the trust service provider"),
    OPL_QTSP_CA_BUNDLE_PATH: z.string().min(1).optional().describe("PEM file of roots to trust for the trust service provider instead of the system"),
    OPL_QTSP_TRUST_ANCHORS_PATH: certificatesFile()
      .optional()
      .describe("PEM file with the roots of our trust service providers: what a bank in production is shown must lead to one; without it trust is not asked"),
    OPL_QTSP_SUBJECT_FILE: jsonFile(certificateSubject)
      .optional()
      .describe(
        "JSON file with whom certificates name that are requested without an operator: commonName, organisationName, country, organizationIdentifier, authority, roles",
      ),
    OPL_CRL_URLS: list(url("http", "https"))
      .prefault("")
      .describe(
        "where the authorities of servers' certificates (banks, trust service provider, directory) publish what they revoked, separated by commas; http will do, lists are signed; without it revocation is not asked",
      ),
    ...(Object.assign({}, ...adapters.map(({ settings }) => settings.shape)) as BankShapes),
  })
  .superRefine(checkKekConfig);

/** A variable that names a PEM file; parsed, it is the certificates in there. */
function certificatesFile() {
  return z.string().transform((path, context) => {
    try {
      const certificates = splitPemBundle(readFileSync(path, "utf8"));
      for (const each of certificates) parseCertificate(each);
      if (certificates.length > 0) return certificates;
      context.addIssue({ code: "custom", message: "there is no certificate in the file" });
    } catch {
      context.addIssue({ code: "custom", message: "the file cannot be read as certificates in PEM" });
    }
    return z.NEVER;
  });
}

type Shapes<Entry> = Entry extends { readonly settings: { readonly shape: infer Shape } } ? Shape : never;
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void ? All : never;
/** The variables of all banks. */
type BankShapes = Together<Shapes<(typeof adapters)[number]>>;

export type Config = z.output<typeof configSchema>;

export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  return parseConfig(configSchema, environment, { service: "bank-gateway" });
}

/** The part of it that wrapping data keys anew needs. */
const rewrapSchema = z.object({ ...databaseConfig, ...logConfig, OPL_DATABASE_SCHEMA: databaseSchema, ...kekConfig }).superRefine(checkKekConfig);

export function readRewrapConfig(environment: Readonly<Record<string, string | undefined>> = process.env): z.output<typeof rewrapSchema> {
  return parseConfig(rewrapSchema, environment, { service: "rewrap" });
}

/** The banks that are configured. */
export function createAdapters(config: Config): BankAdapter[] {
  return adapters.flatMap(
    ({ settings, create }) => create(Object.fromEntries(Object.keys(settings.shape).map((name) => [name, config[name as keyof Config]])) as never) ?? [],
  );
}
