import { listUnpurged, markPurged } from "../db/erasure-store.ts";
import type { GatewayContext } from "./context.ts";

const atOnce = 20;

/** Takes what we published about erased people out of our stream; tried again until it is done. */
export async function purgeErasedPsus({ db, clock }: Pick<GatewayContext, "db" | "clock">, purgeFacts: (psuId: string) => Promise<unknown>): Promise<void> {
  for (const psuId of await listUnpurged(db, atOnce)) {
    await purgeFacts(psuId);
    await markPurged(db, psuId, clock.now());
  }
}
