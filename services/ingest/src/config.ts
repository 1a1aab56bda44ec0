import { databaseConfig, httpConfig, integer, logConfig, natsConfig, parseConfig, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";
import type { IngestSettings } from "./usecases/context.ts";

/** Every variable of this service. */
export const configSchema = z.object({
  ...httpConfig,
  ...databaseConfig,
  ...natsConfig,
  ...serviceTokenConfig,
  ...logConfig,
  OPL_DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .default("opl_ingest")
    .describe("schema that belongs to this service"),
  OPL_BANK_GATEWAY_URL: url("http", "https").describe("where bank-gateway answers"),
  OPL_SYNCS_AT_ONCE: integer(1, 100).prefault("4").describe("syncs one process runs at the same time"),
  OPL_SYNC_ACCOUNTS_AT_ONCE: integer(1, 20).prefault("4").describe("accounts of one sync that are read at the same time"),
  OPL_SYNC_UNATTENDED_PER_DAY: integer(1, 4).prefault("4").describe("reads of a consent in 24 hours without the person; the law allows 4"),
  OPL_SYNC_MANUAL_SECONDS: integer(0, 3600)
    .prefault("10")
    .describe("a person who asks again within so many seconds gets the sync that has just ended, for two at the most where that was incomplete"),
  OPL_SYNC_FIRST_WAIT_SECONDS: integer(0, 60)
    .prefault("3")
    .describe("so long a first sync waits to hear that the person is present; then it begins without, as one of the four"),
  OPL_SYNC_PAGES_MAX: integer(1, 100_000).prefault("500").describe("pages of one account in one sync; more is a fault of the bank"),
  OPL_SYNC_TRANSACTIONS_MAX: integer(1, 10_000_000).prefault("250000").describe("transactions of one account in one sync; more is a fault of the bank"),
});
export type Config = z.output<typeof configSchema>;

/** @throws ERR_CONFIG that lists every bad variable */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return parseConfig(configSchema, env, { service: "ingest" });
}

/** So long nobody takes over a sync whose process is silent. */
const leaseSeconds = 10;

/** What the rules need to know of it. */
export function settingsOf(config: Config): IngestSettings {
  return {
    scheduledSyncsPerDay: config.OPL_SYNC_UNATTENDED_PER_DAY,
    manualSyncSeconds: config.OPL_SYNC_MANUAL_SECONDS,
    firstSyncWaitSeconds: config.OPL_SYNC_FIRST_WAIT_SECONDS,
    accountsAtOnce: config.OPL_SYNC_ACCOUNTS_AT_ONCE,
    readingLimits: { pages: config.OPL_SYNC_PAGES_MAX, entries: config.OPL_SYNC_TRANSACTIONS_MAX },
    leaseSeconds,
  };
}
