import type { Executor } from "@opl/postgres";
import type { Selectable, Transaction } from "kysely";
import type { ChargeQuestionsTable, Tables } from "../../db/tables.ts";

export type QuestionRow = Selectable<ChargeQuestionsTable>;

export async function questionsOf(db: Executor<Tables>, psuId: string): Promise<QuestionRow[]> {
  return db.selectFrom("chargeQuestions").selectAll().where("psuId", "=", psuId).execute();
}

/** The charges of a person's questions as the list has them now, newest first; of those that are gone there is no row. */
export async function askedChargesOf(db: Executor<Tables>, psuId: string) {
  return db
    .selectFrom("chargeQuestions as q")
    .innerJoin("transactions as t", (join) => join.onRef("t.psuId", "=", "q.psuId").onRef("t.transactionId", "=", "q.transactionId"))
    .leftJoin("confirmedCharges as c", (join) => join.onRef("c.psuId", "=", "q.psuId").onRef("c.transactionId", "=", "q.transactionId"))
    .select(["q.questionId", "q.kind", "q.usualMinor", "q.usualOf", "t.transactionId", "t.bookingDate", "t.amountMinor", "t.currency"])
    .select(["t.counterpartyName", "t.remittanceInformation", "c.confirmedAt"])
    .where("q.psuId", "=", psuId)
    .orderBy("t.bookingDate", "desc")
    .orderBy("t.transactionId", "desc")
    .execute();
}

export async function insertQuestions(tx: Transaction<Tables>, rows: readonly QuestionRow[]): Promise<void> {
  if (rows.length > 0) await tx.insertInto("chargeQuestions").values(rows).execute();
}

export async function deleteQuestions(tx: Transaction<Tables>, psuId: string, questionIds: readonly string[]): Promise<void> {
  if (questionIds.length === 0) return;
  await tx.deleteFrom("chargeQuestions").where("psuId", "=", psuId).where("questionId", "in", questionIds).execute();
}

export async function deleteQuestionsOfAccounts(tx: Transaction<Tables>, psuId: string, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.deleteFrom("chargeQuestions").where("psuId", "=", psuId).where("accountId", "in", accountIds).execute();
}
