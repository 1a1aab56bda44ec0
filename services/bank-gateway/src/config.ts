import { databaseConfig, httpConfig, logConfig, natsConfig, parseConfig, serviceTokenConfig } from "@opl/service";
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
    ...natsConfig,
    ...serviceTokenConfig,
    ...logConfig,
    OPL_DATABASE_SCHEMA: databaseSchema,
    ...kekConfig,
    ...(Object.assign({}, ...adapters.map(({ settings }) => settings.shape)) as (typeof adapters)[number]["settings"]["shape"]),
  })
  .superRefine(checkKekConfig);

export type Config = z.output<typeof configSchema>;

export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  return parseConfig(configSchema, environment, { service: "bank-gateway" });
}

/** The part of it that wrapping data keys anew needs. */
const rewrapSchema = z.object({ ...databaseConfig, ...logConfig, OPL_DATABASE_SCHEMA: databaseSchema, ...kekConfig }).superRefine(checkKekConfig);

export function readRewrapConfig(environment: Readonly<Record<string, string | undefined>> = process.env): z.output<typeof rewrapSchema> {
  return parseConfig(rewrapSchema, environment, { service: "rewrap" });
}

/** The banks, made from the configuration. */
export function createAdapters(config: Config): BankAdapter[] {
  return adapters.map(({ settings, create }) =>
    create(Object.fromEntries(Object.keys(settings.shape).map((name) => [name, config[name as keyof Config]])) as never),
  );
}
