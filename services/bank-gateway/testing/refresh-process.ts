import { createInterface } from "node:readline";
import { isOplError } from "@opl/errors";
import { openDatabase } from "@opl/postgres";
import { newId, parseConfig, systemClock } from "@opl/service";
import type { Clock } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { KyselyPlugin } from "kysely";
import type { Bank } from "../src/banks/bank.ts";
import { createBanks } from "../src/banks/banks.ts";
import { createHealthMonitor } from "../src/banks/health-monitor.ts";
import { configSchema, createAdapters } from "../src/config.ts";
import { getConsent } from "../src/db/consent-store.ts";
import { getTokenSet } from "../src/db/token-store.ts";
import type { Tables } from "../src/db/tables.ts";
import { refreshTokenSet } from "../src/usecases/refresh-token-set.ts";
import { openKek } from "../src/vault/key-encryption-key.ts";
import { createVault } from "../src/vault/vault.ts";
import type { Vault } from "../src/vault/vault.ts";

/** One refresh of a batch, which is one line on standard input. */
export interface RefreshOrder {
  readonly consentId: string;
  /** Stops for ever after so many steps; 0 goes through. Each statement and each side of sealing and of the call at the bank is a step. */
  readonly stopAtStep: number;
  /** Counts as stopped so long after the call at the bank began, wherever that finds it. */
  readonly stopInFlightMs?: number;
}
export interface RefreshOutcome {
  /** Of each that went through; null for one that was killed. */
  readonly steps: readonly (number | null)[];
  readonly leavesAtStep: number;
}
export interface RefreshBatch {
  /** The clock of this process, ahead of the machine's. */
  readonly aheadSeconds: number;
  readonly orders: readonly RefreshOrder[];
}

/**
 * A replica that is killed in the middle of its work: the parts are those of the service, and each refresh of a batch stops at its own step. When
 * all have stopped or are done it says how many steps each took that is done, after how many the call began, and dies by SIGKILL. It says `ready` when it can take a batch.
 */
const config = parseConfig(configSchema, process.env, { service: "bank-gateway" });
const logger = createLogger({ name: "bank-gateway", level: "silent" });
let aheadSeconds = 0;
const clock: Clock = { now: () => systemClock.now().add({ seconds: aheadSeconds }) };
const { db } = openDatabase<Tables>({
  url: config.OPL_DATABASE_URL,
  schema: config.OPL_DATABASE_SCHEMA,
  applicationName: "refresh-process",
  poolSize: config.OPL_DATABASE_POOL_SIZE,
});
const vault = createVault({ db, kek: openKek(config), clock, newId });
const health = createHealthMonitor({ clock, logger, onChange: async () => undefined });
const banks = createBanks({ adapters: createAdapters(config), db, vault, clock, newId, logger, health });

/** Up to which the last refresh had sent nothing to the bank. */
let leavesAtStep = 0;

/** @returns how many steps it took, or undefined once it has stopped */
async function refresh({ consentId, stopAtStep, stopInFlightMs }: RefreshOrder): Promise<number | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  let steps = 0;
  const step = async (): Promise<void> => {
    steps += 1;
    if (steps !== stopAtStep) return;
    stopped.resolve(undefined);
    await new Promise(() => undefined);
  };
  const stepping = async <T>(work: () => Promise<T>): Promise<T> => {
    await step();
    const value = await work();
    await step();
    return value;
  };
  const statements: KyselyPlugin = { transformQuery: ({ node }) => node, transformResult: async ({ result }) => (await step(), result) };
  const sealing: Vault = {
    ...vault,
    seal: (...value) => stepping(() => vault.seal(...value)),
    open: (...value) => stepping(() => vault.open(...value)),
  };
  const inFlight = (bank: Bank, ...asked: Parameters<Bank["tokens"]["refresh"]>) => {
    leavesAtStep = steps;
    if (stopInFlightMs !== undefined) setTimeout(() => stopped.resolve(undefined), stopInFlightMs);
    return bank.tokens.refresh(...asked);
  };
  const [consent, stored] = [await getConsent(db, consentId, "unattended"), await getTokenSet(db, consentId)];
  if (consent === undefined || stored === undefined) return 0;
  const bank = await banks.under(consent.registrationId);
  const watched: Bank = {
    ...bank,
    oauth: bank.oauth,
    idTokenKeys: bank.idTokenKeys,
    tokens: { ...bank.tokens, refresh: (...asked) => stepping(() => inFlight(bank, ...asked)) },
  };
  const context = { db: db.withPlugin(statements), vault: sealing, clock, logger };
  const done = refreshTokenSet(context, watched, consent, stored.version)
    .then(step, (error: unknown) => void (isOplError(error) || stopped.reject(error)))
    .then(() => steps);
  return Promise.race([done, stopped.promise]);
}

/** Everything is opened before the batch comes, so that steps are those of the refresh alone. */
const [registrationId = ""] = process.argv.slice(2);
await banks.of(registrationId);
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const batch = JSON.parse(line) as RefreshBatch;
  aheadSeconds = batch.aheadSeconds;
  const steps = await Promise.all(batch.orders.map(refresh));
  const outcome: RefreshOutcome = { steps: steps.map((count) => count ?? null), leavesAtStep };
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.kill(process.pid, "SIGKILL"));
}
