import type { Sync } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import { currentTraceHeaders } from "@opl/telemetry";
import { getConsent, holdConsent } from "../db/consent-store.ts";
import type { ConsentRow } from "../db/consent-store.ts";
import { listSyncAccounts } from "../db/reading-store.ts";
import { addSync, getLatestSync, getSync, hastenSync, wakeRunners } from "../db/sync-store.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";

/** For so long only the process that took the request begins the sync: it alone knows that the person is present. */
const ownSyncSeconds = 5;
/** A reading that left something out is the answer for this long only: who asks again wants the rest, and the bank is still asked once an interval (US-30). */
const incompleteSeconds = 2;

export interface StartedSync {
  readonly sync: Sync;
  /** False when an open one, or one that has just ended, was answered. */
  readonly started: boolean;
}

/**
 * Records a sync because the person asks. While one is open for the consent, or one has just ended, that one is the answer, for shorter
 * where it left an account incomplete; one that waits for its next try waits no longer.
 * @throws ERR_SYNC_CONSENT_UNKNOWN, ERR_SYNC_CONSENT_ENDED, ERR_SYNC_CONSENT_PAUSED
 */
export async function startSync(
  { db, clock, newId, syncChannel, settings }: Pick<IngestContext, "db" | "clock" | "newId" | "syncChannel" | "settings">,
  { psuId, consentId }: { readonly psuId: string; readonly consentId: string },
): Promise<StartedSync> {
  const now = clock.now();
  return inTransaction(db, async (tx) => {
    const consent = await holdConsent(tx, psuId, consentId);
    if (consent === undefined) throw refusalOf(await getConsent(tx, psuId, consentId));
    const latest = await getLatestSync(tx, psuId, consentId);
    const endedSeconds = latest?.status === "completed" && latest.finishedAt !== null ? secondsBetween(latest.finishedAt, now) : Infinity;
    const justEnded =
      endedSeconds < settings.manualSyncSeconds &&
      (endedSeconds < incompleteSeconds || (await listSyncAccounts(tx, psuId, latest?.syncId ?? "")).every(({ status }) => status === "done"));
    const asked = {
      psuId,
      syncId: newId(),
      consentId,
      aspspId: consent.aspspId,
      reason: "manual",
      requestedAt: now,
      traceparent: currentTraceHeaders().traceparent ?? null,
      leasedUntil: now.add({ seconds: ownSyncSeconds }),
    } as const;
    const started = !justEnded && (await addSync(tx, asked));
    if (started || (await hastenSync(tx, asked))) await wakeRunners(tx, syncChannel);
    const answered = started ? asked.syncId : (await getLatestSync(tx, psuId, consentId))?.syncId;
    const sync = answered === undefined ? undefined : await getSync(tx, psuId, answered);
    if (sync === undefined) throw errors.ERR_SYNC_CONSENT_UNKNOWN();
    return { sync, started };
  });
}

function refusalOf(consent: ConsentRow | undefined) {
  if (consent === undefined) return errors.ERR_SYNC_CONSENT_UNKNOWN();
  return consent.status === "paused" ? errors.ERR_SYNC_CONSENT_PAUSED() : errors.ERR_SYNC_CONSENT_ENDED();
}

function secondsBetween(from: Temporal.Instant, to: Temporal.Instant): number {
  return to.since(from).total("seconds");
}
