import { publish } from "@opl/messaging";
import type { Transaction } from "kysely";
import { requestFarewell } from "../db/farewell-store.ts";
import { appendPaymentHistory, saveOrder } from "../db/payment-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { decidePayment, isPartlyPaid, isSettled, newlyMoved, reasonOfPayment, statusOfPayment } from "../domain/payment-order.ts";
import type { Payment, PaymentCommand, PaymentOrder, PaymentRefusal } from "../domain/payment-order.ts";
import type { MovedExecution } from "../domain/payment-execution.ts";
import type { Actor } from "../domain/consent.ts";

export interface OrderChange {
  readonly givenAt?: Temporal.Instant;
  readonly approvedAt?: Temporal.Instant;
  readonly commands?: readonly { readonly paymentId: string; readonly command: PaymentCommand }[];
}
export interface ChangedOrder {
  readonly order: PaymentOrder;
  readonly refused: readonly { readonly paymentId: string; readonly refusal: PaymentRefusal }[];
  readonly changed: boolean;
}

/**
 * The only way to change a locked order: decide each command, save what differs with its history, and record the facts to be
 * published, all in the caller's transaction. An order that is over is handed to the gateway to be forgotten.
 */
export async function changeOrder(
  tx: Transaction<ConsentTables>,
  before: PaymentOrder,
  { commands = [], ...stamps }: OrderChange,
  at: Temporal.Instant,
): Promise<ChangedOrder> {
  const refused: { paymentId: string; refusal: PaymentRefusal }[] = [];
  const doings = new Map<string, Actor>();
  const payments = new Map(before.payments.map((payment) => [payment.paymentId, payment]));
  for (const { paymentId, command } of commands) {
    const payment = payments.get(paymentId);
    if (payment === undefined) continue;
    const decision = decidePayment(payment, command);
    if (decision.kind === "refused") refused.push({ paymentId, refusal: decision.refusal });
    if (decision.kind !== "changed") continue;
    payments.set(paymentId, decision.payment);
    doings.set(paymentId, decision.by);
  }
  const stamped = Object.keys(stamps).length > 0;
  if (doings.size === 0 && !stamped) return { order: before, refused, changed: false };
  const order: PaymentOrder = { ...before, ...stamps, payments: [...payments.values()] };
  await saveOrder(tx, before, order, at);
  for (const [paymentId, by] of doings) {
    const [old, payment] = [before.payments.find((candidate) => candidate.paymentId === paymentId), payments.get(paymentId)];
    if (old !== undefined && payment !== undefined) await record(tx, order, { old, payment, by, at });
  }
  if (order.givenAt !== null && order.payments.every(isSettled) && !before.payments.every(isSettled))
    await requestFarewell(tx, { psuId: order.psuId, about: "payment", aboutId: order.paymentOrderId }, false, at);
  return { order, refused, changed: true };
}

async function record(
  tx: Transaction<ConsentTables>,
  { psuId, paymentOrderId, aspspId }: PaymentOrder,
  { old, payment, by, at }: { readonly old: Payment; readonly payment: Payment; readonly by: Actor; readonly at: Temporal.Instant },
): Promise<void> {
  const { paymentId } = payment;
  const about = { paymentOrderId, paymentId, psuId, aspspId };
  const envelope = { subject: paymentOrderId, psuId, time: at, correlationId: paymentOrderId };
  const [status, reason] = [statusOfPayment(payment), reasonOfPayment(payment)];
  if (status !== statusOfPayment(old)) {
    await appendPaymentHistory(tx, psuId, { paymentId, at, status, by, reason });
    const moved = status === "debited" || status === "credited" ? { partlyPaid: isPartlyPaid(payment) } : {};
    await publish(tx, { ...envelope, type: "consent.payment-status-changed", data: { ...about, status, reason, ...moved } });
  }
  for (const execution of newlyMoved(old, payment))
    await publish(tx, { ...envelope, type: "consent.payment-executed", data: { ...about, ...executed(payment, execution) } });
}

/** What to look for on the account's statement. */
function executed({ instruction }: Payment, { executionId, debtorIban, archiveId, executedAt }: MovedExecution) {
  const { creditor, amount } = instruction;
  const creditorIban = "iban" in creditor ? creditor.iban : creditor.account.scheme === "IBAN" ? creditor.account.id : null;
  return { executionId, debtorIban, creditorIban, creditorName: creditor.name, amount, archiveId, executedAt: executedAt.toString() };
}
