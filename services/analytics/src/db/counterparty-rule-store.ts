import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { deterministicId } from "@opl/service";
import type { Transaction } from "kysely";
import type { CleanCounterparty } from "../domain/counterparty.ts";
import type { Tables } from "./tables.ts";

/** A person's rule, in the columns that are shown. */
export interface RuleRow {
  readonly ruleId: string;
  readonly counterpartyName: string;
  readonly category: CategoryId;
  readonly createdAt: Temporal.Instant;
}

const shown = ["ruleId", "counterpartyName", "category", "createdAt"] as const;

/** One rule a counterparty: the same one gives the same id. */
export function ruleIdOf(psuId: string, counterpartyKey: string): string {
  return deterministicId("counterparty-rule", psuId, counterpartyKey);
}

export async function rulesOf(db: Executor<Tables>, psuId: string): Promise<(RuleRow & { readonly counterpartyKey: string })[]> {
  return db
    .selectFrom("counterpartyRules")
    .select([...shown, "counterpartyKey"])
    .where("psuId", "=", psuId)
    .orderBy("counterpartyName")
    .orderBy("ruleId")
    .execute();
}

export async function ruleFor(db: Executor<Tables>, psuId: string, counterpartyKey: string): Promise<RuleRow | undefined> {
  return db.selectFrom("counterpartyRules").select(shown).where("psuId", "=", psuId).where("ruleId", "=", ruleIdOf(psuId, counterpartyKey)).executeTakeFirst();
}

/** Makes the rule or changes the category of the one there is. */
export async function putRule(
  tx: Transaction<Tables>,
  {
    psuId,
    counterparty,
    category,
    at,
  }: { readonly psuId: string; readonly counterparty: CleanCounterparty; readonly category: CategoryId; readonly at: Temporal.Instant },
): Promise<RuleRow> {
  return tx
    .insertInto("counterpartyRules")
    .values({
      psuId,
      ruleId: ruleIdOf(psuId, counterparty.key),
      counterpartyKey: counterparty.key,
      counterpartyName: counterparty.name,
      category,
      createdAt: at,
    })
    .onConflict((oc) => oc.columns(["psuId", "ruleId"]).doUpdateSet({ category }))
    .returning(shown)
    .executeTakeFirstOrThrow();
}

/** @returns how many of these rules there were */
export async function deleteRules(tx: Transaction<Tables>, psuId: string, ruleIds: readonly string[]): Promise<number> {
  if (ruleIds.length === 0) return 0;
  const { numDeletedRows } = await tx.deleteFrom("counterpartyRules").where("psuId", "=", psuId).where("ruleId", "in", ruleIds).executeTakeFirst();
  return Number(numDeletedRows);
}
