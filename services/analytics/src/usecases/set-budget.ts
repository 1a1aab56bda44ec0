import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { type BudgetKey, deleteBudget, putBudget } from "../db/budget-store.ts";
import { knowPeople } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { limitFrom } from "../domain/budget.ts";
import { errors } from "../errors.ts";
import { lockPerson } from "./annotate-transaction.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellExceededBudgets } from "./tell-exceeded-budgets.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

type BudgetContext = Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish">;

/**
 * The person means to spend at most so much on a category in a calendar month, from this one on. `limit` is decimal text in the currency.
 * @throws ERR_ANALYTICS_BUDGET_LIMIT_INVALID, ERR_ANALYTICS_PERSON_BUSY
 */
export async function setBudget(ctx: BudgetContext, key: BudgetKey, limit: string): Promise<void> {
  const limitMinor = limitFrom(limit, key.currency);
  if (limitMinor === undefined) throw errors.ERR_ANALYTICS_BUDGET_LIMIT_INVALID();
  await change(ctx, key, (tx) => putBudget(tx, { ...key, limitMinor, changedAt: ctx.clock.now() }));
}

/** The person wants no budget for a category; one that is not there is removed as well. @throws ERR_ANALYTICS_PERSON_BUSY */
export async function removeBudget(ctx: BudgetContext, key: BudgetKey): Promise<void> {
  await change(ctx, key, (tx) => deleteBudget(tx, key));
}

async function change(ctx: BudgetContext, { psuId }: BudgetKey, write: (tx: Transaction<Tables>) => Promise<void>): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    // A budget may come before the first account.
    await knowPeople(tx, [psuId]);
    // Whoever is forgotten stays so.
    if (!(await lockPerson(tx, psuId))) return;
    await write(tx);
    await tellExceededBudgets(ctx, tx, psuId);
    // No month's figures: pages that show the budget ask again.
    await tellInsightsChanged(ctx, tx, new Map([[psuId, new Set()]]));
  });
}
