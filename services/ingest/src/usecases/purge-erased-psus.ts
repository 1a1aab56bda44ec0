import { listUnpurged, markPurged } from "../db/consent-store.ts";
import type { IngestContext } from "./context.ts";

export type PurgeContext = Pick<IngestContext, "db" | "clock"> & {
  /** Takes a person's facts out of our stream. */
  readonly purgeFacts: (psuId: string) => Promise<unknown>;
};

const atOnce = 20;

/** Takes what we published about erased people out of the stream; tried again until it is done. Returns how many are done. */
export async function purgeErasedPsus({ db, clock, purgeFacts }: PurgeContext): Promise<number> {
  const psuIds = await listUnpurged(db, atOnce);
  for (const psuId of psuIds) {
    await purgeFacts(psuId);
    await markPurged(db, psuId, clock.now());
  }
  return psuIds.length;
}
