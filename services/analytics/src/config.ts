import { databaseConfig, httpConfig, logConfig, natsConfig, parseConfig, serviceTokenConfig, url } from "@opl/service";
import { z } from "zod";

/** The environment of this service. */
export const configSchema = z.object({
  ...httpConfig,
  ...databaseConfig,
  ...natsConfig,
  ...serviceTokenConfig,
  ...logConfig,
  OPL_INGEST_URL: url("http", "https").describe("the ingest service, asked only when projections are rebuilt"),
  OPL_BANK_TIME_ZONE: z
    .string()
    .default("Europe/Helsinki")
    .refine(isTimeZone, "expected a time zone such as Europe/Helsinki")
    .describe("the zone in which banks keep their books: which day a balance belongs to, and what today is; booking dates never move"),
});
export type Config = z.output<typeof configSchema>;

export function readConfig(): Config {
  return parseConfig(configSchema, process.env, { service: "analytics" });
}

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
