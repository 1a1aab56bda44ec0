import { createInterface } from "node:readline";
import { isOplError } from "@opl/errors";
import { openDatabase } from "@opl/postgres";
import { newId, parseConfig, systemClock } from "@opl/service";
import type { Clock, PsuContext } from "@opl/service";
import { createLogger } from "@opl/telemetry";
import type { KyselyPlugin } from "kysely";
import type { BankCalls } from "../src/adapters/bank-adapter.ts";
import type { Bank } from "../src/banks/bank.ts";
import { createBanks } from "../src/banks/banks.ts";
import { createHealthMonitor } from "../src/banks/health-monitor.ts";
import { configSchema, createAdapters } from "../src/config.ts";
import type { Tables } from "../src/db/tables.ts";
import { submitExecution } from "../src/usecases/execute-payment.ts";
import type { ExecutionRequest } from "../src/usecases/execute-payment.ts";
import { initiatePayment } from "../src/usecases/initiate-payment.ts";
import type { InitiatePaymentInput } from "../src/usecases/initiate-payment.ts";
import type { PaymentContext } from "../src/usecases/order-calls.ts";
import { openKek } from "../src/vault/key-encryption-key.ts";
import { createVault } from "../src/vault/vault.ts";

/** One request of a batch, which is one line on standard input: what consent would ask for, and where the process stops with it. */
export interface PaymentTask {
  readonly initiate?: { readonly input: InitiatePaymentInput; readonly psu: PsuContext };
  readonly submit?: Pick<ExecutionRequest, "orderId" | "paymentId" | "executionId">;
  /** Stops for ever at this step; 0 goes through. Each side of each statement, and of each call at the bank, is a step. */
  readonly stopAtStep: number;
  /** Counts as stopped so long after the payment or execution began to leave for the bank, wherever that finds it. */
  readonly stopInFlightMs?: number;
}
export interface PaymentBatch {
  /** The clock of this process, ahead of the machine's. */
  readonly aheadSeconds: number;
  readonly tasks: readonly PaymentTask[];
}

/**
 * A replica that is killed in the middle of payments: the parts are those of the service, and each task of a batch stops at its own step. When all
 * have stopped or are done it says how many steps each took that is done, and dies by SIGKILL. It says `ready` when it can take a batch.
 */
const config = parseConfig(configSchema, process.env, { service: "bank-gateway" });
const logger = createLogger({ name: "bank-gateway", level: "silent" });
let aheadSeconds = 0;
const clock: Clock = { now: () => systemClock.now().add({ seconds: aheadSeconds }) };
const { db } = openDatabase<Tables>({
  url: config.OPL_DATABASE_URL,
  schema: config.OPL_DATABASE_SCHEMA,
  applicationName: "payment-process",
  poolSize: config.OPL_DATABASE_POOL_SIZE,
});
const kek = openKek(config);
const health = createHealthMonitor({ clock, logger, onChange: async () => undefined });
const banks = createBanks({ adapters: createAdapters(config), db, vault: createVault({ db, kek, clock, newId }), clock, newId, logger, health });

/** @returns how many steps it took, or undefined once it has stopped */
async function carryOut({ initiate, submit, stopAtStep, stopInFlightMs }: PaymentTask): Promise<number | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  let steps = 0;
  const isStopped = (): boolean => {
    steps += 1;
    if (steps === stopAtStep) stopped.resolve(undefined);
    return stopAtStep > 0 && steps >= stopAtStep;
  };
  const step = async (): Promise<void> => {
    if (isStopped()) await new Promise(() => undefined);
  };
  const statements: KyselyPlugin = {
    transformQuery({ node }) {
      // Nobody can wait here. What is thrown meets the handlers of a use case, and whatever they still want of the database is refused as well.
      if (isStopped()) throw new TypeError("The process is gone.");
      return node;
    },
    transformResult: async ({ result }) => (await step(), result),
  };
  const watchedCalls =
    (calls: BankCalls): BankCalls =>
    async (input) => {
      await step();
      if (stopInFlightMs !== undefined && (input.method === "POST" || input.method === "PUT")) setTimeout(() => stopped.resolve(undefined), stopInFlightMs);
      const reply = await calls(input);
      await step();
      return reply;
    };
  const watched = (bank: Bank): Bank => ({
    ...bank,
    clientCalls: async (context) => watchedCalls(await bank.clientCalls(context)),
    psuCalls: (...given) => watchedCalls(bank.psuCalls(...given)),
  });
  const stepping = db.withPlugin(statements);
  const ctx: PaymentContext = {
    db: stepping,
    // Of its own, so that keys are looked for and made between steps too.
    vault: createVault({ db: stepping, kek, clock, newId }),
    banks: { ...banks, active: async (id) => watched(await banks.active(id)), under: async (id) => watched(await banks.under(id)) },
    clock,
    newId,
    logger,
  };
  const work = async (): Promise<unknown> => {
    if (initiate !== undefined) return initiatePayment(ctx, initiate.input, initiate.psu);
    return submit === undefined ? undefined : submitExecution(ctx, { ...submit, psu: undefined });
  };
  const done = work()
    .catch((error: unknown) => void (isOplError(error) || stopped.reject(error)))
    .then(() => steps);
  return Promise.race([stopped.promise, done]);
}

/** Everything is opened before the batch comes, so that steps are those of the payment alone. */
const [registrationId = ""] = process.argv.slice(2);
await banks.of(registrationId);
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const batch = JSON.parse(line) as PaymentBatch;
  aheadSeconds = batch.aheadSeconds;
  const steps = await Promise.all(batch.tasks.map(carryOut));
  process.stdout.write(`${JSON.stringify(steps.map((count) => count ?? null))}\n`, () => process.kill(process.pid, "SIGKILL"));
}
