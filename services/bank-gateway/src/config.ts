import { databaseConfig, httpConfig, logConfig, natsConfig, parseConfig, serviceTokenConfig } from "@opl/service";
import { z } from "zod";
import { adapters } from "./adapters/index.ts";
import type { BankAdapter } from "./adapters/bank-adapter.ts";

/** Variables of the gateway; those of each bank come from the bank's own folder. */
export const configSchema = z.object({
  ...httpConfig,
  ...databaseConfig,
  ...natsConfig,
  ...serviceTokenConfig,
  ...logConfig,
  OPL_DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .default("opl_bank_gateway")
    .describe("schema that belongs to this service"),
  OPL_KEK_FILE: z.string().min(1).describe("file with the key-encryption keys, one <id>:<base64 of 32 bytes> a line; the first one seals"),
  ...(Object.assign({}, ...adapters.map(({ settings }) => settings.shape)) as (typeof adapters)[number]["settings"]["shape"]),
});

export type Config = z.output<typeof configSchema>;

export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  return parseConfig(configSchema, environment, { service: "bank-gateway" });
}

/** The banks, made from the configuration. */
export function createAdapters(config: Config): BankAdapter[] {
  return adapters.map(({ settings, create }) =>
    create(Object.fromEntries(Object.keys(settings.shape).map((name) => [name, config[name as keyof Config]])) as never),
  );
}
