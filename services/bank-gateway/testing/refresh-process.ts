import { isOplError } from "@opl/errors";
import type { KyselyPlugin } from "kysely";
import type { Bank } from "../src/banks/bank.ts";
import { getConsent } from "../src/db/consent-store.ts";
import { getTokenSet } from "../src/db/token-store.ts";
import { refreshTokenSet } from "../src/usecases/refresh-token-set.ts";
import type { Vault } from "../src/vault/vault.ts";
import { openReplica } from "./dying-replica.ts";
import type { Batch } from "./dying-replica.ts";

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
export interface RefreshBatch extends Batch {
  readonly orders: readonly RefreshOrder[];
}

/**
 * Each refresh of a batch stops at its own step. When all have stopped or are done it says how many steps each took that is done, and after how many
 * the call began.
 */
const { db, clock, logger, vault, banks, serve } = openReplica("refresh-process");

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

const [registrationId = ""] = process.argv.slice(2);
const read = (line: string) => JSON.parse(line) as RefreshBatch;
await serve(registrationId, read, async ({ orders }): Promise<RefreshOutcome> => {
  const steps = await Promise.all(orders.map(refresh));
  return { steps: steps.map((count) => count ?? null), leavesAtStep };
});
