import { forgetPerson } from "@opl/messaging";
import type { Executor } from "@opl/postgres";
import { type Transaction, sql } from "kysely";
import type { Tables } from "./tables.ts";

const personal = [
  "transactions",
  "annotations",
  "splitParts",
  "counterpartyRules",
  "budgets",
  "confirmedCharges",
  "removedTransactions",
  "cashFlowMonths",
  "balances",
  "recurringSeries",
  "chargeQuestions",
  "accounts",
  "erasedAccounts",
  "unsettledPeople",
] as const satisfies readonly (keyof Tables)[];

/** Removes every row about a person; only the mark that they are forgotten stays. The caller holds their lock. */
export async function erasePerson(tx: Transaction<Tables>, psuId: string, erasedAt: Temporal.Instant): Promise<void> {
  for (const table of personal) await tx.deleteFrom(table).where("psuId", "=", psuId).execute();
  await forgetPerson(tx, psuId);
  await tx.deleteFrom("outboxVersions").where("eventType", "=", "analytics.insights-changed").where("aggregateId", "=", psuId).execute();
  await tx.updateTable("people").set({ erasedAt, rulesVersion: 0, hasSplit: false }).where("psuId", "=", psuId).execute();
}

/** People forgotten before a moment about whom facts may still lie in the event server. */
export async function unpurgedPeople(db: Executor<Tables>, before: Temporal.Instant, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("people")
    .select("psuId")
    .where("erasedAt", "<=", before)
    .where("purgedAt", "is", null)
    .orderBy("erasedAt")
    .limit(limit)
    .execute();
  return rows.map((row) => row.psuId);
}

export async function markPurged(db: Executor<Tables>, psuId: string, at: Temporal.Instant): Promise<void> {
  await db.updateTable("people").set({ purgedAt: at }).where("psuId", "=", psuId).where("erasedAt", "is not", null).execute();
}

/**
 * Removes what people said who are forgotten, and what they said about forgotten accounts, with what was asked about their charges. Whoever erases removes it
 * too; while a new version rolls out, a process from before these tables may have done the erasing.
 */
export async function deleteForgottenWords(db: Executor<Tables>): Promise<void> {
  for (const table of ["annotations", "split_parts", "counterparty_rules", "budgets", "confirmed_charges", "charge_questions"])
    await sql`delete from ${sql.table(table)} w using people p where p.psu_id = w.psu_id and p.erased_at is not null`.execute(db);
  for (const table of ["annotations", "split_parts", "confirmed_charges", "charge_questions"])
    await sql`delete from ${sql.table(table)} w using erased_accounts e where e.psu_id = w.psu_id and e.account_id = w.account_id`.execute(db);
}
