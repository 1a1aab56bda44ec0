import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { AnalyticsContext } from "./context.ts";

/** One fact a person, however much changed. */
export async function tellInsightsChanged(
  ctx: Pick<AnalyticsContext, "publish">,
  tx: Transaction<Tables>,
  months: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<void> {
  const events = [...months].map(([psuId, touched]) => ({
    type: "analytics.insights-changed" as const,
    subject: psuId,
    psuId,
    data: { psuId, months: [...touched].toSorted() },
  }));
  if (events.length > 0) await ctx.publish(tx, events);
}
