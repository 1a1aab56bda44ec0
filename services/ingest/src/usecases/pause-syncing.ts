import type { EventData } from "@opl/contracts/events";
import { currentTraceHeaders } from "@opl/telemetry";
import type { Transaction } from "kysely";
import { changeStanding } from "../db/consent-store.ts";
import { addSync, wakeRunners } from "../db/sync-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import { nextScheduledSync } from "../domain/sync-plan.ts";
import { errors } from "../errors.ts";
import type { IngestContext } from "./context.ts";
import { failOpenSync } from "./fail-open-sync.ts";

/** The consent stands, but nothing is read: what is being read stops where it is, accounts and figures stay. */
export async function pauseSyncing(
  { clock }: Pick<IngestContext, "clock">,
  tx: Transaction<IngestDatabase>,
  { psuId, consentId, aspspId, pausedAt }: EventData<"consent.paused">,
): Promise<void> {
  if (!(await changeStanding(tx, { psuId, consentId }, { status: "paused", since: pausedAt, nextSyncAt: null }))) return;
  await failOpenSync(tx, { psuId, consentId, aspspId }, clock.now(), errors.ERR_SYNC_CONSENT_PAUSED.code);
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
