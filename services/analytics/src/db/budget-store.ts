import type { Executor } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import type { BudgetsTable, Tables } from "./tables.ts";

type Budget = Selectable<BudgetsTable>;
/** Which budget of which person. */
export type BudgetKey = Pick<Budget, "psuId" | "currency" | "category">;

/** A person's budgets, by currency and category. */
export async function budgetsOf(db: Executor<Tables>, psuId: string): Promise<Pick<Budget, "currency" | "category" | "limitMinor">[]> {
  return db.selectFrom("budgets").select(["currency", "category", "limitMinor"]).where("psuId", "=", psuId).orderBy("currency").orderBy("category").execute();
}

/** Makes a budget or changes its limit. The caller holds the person's lock. */
export async function putBudget(tx: Transaction<Tables>, budget: Budget): Promise<void> {
  await tx
    .insertInto("budgets")
    .values(budget)
    .onConflict((oc) => oc.columns(["psuId", "currency", "category"]).doUpdateSet({ limitMinor: budget.limitMinor, changedAt: budget.changedAt }))
    .execute();
}

export async function deleteBudget(tx: Transaction<Tables>, { psuId, currency, category }: BudgetKey): Promise<void> {
  await tx.deleteFrom("budgets").where("psuId", "=", psuId).where("currency", "=", currency).where("category", "=", category).execute();
}
