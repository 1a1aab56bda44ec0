import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Insertable, Selectable, Transaction } from "kysely";
import type { StatementLine } from "../domain/payment-match.ts";
import type { IngestDatabase, PaymentExecutionsTable } from "./tables.ts";

type Tx = Transaction<IngestDatabase>;
export type PaymentExecution = Selectable<PaymentExecutionsTable>;

/** Notes an execution; one that is known changes nothing. Waits for what is being stored of the person's accounts at that bank. */
export async function addExecution(tx: Tx, execution: Omit<Insertable<PaymentExecutionsTable>, "settled">): Promise<void> {
  const { psuId, aspspId } = execution;
  await sql`select 1 from accounts where psu_id = ${psuId} and aspsp_id = ${aspspId} order by account_id for update`.execute(tx);
  await tx
    .insertInto("paymentExecutions")
    .values(execution)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Executions whose line was not found yet, or is not booked; each for this transaction alone. */
export async function openExecutions(tx: Tx, psuId: string, since: Temporal.Instant): Promise<readonly PaymentExecution[]> {
  return tx
    .selectFrom("paymentExecutions")
    .selectAll()
    .where("psuId", "=", psuId)
    .where("settled", "=", false)
    .where("executedAt", ">", since)
    .orderBy("executionId")
    .forUpdate()
    .execute();
}

/** Lines of the person's accounts at one bank in these days that show no other payment for good. */
export async function linesBetween(
  tx: Tx,
  psuId: string,
  aspspId: string,
  days: { readonly from: string; readonly to: string },
): Promise<readonly StatementLine[]> {
  const { rows } = await sql<Omit<StatementLine, "amount"> & { amountMinor: bigint; currency: string }>`
    select t.transaction_id, t.account_id, a.iban as account_iban, t.pending, t.entry_reference, t.amount_minor, t.currency, t.booking_date,
      t.counterparty_name, t.counterparty_iban
    from accounts a join transactions t on t.psu_id = a.psu_id and t.account_id = a.account_id
    where a.psu_id = ${psuId} and a.aspsp_id = ${aspspId} and t.amount_minor < 0 and t.booking_date between ${days.from}::date and ${days.to}::date
      and not exists (select from payment_executions p where p.psu_id = t.psu_id and p.transaction_id = t.transaction_id and p.settled)`.execute(tx);
  return rows.map(({ amountMinor, currency, ...line }) => ({ ...line, amount: { minor: amountMinor, currency } }));
}

export async function linkExecution(tx: Tx, { psuId, executionId }: PaymentExecution, { accountId, transactionId, pending }: StatementLine): Promise<void> {
  await tx
    .updateTable("paymentExecutions")
    .set({ accountId, transactionId, settled: !pending })
    .where("psuId", "=", psuId)
    .where("executionId", "=", executionId)
    .execute();
}

/** The lines are gone, or about to be: what they showed is looked for again. */
export async function unlinkTransactions(tx: Tx, psuId: string, transactionIds: readonly string[]): Promise<void> {
  if (transactionIds.length === 0) return;
  await unlinked(tx, psuId).where("transactionId", "in", transactionIds).execute();
}

export async function unlinkAccounts(tx: Tx, psuId: string, accountIds: readonly string[]): Promise<void> {
  await unlinked(tx, psuId).where("accountId", "in", accountIds).execute();
}

function unlinked(tx: Tx, psuId: string) {
  return tx.updateTable("paymentExecutions").set({ accountId: null, transactionId: null, settled: false }).where("psuId", "=", psuId);
}

/** The payment that a line shows. */
export async function paymentOf(db: Executor<IngestDatabase>, psuId: string, transactionId: string) {
  return db
    .selectFrom("paymentExecutions")
    .select(["paymentOrderId", "paymentId"])
    .where("psuId", "=", psuId)
    .where("transactionId", "=", transactionId)
    .executeTakeFirst();
}
