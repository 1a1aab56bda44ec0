import { deleteOldSyncs } from "../db/sync-store.ts";
import type { IngestContext } from "./context.ts";

const keptDays = 30;
const atOnce = 1000;

/** Finished syncs are only progress reports; after a month the latest of each consent is enough. Returns how many went. */
export async function forgetOldSyncs({ db, clock }: Pick<IngestContext, "db" | "clock">): Promise<number> {
  const before = clock.now().subtract({ hours: keptDays * 24 });
  let deleted = 0;
  for (;;) {
    const count = await deleteOldSyncs(db, before, atOnce);
    deleted += count;
    if (count < atOnce) return deleted;
  }
}
