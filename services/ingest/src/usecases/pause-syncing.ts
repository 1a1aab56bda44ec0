import type { EventData } from "@opl/contracts/events";
import { publish } from "@opl/messaging";
import { currentTraceHeaders } from "@opl/telemetry";
import type { Transaction } from "kysely";
import { changeStanding } from "../db/consent-store.ts";
import { addSync, failSync, takeOpenSync, wakeRunners } from "../db/sync-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import { nextScheduledSync } from "../domain/sync-plan.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";

/** The consent stands, but nothing is read: what is being read stops where it is, accounts and figures stay. */
export async function pauseSyncing(
  { clock }: Pick<IngestContext, "clock">,
  tx: Transaction<IngestDatabase>,
  { psuId, consentId, aspspId, pausedAt }: EventData<"consent.paused">,
): Promise<void> {
  if (!(await changeStanding(tx, { psuId, consentId }, { status: "paused", since: pausedAt, nextSyncAt: null }))) return;
  const open = await takeOpenSync(tx, psuId, consentId);
  if (open === undefined) return;
  const { code } = errors.ERR_SYNC_CONSENT_PAUSED;
  await failSync(tx, open, clock.now(), code);
  const listedAt = open.accountsAt?.toString() ?? null;
  await publish(tx, { type: "ingest.sync-failed", subject: open.syncId, psuId, data: { syncId: open.syncId, consentId, psuId, aspspId, code, listedAt } });
}

/** The person confirmed. A reading that had stopped begins again at once, as one of the unattended. */
export async function resumeSyncing(
  { clock, newId, syncChannel, settings }: Pick<IngestContext, "clock" | "newId" | "syncChannel" | "settings">,
  tx: Transaction<IngestDatabase>,
  { psuId, consentId, aspspId, reconfirmedAt }: EventData<"consent.reconfirmed">,
): Promise<void> {
  const now = clock.now();
  const nextSyncAt = nextScheduledSync(now, settings.scheduledSyncsPerDay);
  if (!(await changeStanding(tx, { psuId, consentId }, { status: "active", since: reconfirmedAt, nextSyncAt }))) return;
  const traceparent = currentTraceHeaders().traceparent ?? null;
  await addSync(tx, { psuId, syncId: newId(), consentId, aspspId, reason: "scheduled", requestedAt: now, traceparent, leasedUntil: null });
  await wakeRunners(tx, syncChannel);
}
