import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { eraseSentFacts, listToPurge, recordPurge } from "../db/erasure-store.ts";

/** Time for others to hear that the consents ended; they were told of the erasure itself as well. */
const graceMinutes = 10;
const batch = 100;

/**
 * The second half of an erasure: the facts that told of the person's consents leave the outbox and the stream. Someone of
 * whom facts still wait to be sent comes next time. @returns how many people are done
 */
export async function finishErasures(ctx: Pick<ConsentContext, "db" | "clock" | "purgeFacts">, signal?: AbortSignal): Promise<number> {
  const now = ctx.clock.now();
  let finished = 0;
  for (const psuId of await listToPurge(ctx.db, now.subtract({ minutes: graceMinutes }), batch)) {
    if (signal?.aborted === true) break;
    if (!(await inTransaction(ctx.db, (tx) => eraseSentFacts(tx, psuId)))) continue;
    await ctx.purgeFacts(psuId);
    await recordPurge(ctx.db, psuId, now);
    finished += 1;
  }
  return finished;
}
