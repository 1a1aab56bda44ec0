import { deleteForgottenWords, markPurged, unpurgedPeople } from "../db/erasure-store.ts";
import type { AnalyticsContext } from "./context.ts";

/** A relay may still be sending what it took before the erasure; by then it has given up. */
const settleSeconds = 15;
const peopleAtOnce = 100;

/** Removes what we told about forgotten people from the event server too, and what an older process left of their words. @returns how many people */
export async function purgeErased(ctx: Pick<AnalyticsContext, "db" | "clock" | "purgeFacts">): Promise<number> {
  await deleteForgottenWords(ctx.db);
  const people = await unpurgedPeople(ctx.db, ctx.clock.now().subtract({ seconds: settleSeconds }), peopleAtOnce);
  for (const psuId of people) {
    await ctx.purgeFacts(psuId);
    await markPurged(ctx.db, psuId, ctx.clock.now());
  }
  return people.length;
}
