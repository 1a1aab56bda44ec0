import type { EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import { currentTraceHeaders } from "@opl/telemetry";
import { nextScheduledSync } from "../domain/sync-plan.ts";
import { addConsent, holdPsu } from "../db/consent-store.ts";
import { addSync, wakeRunners } from "../db/sync-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import type { IngestContext } from "./context.ts";

/** A person allowed reading: records the consent and its first sync. Nothing happens for one who was erased, or a consent that ended already. */
export async function recordAuthorisedConsent(
  { clock, newId, syncChannel, settings }: Pick<IngestContext, "clock" | "newId" | "syncChannel" | "settings">,
  tx: Transaction<IngestDatabase>,
  { psuId, consentId, aspspId, authorisedAt, validUntil }: EventData<"consent.authorised">,
): Promise<void> {
  const now = clock.now();
  if (!(await holdPsu(tx, psuId))) return;
  const nextSyncAt = nextScheduledSync(now, settings.scheduledSyncsPerDay);
  if (!(await addConsent(tx, { psuId, consentId, aspspId, authorisedAt, validUntil, nextSyncAt }))) return;
  await addSync(tx, {
    psuId,
    syncId: newId(),
    consentId,
    aspspId,
    reason: "first",
    requestedAt: now,
    traceparent: currentTraceHeaders().traceparent ?? null,
    // The person has just come back from the bank: a read in their presence takes none of the four of the day.
    leasedUntil: now.add({ seconds: settings.firstSyncWaitSeconds }),
  });
  await wakeRunners(tx, syncChannel);
}
