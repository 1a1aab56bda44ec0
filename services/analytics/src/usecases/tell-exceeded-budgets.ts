import { toWire } from "@opl/money";
import { deterministicId } from "@opl/service";
import type { Transaction } from "kysely";
import type { Tables } from "../db/tables.ts";
import { toldOf } from "../db/told-store.ts";
import { bankDay } from "../domain/bank-day.ts";
import { monthOf } from "../domain/calendar.ts";
import { exceededBudgets } from "../projections/budgets/query.ts";
import type { AnalyticsContext } from "./context.ts";

/**
 * Tells of each budget of which more was spent this month than the limit, once for each category, currency and month: also where the
 * limit is changed later, or the money comes back and goes again. The caller holds the person's lock.
 */
export async function tellExceededBudgets(
  ctx: Pick<AnalyticsContext, "clock" | "timeZone" | "publish">,
  tx: Transaction<Tables>,
  psuId: string,
): Promise<void> {
  const month = monthOf(bankDay(ctx.clock.now(), ctx.timeZone));
  const exceeded = (await exceededBudgets(tx, psuId, month)).map((budget) => ({
    ...budget,
    subject: deterministicId("budget-month", psuId, budget.currency, budget.category, month),
  }));
  const told = await toldOf(
    tx,
    "analytics.budget-exceeded",
    exceeded.map(({ subject }) => subject),
  );
  const events = exceeded
    .filter(({ subject }) => !told.has(subject))
    .map(({ subject, currency, category, limitMinor, spentMinor }) => ({
      type: "analytics.budget-exceeded" as const,
      id: deterministicId("budget-exceeded", subject),
      subject,
      psuId,
      data: { psuId, category, month, limit: toWire({ minor: limitMinor, currency }), spent: toWire({ minor: spentMinor, currency }) },
    }));
  if (events.length > 0) await ctx.publish(tx, events);
}
