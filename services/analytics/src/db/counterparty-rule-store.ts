import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { newId } from "@opl/service";
import type { Transaction } from "kysely";
import type { CounterpartyRule } from "../domain/said.ts";
import type { Tables } from "./tables.ts";

const shown = ["counterpartyRuleId", "counterpartyName", "category", "createdAt"] as const;

/** A person's rules in the order of names, with the bank's words each was made from. */
export async function rulesOf(db: Executor<Tables>, psuId: string): Promise<(CounterpartyRule & { readonly counterpartyText: string })[]> {
  return db
    .selectFrom("counterpartyRules")
    .select([...shown, "counterpartyText"])
    .where("psuId", "=", psuId)
    .orderBy("counterpartyName")
    .orderBy("counterpartyRuleId")
    .execute();
}

/** Makes a rule. The caller holds the person's lock and knows that there is none about this counterparty. */
export async function insertRule(
  tx: Transaction<Tables>,
  rule: {
    readonly psuId: string;
    readonly counterpartyText: string;
    readonly counterpartyName: string;
    readonly category: CategoryId;
    readonly createdAt: Temporal.Instant;
  },
): Promise<CounterpartyRule> {
  return tx
    .insertInto("counterpartyRules")
    .values({ ...rule, counterpartyRuleId: newId() })
    .returning(shown)
    .executeTakeFirstOrThrow();
}

export async function changeRule(tx: Transaction<Tables>, psuId: string, counterpartyRuleId: string, category: CategoryId): Promise<CounterpartyRule> {
  return tx
    .updateTable("counterpartyRules")
    .set({ category })
    .where("psuId", "=", psuId)
    .where("counterpartyRuleId", "=", counterpartyRuleId)
    .returning(shown)
    .executeTakeFirstOrThrow();
}

/** @returns how many of these rules there were */
export async function deleteRules(tx: Transaction<Tables>, psuId: string, ruleIds: readonly string[]): Promise<number> {
  if (ruleIds.length === 0) return 0;
  const { numDeletedRows } = await tx.deleteFrom("counterpartyRules").where("psuId", "=", psuId).where("counterpartyRuleId", "in", ruleIds).executeTakeFirst();
  return Number(numDeletedRows);
}
