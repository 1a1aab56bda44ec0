import { openDatabase } from "@opl/postgres";
import { createLogger, shutdownTelemetry } from "@opl/telemetry";
import { readRewrapConfig } from "./config.ts";
import type { Tables } from "./db/tables.ts";
import { rewrapDataKeys } from "./usecases/rewrap-data-keys.ts";
import { openKek } from "./vault/key-encryption-key.ts";

/** What the hourly job does, at once and by itself. Ends with 0 when no data key is left under another key-encryption key, else with 1. */
const config = readRewrapConfig();
const logger = createLogger({ name: "rewrap", level: config.OPL_LOG_LEVEL });
await using database = openDatabase<Tables>({
  url: config.OPL_DATABASE_URL,
  password: config.OPL_DATABASE_PASSWORD_FILE?.reveal(),
  schema: config.OPL_DATABASE_SCHEMA,
  applicationName: "bank-gateway-rewrap",
  poolSize: 2,
});
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => stop.abort());
try {
  const report = (left: number): void => logger.info({ left }, "data keys under another key-encryption key");
  const { left } = await rewrapDataKeys({ db: database.db, logger }, openKek(config), stop.signal, report);
  process.exitCode = left === 0 ? 0 : 1;
} catch (error) {
  logger.fatal({ err: error }, "wrapping anew stopped; run it again to go on");
  process.exitCode = 1;
}
await shutdownTelemetry();
