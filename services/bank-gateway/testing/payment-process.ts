import { isOplError } from "@opl/errors";
import { newId } from "@opl/service";
import type { PsuContext } from "@opl/service";
import type { KyselyPlugin } from "kysely";
import type { BankCalls } from "../src/adapters/bank-adapter.ts";
import type { Bank } from "../src/banks/bank.ts";
import { submitExecution } from "../src/usecases/execute-payment.ts";
import type { ExecutionRequest } from "../src/usecases/execute-payment.ts";
import { initiatePayment } from "../src/usecases/initiate-payment.ts";
import type { InitiatePaymentInput } from "../src/usecases/initiate-payment.ts";
import type { PaymentContext } from "../src/usecases/order-calls.ts";
import { createVault } from "../src/vault/vault.ts";
import { openReplica } from "./dying-replica.ts";
import type { Batch } from "./dying-replica.ts";

/** One request of a batch, which is one line on standard input: what consent would ask for, and where the process stops with it. */
export interface PaymentTask {
  readonly initiate?: { readonly input: InitiatePaymentInput; readonly psu: PsuContext };
  readonly submit?: Pick<ExecutionRequest, "orderId" | "paymentId" | "executionId">;
  /** Stops for ever at this step; 0 goes through. Each side of each statement, and of each call at the bank, is a step. */
  readonly stopAtStep: number;
  /** Counts as stopped so long after the payment or execution began to leave for the bank, wherever that finds it. */
  readonly stopInFlightMs?: number;
}
export interface PaymentBatch extends Batch {
  readonly tasks: readonly PaymentTask[];
}

/** Each task of a batch stops at its own step. When all have stopped or are done it says how many steps each took that is done. */
const { db, clock, logger, kek, banks, serve } = openReplica("payment-process");

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

const [registrationId = ""] = process.argv.slice(2);
const read = (line: string) => JSON.parse(line) as PaymentBatch;
await serve(registrationId, read, async ({ tasks }) => (await Promise.all(tasks.map(carryOut))).map((count) => count ?? null));
