import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { failSync, takeOpenSync } from "../db/sync-store.ts";
import type { IngestDatabase } from "../db/tables.ts";

/** Ends what is being read, or waits to be, under a consent that may be read no more, and says so. Nothing where nothing is. */
export async function failOpenSync(
  tx: Transaction<IngestDatabase>,
  { psuId, consentId, aspspId }: { readonly psuId: string; readonly consentId: string; readonly aspspId: string },
  now: Temporal.Instant,
  code: string,
): Promise<void> {
  const open = await takeOpenSync(tx, psuId, consentId);
  if (open === undefined) return;
  const { syncId } = open;
  await failSync(tx, open, now, code);
  const listedAt = open.accountsAt?.toString() ?? null;
  await publish(tx, { type: "ingest.sync-failed", subject: syncId, psuId, data: { syncId, consentId, psuId, aspspId, code, listedAt } });
}
