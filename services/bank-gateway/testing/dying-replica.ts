import { createInterface } from "node:readline";
import { openDatabase } from "@opl/postgres";
import { newId, parseConfig, systemClock } from "@opl/service";
import type { Clock } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import { createBanks } from "../src/banks/banks.ts";
import { createHealthMonitor } from "../src/banks/health-monitor.ts";
import { configSchema, createAdapters } from "../src/config.ts";
import type { Tables } from "../src/db/tables.ts";
import { openKek } from "../src/vault/key-encryption-key.ts";
import { createVault } from "../src/vault/vault.ts";

/** What every batch says, which is one line on standard input. */
export interface Batch {
  /** The clock of this process, ahead of the machine's. */
  readonly aheadSeconds: number;
}

/** A replica that is killed in the middle of its work: its parts are those of the service, made from the environment. */
export function openReplica(applicationName: string) {
  const config = parseConfig(configSchema, process.env, { service: "bank-gateway" });
  const logger = createLogger({ name: "bank-gateway", level: "silent" });
  let aheadSeconds = 0;
  const clock: Clock = { now: () => systemClock.now().add({ seconds: aheadSeconds }) };
  const { db } = openDatabase<Tables>({
    url: config.OPL_DATABASE_URL,
    schema: config.OPL_DATABASE_SCHEMA,
    applicationName,
    poolSize: config.OPL_DATABASE_POOL_SIZE,
  });
  const kek = openKek(config);
  const vault = createVault({ db, kek, clock, newId });
  const health = createHealthMonitor({ clock, logger, onChange: async () => undefined });
  const banks = createBanks({ adapters: createAdapters(config), db, vault, clock, newId, logger, health });

  /**
   * Opens the way to a bank, so that the steps of a batch are those of its work alone, and says `ready`. Of each batch it says what came of it, and
   * dies by SIGKILL.
   */
  async function serve<B extends Batch>(registrationId: string, read: (line: string) => B, carryOut: (batch: B) => Promise<unknown>): Promise<void> {
    await banks.of(registrationId);
    process.stdout.write("ready\n");
    for await (const line of createInterface({ input: process.stdin })) {
      const batch = read(line);
      aheadSeconds = batch.aheadSeconds;
      process.stdout.write(`${JSON.stringify(await carryOut(batch))}\n`, () => process.kill(process.pid, "SIGKILL"));
    }
  }
  return { db, clock, logger, kek, vault, banks, serve };
}
