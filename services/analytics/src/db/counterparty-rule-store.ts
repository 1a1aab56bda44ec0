import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { newId } from "@opl/service";
import type { Transaction } from "kysely";
import { cleanCounterparty } from "../domain/counterparty.ts";
import type { Tables } from "./tables.ts";

/** A person's rule, in the columns that are shown. */
export interface RuleRow {
  readonly counterpartyRuleId: string;
  readonly counterpartyName: string;
  readonly category: CategoryId;
  readonly createdAt: Temporal.Instant;
}

const shown = ["counterpartyRuleId", "counterpartyName", "category", "createdAt"] as const;

/** A person's rules in the order of names, with the bank's words each was made from. */
export async function rulesOf(db: Executor<Tables>, psuId: string): Promise<(RuleRow & { readonly counterpartyText: string })[]> {
  return db
    .selectFrom("counterpartyRules")
    .select([...shown, "counterpartyText"])
    .where("psuId", "=", psuId)
    .orderBy("counterpartyName")
    .orderBy("counterpartyRuleId")
    .execute();
}

/** The rule about a counterparty; where names once told apart are now cleaned to one, the later rule, as in `saidBy`. */
export async function ruleFor(db: Executor<Tables>, psuId: string, counterpartyKey: string): Promise<RuleRow | undefined> {
  const rules = await db
    .selectFrom("counterpartyRules")
    .select([...shown, "counterpartyText"])
    .where("psuId", "=", psuId)
    .orderBy("createdAt")
    .orderBy("counterpartyRuleId")
    .execute();
  return rules.findLast(({ counterpartyText }) => cleanCounterparty(counterpartyText, null).key === counterpartyKey);
}

/** Makes the rule or changes the category of the one there is. The caller holds the person's lock: one rule a counterparty. */
export async function putRule(
  tx: Transaction<Tables>,
  about: { readonly psuId: string; readonly counterpartyText: string },
  category: CategoryId,
  at: Temporal.Instant,
): Promise<RuleRow> {
  const { key, name } = cleanCounterparty(about.counterpartyText, null);
  const known = await ruleFor(tx, about.psuId, key);
  if (known === undefined)
    return tx
      .insertInto("counterpartyRules")
      .values({ ...about, counterpartyRuleId: newId(), counterpartyName: name, category, createdAt: at })
      .returning(shown)
      .executeTakeFirstOrThrow();
  return tx
    .updateTable("counterpartyRules")
    .set({ category })
    .where("psuId", "=", about.psuId)
    .where("counterpartyRuleId", "=", known.counterpartyRuleId)
    .returning(shown)
    .executeTakeFirstOrThrow();
}

/** @returns how many of these rules there were */
export async function deleteRules(tx: Transaction<Tables>, psuId: string, ruleIds: readonly string[]): Promise<number> {
  if (ruleIds.length === 0) return 0;
  const { numDeletedRows } = await tx.deleteFrom("counterpartyRules").where("psuId", "=", psuId).where("counterpartyRuleId", "in", ruleIds).executeTakeFirst();
  return Number(numDeletedRows);
}
