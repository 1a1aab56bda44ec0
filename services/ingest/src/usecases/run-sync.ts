import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { publish } from "@opl/messaging";
import { AmountError } from "@opl/money";
import { inTransaction } from "@opl/postgres";
import { nameOf } from "../domain/name-id.ts";
import { afterFailure, isRefusedPage, longestResumes } from "../domain/sync-plan.ts";
import { quarantine } from "../db/quarantine-store.ts";
import { listSyncAccounts } from "../db/reading-store.ts";
import { finishSync, renewLease, requeueSync } from "../db/sync-store.ts";
import type { SyncAccountRow } from "../db/reading-store.ts";
import type { SyncRow } from "../db/sync-store.ts";
import { errors } from "../errors.ts";
import { recordAccounts } from "./record-accounts.ts";
import type { RunningSync } from "./record-accounts.ts";
import { syncAccount } from "./sync-account.ts";
import type { SyncAccountContext } from "./sync-account.ts";

export type SyncResult =
  | {
      readonly status: "completed";
      readonly accounts: number;
      readonly transactionsSeen: number;
      readonly transactionsNew: number;
      readonly incompleteAccounts: readonly string[];
      readonly revised: number;
      readonly missing: number;
    }
  | { readonly status: "failed"; readonly error: OplError }
  | { readonly status: "retried"; readonly error: OplError; readonly inSeconds: number }
  /** Somebody else has it now, or the consent has ended: nothing is left to do here. */
  | { readonly status: "left" };

/**
 * Runs a claimed sync from where it stands: accounts and balances first, then every account's transactions, several
 * accounts at a time. Ends with the sync completed, failed, or queued again; with an aborted signal it is given back.
 */
export async function runSync(context: SyncAccountContext, claimed: SyncRow, runId: string, signal: AbortSignal): Promise<SyncResult> {
  const sync: RunningSync = { psuId: claimed.psuId, syncId: claimed.syncId, consentId: claimed.consentId, aspspId: claimed.aspspId, runId };
  const start: Start = { failures: claimed.failures, pages: await pagesOf(context.db, sync) };
  if (claimed.resumes > longestResumes) return fail(context, sync, errors.ERR_SYNC_ABANDONED());
  try {
    if (claimed.accountsAt === null) await readAccounts(context, sync, signal);
    const open = (await listSyncAccounts(context.db, sync.psuId, sync.syncId)).filter(({ status }) => status === "reading");
    const changes = await readAll(context, sync, open, signal);
    return await complete(context, sync, changes);
  } catch (error) {
    return endAfter(context, sync, start, error, signal);
  }
}

/** Keeps a sync ours while it runs; false when it is no longer. */
export async function keepSync(
  { db, clock, settings }: Pick<SyncAccountContext, "db" | "clock" | "settings">,
  sync: Pick<RunningSync, "psuId" | "syncId" | "runId">,
): Promise<boolean> {
  return renewLease(db, sync, clock.now().add({ seconds: settings.leaseSeconds }));
}

async function readAccounts(context: SyncAccountContext, sync: RunningSync, signal: AbortSignal): Promise<void> {
  const fetched = await context.bankGateway.fetchAccounts({ params: { consentId: sync.consentId }, psu: context.presence.of(sync.syncId), signal });
  try {
    await recordAccounts(context, sync, fetched);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    throw errors.ERR_PAGE_AMOUNT({ cause: error, details: { rawHash: fetched.accounts[0]?.account.raw.hash } });
  }
}

interface Changes {
  readonly revised: number;
  readonly missing: number;
}

/** A bounded number of accounts at a time. One that cannot be read now does not stop the others, unless nothing can be read any more. */
async function readAll(context: SyncAccountContext, sync: RunningSync, open: readonly SyncAccountRow[], signal: AbortSignal): Promise<Changes> {
  const waiting = [...open];
  const failures: unknown[] = [];
  const changes = { revised: 0, missing: 0 };
  const lane = async (): Promise<void> => {
    for (let account = waiting.shift(); account !== undefined; account = waiting.shift()) {
      try {
        const synced = await syncAccount(context, sync, account, signal);
        if (synced.status === "done") {
          changes.revised += synced.revised;
          changes.missing += synced.missing;
        }
      } catch (error) {
        failures.push(error);
        if (isLasting(error)) waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(context.settings.accountsAtOnce, open.length) }, lane));
  const worst = failures.find(isLasting) ?? failures[0];
  if (worst !== undefined) throw worst;
  return changes;
}

