import { startTimer } from "@opl/service";
import type { PsuContext } from "@opl/service";
import { counter, histogram, runWithTrace } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { getLatestSync } from "../db/sync-store.ts";
import { claimAwaitedSync, claimDueSync, claimOwnSync } from "../usecases/claim-sync.ts";
import { keepSync, runSync } from "../usecases/run-sync.ts";
import type { SyncResult } from "../usecases/run-sync.ts";
import type { SyncAccountContext } from "../usecases/sync-account.ts";
import type { ClaimedSync } from "../usecases/claim-sync.ts";

export interface SyncRunnerOptions {
  readonly context: SyncAccountContext;
  /** Syncs this process runs at the same time. */
  readonly syncsAtOnce: number;
  /** Looks for due syncs so often even when nobody wakes us. */
  readonly pollMs: number;
  readonly logger: Logger;
}

export interface SyncRunner extends AsyncDisposable {
  /** Looks for due syncs now. */
  wake(): void;
  /** Runs a sync that this process has just recorded, while the person is present. */
  startNow(psuId: string, syncId: string, psu: PsuContext): Promise<void>;
  /** Runs the first sync of a consent with the presence of the person who gave it: as soon as it is recorded, or from now on. */
  attendFirst(consentId: string, psu: PsuContext): Promise<void>;
}

/** Takes recorded syncs and runs them, bounded in number. Stopping gives them back; a killed process loses its lease. */
export function startSyncRunner({ context, syncsAtOnce, pollMs, logger: parent }: SyncRunnerOptions): SyncRunner {
  const logger = parent.child({ subsystem: "sync-runner" });
  const ended = counter("syncs_total", "Syncs by how they ended");
  const duration = histogram("sync_seconds", "From taking up a sync to its end");
  const running = new Set<Promise<void>>();
  const stopped = new AbortController();

  const run = async (claimed: ClaimedSync): Promise<void> => {
    const { sync, runId } = claimed;
    const { psuId, syncId, consentId, aspspId, reason } = sync;
    const lost = new AbortController();
    const signal = AbortSignal.any([stopped.signal, lost.signal]);
    const lease = startTimer({
      name: "keep-sync",
      everyMs: (context.settings.leaseSeconds * 1000) / 4,
      logger,
      run: async () => {
        if (!(await keepSync(context, { psuId, syncId, runId }))) lost.abort();
      },
    });
    const started = performance.now();
    const trace = sync.traceparent === null ? {} : { traceparent: sync.traceparent };
    try {
      await runWithTrace(trace, "run sync", { "aspsp.id": aspspId, "consent.id": consentId, "sync.id": syncId }, async () => {
        const result = await runSync(context, sync, runId, signal);
        ended.add(1, { status: result.status, reason, aspsp: aspspId });
        duration.record((performance.now() - started) / 1000, { reason });
        if (result.status === "completed" || result.status === "failed") context.presence.forget(syncId);
        log(logger, { syncId, consentId, aspspId, reason }, result);
      });
    } catch (error) {
      // Nothing could be written down; the lease runs out and somebody takes the sync up again.
      logger.error({ err: error, syncId }, "sync interrupted");
    } finally {
      await lease[Symbol.asyncDispose]();
    }
  };
  const launch = (claimed: ClaimedSync): void => {
    const task = run(claimed).finally(() => {
      running.delete(task);
      timer.wake();
    });
    running.add(task);
  };
  const timer = startTimer({
    name: "sync-runner",
    everyMs: pollMs,
    logger,
    run: async (signal) => {
      while (running.size < syncsAtOnce && !signal.aborted) {
        const claimed = (await claimAwaitedSync(context)) ?? (await claimDueSync(context));
        if (claimed === undefined) return;
        launch(claimed);
      }
    },
  });

  return {
    wake: () => timer.wake(),
    async startNow(psuId, syncId, psu) {
      context.presence.note(syncId, psu);
      if (running.size >= syncsAtOnce || stopped.signal.aborted) return;
      const claimed = await claimOwnSync(context, psuId, syncId);
      if (claimed !== undefined) launch(claimed);
    },
    async attendFirst(consentId, psu) {
      const latest = await getLatestSync(context.db, psu.psuId, consentId);
      if (latest?.status === "running") context.presence.note(latest.syncId, psu);
      else context.presence.awaitFirst(consentId, psu);
      timer.wake();
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await timer[Symbol.asyncDispose]();
      await Promise.allSettled(running);
    },
  };
}

function log(logger: Logger, about: object, result: SyncResult): void {
  if (result.status === "completed") {
    const { status: _, ...figures } = result;
    logger.info({ ...about, ...figures, incompleteAccounts: result.incompleteAccounts.length }, "sync completed");
    // A bank does not change what it has booked, or take it back, without a reason that somebody should know.
    if (result.revised > 0 || result.missing > 0)
      logger.warn({ ...about, revised: result.revised, missing: result.missing }, "the bank changed booked transactions");
  } else if (result.status === "failed") logger.warn({ ...about, code: result.error.code, err: result.error }, "sync failed");
  else if (result.status === "retried") logger.info({ ...about, code: result.error.code, inSeconds: result.inSeconds }, "sync will be tried again");
}
