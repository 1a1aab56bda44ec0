import type { listConfirmedCharges } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { inTransaction } from "@opl/postgres";
import { confirmedOf, deleteConfirmed, insertConfirmed } from "../db/confirmed-charge-store.ts";
import { lockEntries } from "./annotate-transaction.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type Context = Pick<AnalyticsContext, "db" | "clock" | "publish">;

/**
 * The person says that charges are right, of all of them or of none: no question about them is open any more, however often they are settled.
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_TRANSACTION_PENDING, ERR_ANALYTICS_PERSON_BUSY
 */
export async function confirmCharges(ctx: Context, psuId: string, transactionIds: readonly string[]): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const wanted = transactionIds.map((transactionId) => ({ psuId, transactionId, booked: true }));
    const rows = await lockEntries(tx, psuId, wanted);
    const confirmedAt = ctx.clock.now();
    const anew = await insertConfirmed(
      tx,
      [...rows.values()].map(({ transactionId, accountId }) => ({ psuId, transactionId, accountId, confirmedAt })),
    );
    // No month's figures: pages that ask about the charges ask again.
    if (anew) await tellInsightsChanged(ctx, tx, new Map([[psuId, new Set()]]));
  });
}

/**
 * The person did not mean it, of all of them or of none: a question that the charges still raise is open again. What was not said changes nothing.
 * @throws ERR_ANALYTICS_TRANSACTION_NOT_FOUND, ERR_ANALYTICS_PERSON_BUSY
 */
export async function takeBackConfirmation(ctx: Context, psuId: string, transactionIds: readonly string[]): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const wanted = transactionIds.map((transactionId) => ({ psuId, transactionId, booked: false }));
    const rows = await lockEntries(tx, psuId, wanted);
    if (await deleteConfirmed(tx, psuId, [...rows.keys()])) await tellInsightsChanged(ctx, tx, new Map([[psuId, new Set()]]));
  });
}

export async function askConfirmed({ db }: Pick<AnalyticsContext, "db">, psuId: string): Promise<ResponseInputOf<typeof listConfirmedCharges>> {
  const confirmed = await confirmedOf(db, psuId);
  return { confirmed: confirmed.map(({ transactionId, confirmedAt }) => ({ transactionId, confirmedAt: confirmedAt.toString() })) };
}
