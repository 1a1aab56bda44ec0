import type { EventData } from "@opl/contracts/events";
import { publish } from "@opl/messaging";
import { fromWire } from "@opl/money";
import type { Transaction } from "kysely";
import { holdPsu } from "../db/consent-store.ts";
import { addExecution, linesBetween, linkExecution, openExecutions, unlinkTransactions } from "../db/payment-store.ts";
import type { PaymentExecution } from "../db/payment-store.ts";
import type { IngestDatabase } from "../db/tables.ts";
import { bookedWithin, matchPayments } from "../domain/payment-match.ts";
import type { ExecutedPayment, StatementLine } from "../domain/payment-match.ts";
import type { IngestContext } from "./context.ts";

type Context = Pick<IngestContext, "clock">;
type Tx = Transaction<IngestDatabase>;

/** A line that has not come by then does not come: the account is not connected, or the bank took the payment back. */
const lookedForDays = 60;

/** A bank executed a payment: notes it and looks for its line, which may be there before. Nothing happens for a person who was erased. */
export async function recordExecutedPayment(ctx: Context, tx: Tx, executed: EventData<"consent.payment-executed">): Promise<void> {
  const { psuId, amount, executedAt, creditorName, ...execution } = executed;
  if (!(await holdPsu(tx, psuId))) return;
  const { minor: amountMinor, currency } = fromWire(amount);
  await addExecution(tx, { psuId, ...execution, creditorName: creditorName ?? null, amountMinor, currency, executedAt });
  await linkPayments(ctx, tx, psuId);
}

/**
 * Looks for the lines of payments that have none yet, or only a pending one, and says which were found. Called wherever lines appear, in
 * the transaction in which they do.
 */
export async function linkPayments({ clock }: Context, tx: Tx, psuId: string): Promise<void> {
  const open = await openExecutions(tx, psuId, clock.now().subtract({ hours: 24 * lookedForDays }));
  for (const [aspspId, executions] of Map.groupBy(open, (execution) => execution.aspspId)) {
    const payments = executions.map(asPayment);
    const found = matchPayments(payments, await linesBetween(tx, psuId, aspspId, daysOf(payments)));
    const changed = executions.flatMap((execution) => {
      const line = found.get(execution.executionId);
      return line === undefined || line.transactionId === execution.transactionId ? [] : [{ execution, line }];
    });
    // A line shows one payment: whoever seemed to be shown by it before gives it free first.
    await unlinkTransactions(
      tx,
      psuId,
      changed.flatMap(({ execution, line }) => [line.transactionId, ...(execution.transactionId === null ? [] : [execution.transactionId])]),
    );
    for (const { execution, line } of changed) await announce(tx, execution, line);
  }
}

async function announce(tx: Tx, execution: PaymentExecution, line: StatementLine): Promise<void> {
  const { psuId, executionId, paymentId, paymentOrderId } = execution;
  const { accountId, transactionId } = line;
  await linkExecution(tx, execution, line);
  await publish(tx, {
    type: "ingest.payment-booked",
    subject: paymentId,
    psuId,
    data: { paymentOrderId, paymentId, executionId, psuId, accountId, transactionId },
  });
}

function asPayment({ amountMinor, currency, executedAt, ...execution }: PaymentExecution): ExecutedPayment {
  const executedOn = Temporal.Instant.from(executedAt).toZonedDateTimeISO("UTC").toPlainDate().toString();
  return { ...execution, amount: { minor: amountMinor, currency }, executedOn };
}

function daysOf(payments: readonly ExecutedPayment[]): { readonly from: string; readonly to: string } {
  const days = payments.map(({ executedOn }) => executedOn).toSorted();
  const [first = "", last = first] = [days[0], days.at(-1)];
  // A line with the archive id may carry another day than any that is guessed at.
  return { from: dayAfter(first, -bookedWithin.after), to: dayAfter(last, lookedForDays) };
}

function dayAfter(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}
