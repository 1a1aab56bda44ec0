import { aspspId, tppRole } from "@opl/contracts/model";
import { databaseConfig, httpConfig, logConfig, natsConfig, parseConfig, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";

const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(item));

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
  OPL_TPP_SOFTWARE_CLIENT_NAME: z.string().min(1).describe("name of the product, as banks show it to people"),
  OPL_TPP_SOFTWARE_CLIENT_URI: url("https").describe("home page of the product"),
});
export type Config = z.output<typeof configSchema>;

export function readConfig(): Config {
  return parseConfig(configSchema, process.env, { service: "tpp-registry" });
}
