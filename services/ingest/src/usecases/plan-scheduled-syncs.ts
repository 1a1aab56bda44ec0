import { inTransaction } from "@opl/postgres";
import { currentTraceHeaders } from "@opl/telemetry";
import { nextScheduledSync } from "../domain/sync-plan.ts";
import { setNextSync, takeDueConsents } from "../db/consent-store.ts";
import { addSync, wakeRunners } from "../db/sync-store.ts";
import type { IngestContext } from "./context.ts";
import { healthMinutes } from "./record-aspsp-health.ts";

const consentsAtOnce = 200;

/** Records the unattended syncs that are due and returns how many; a consent that is being read already just waits for its next turn. */
export async function planScheduledSyncs({
  db,
  clock,
  newId,
  syncChannel,
  settings,
}: Pick<IngestContext, "db" | "clock" | "newId" | "syncChannel" | "settings">): Promise<number> {
  let planned = 0;
  for (;;) {
    const now = clock.now();
    const { taken, recorded } = await inTransaction(db, async (tx) => {
      const due = await takeDueConsents(tx, now, now.subtract({ minutes: healthMinutes }), consentsAtOnce);
      let recorded = 0;
      for (const { psuId, consentId, aspspId } of due) {
        await setNextSync(tx, { psuId, consentId }, nextScheduledSync(now, settings.scheduledSyncsPerDay));
        if (
          await addSync(tx, {
            psuId,
            syncId: newId(),
            consentId,
            aspspId,
            reason: "scheduled",
            requestedAt: now,
            traceparent: currentTraceHeaders().traceparent ?? null,
            leasedUntil: null,
          })
        )
          recorded += 1;
      }
      if (recorded > 0) await wakeRunners(tx, syncChannel);
      return { taken: due.length, recorded };
    });
    planned += recorded;
    if (taken < consentsAtOnce) return planned;
  }
}