/** Nothing that waiting could change: the other accounts need not be tried. */
function isLasting(error: unknown): boolean {
  return afterFailure(toOplError(error), 1, "attended") === "give-up";
}

async function complete({ db, clock, nameId }: SyncAccountContext, sync: RunningSync, changes: Changes): Promise<SyncResult> {
  const { psuId, syncId, consentId, aspspId } = sync;
  return inTransaction(db, async (tx) => {
    const at = clock.now();
    if ((await finishSync(tx, sync, at, null)) === undefined) return { status: "left" };
    const accounts = await listSyncAccounts(tx, psuId, syncId);
    const totals = {
      accounts: accounts.length,
      transactionsSeen: accounts.reduce((sum, account) => sum + account.transactionsSeen, 0),
      transactionsNew: accounts.reduce((sum, account) => sum + account.transactionsNew, 0),
      incompleteAccounts: accounts.filter(({ status }) => status === "incomplete").map(({ accountId }) => accountId),
    };
    await publish(tx, {
      type: "ingest.sync-completed",
      id: nameId(nameOf("sync-completed", syncId)),
      subject: syncId,
      psuId,
      time: at,
      data: { syncId, consentId, psuId, aspspId, ...totals },
    });
    return { status: "completed", ...totals, ...changes };
  });
}

/** Where a sync stood when it was taken up. */
interface Start {
  readonly failures: number;
  readonly pages: number;
}

async function pagesOf(db: SyncAccountContext["db"], { psuId, syncId }: RunningSync): Promise<number> {
  return (await listSyncAccounts(db, psuId, syncId)).reduce((sum, account) => sum + account.pages, 0);
}

async function endAfter(context: SyncAccountContext, sync: RunningSync, start: Start, thrown: unknown, signal: AbortSignal): Promise<SyncResult> {
  const { db, clock } = context;
  const error = toOplError(thrown);
  if (signal.aborted || error.code === errors.ERR_SYNC_TAKEN_OVER.code) {
    // Where it is still ours, whoever takes it up begins from what is stored.
    await requeueSync(db, sync, clock.now(), null);
    return { status: "left" };
  }
  // A sync that gets on, however slowly, is not given up.
  const failures = (await pagesOf(db, sync)) > start.pages ? 1 : start.failures + 1;
  const next = afterFailure(error, failures, context.presence.of(sync.syncId) === undefined ? "unattended" : "attended");
  if (next === "give-up") return fail(context, sync, error);
  const kept = await requeueSync(db, sync, clock.now().add({ seconds: next.retryInSeconds }), { code: error.code, failures });
  return kept ? { status: "retried", error, inSeconds: next.retryInSeconds } : { status: "left" };
}

async function fail({ db, clock, nameId }: SyncAccountContext, sync: RunningSync, error: OplError): Promise<SyncResult> {
  const { psuId, syncId, consentId, aspspId } = sync;
  const { code } = error;
  return inTransaction(db, async (tx) => {
    const now = clock.now();
    const ended = await finishSync(tx, sync, now, code);
    if (ended === undefined) return { status: "left" };
    if (isRefusedPage(error)) {
      const rawHash = typeof error.details?.["rawHash"] === "string" ? error.details["rawHash"] : null;
      await quarantine(tx, {
        psuId,
        quarantineId: nameId(nameOf("quarantine", syncId)),
        consentId,
        syncId,
        accountId: null,
        page: null,
        code,
        rawHash,
        createdAt: now,
      });
    }
    await publish(tx, {
      type: "ingest.sync-failed",
      id: nameId(nameOf("sync-failed", syncId)),
      subject: syncId,
      psuId,
      data: { syncId, consentId, psuId, aspspId, code, listedAt: ended.accountsAt?.toString() ?? null },
    });
    return { status: "failed", error };
  });
}
