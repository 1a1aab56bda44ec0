import type { Payment as PaymentWire, PaymentOrder as PaymentOrderWire } from "@opl/contracts/model";
import { toWire } from "@opl/money";
import type { FundsConsentWithAnswer } from "../db/funds-store.ts";
import type { PaymentHistoryEntry, PaymentOrderWithHistory } from "../db/payment-store.ts";
import { fundsHistory } from "../domain/funds-consent.ts";
import { executionsOf, statusOfOrder, statusOfPayment } from "../domain/payment-order.ts";
import type { Payment } from "../domain/payment-order.ts";

/** An order as the contract shows it. */
export function viewOrder({ order, history }: PaymentOrderWithHistory): PaymentOrderWire {
  const { paymentOrderId, psuId, aspspId, debtorIban, createdAt, approvedAt, payments } = order;
  return {
    paymentOrderId,
    psuId,
    aspspId,
    debtorIban,
    status: statusOfOrder(order),
    createdAt: createdAt.toString(),
    approvedAt: approvedAt?.toString() ?? null,
    payments: payments.map((payment) =>
      viewPayment(
        payment,
        history.filter(({ paymentId }) => paymentId === payment.paymentId),
      ),
    ),
  };
}

function viewPayment(payment: Payment, history: readonly PaymentHistoryEntry[]): PaymentWire {
  const { paymentId, instruction, schedule } = payment;
  return {
    paymentId,
    instruction,
    schedule,
    status: statusOfPayment(payment),
    executions: executionsOf(payment).map((execution) => ({
      executionId: execution.executionId,
      position: execution.position,
      dueDate: execution.dueDate.toString(),
      status: execution.status,
      archiveId: execution.archiveId,
      statusAt: execution.statusAt.toString(),
      reason: execution.reason,
      transactionId: "transactionId" in execution ? execution.transactionId : null,
    })),
    history: history.map(({ at, status, by, reason }) => ({ at: at.toString(), status, by, reason })),
  };
}

/** A permission to ask for funds as the contract shows it. */
export function viewFundsConsent({ consent, lastConfirmation }: FundsConsentWithAnswer) {
  const { fundsConsentId, aspspId, iban, status, createdAt, authorisedAt, validUntil } = consent;
  return {
    fundsConsentId,
    aspspId,
    iban,
    status,
    createdAt: createdAt.toString(),
    authorisedAt: authorisedAt?.toString() ?? null,
    validUntil: validUntil.toString(),
    endedAt: "endedAt" in consent ? consent.endedAt.toString() : null,
    history: fundsHistory(consent).map(({ at, ...entry }) => ({ at: at.toString(), ...entry })),
    lastConfirmation:
      lastConfirmation === null
        ? null
        : { amount: toWire(lastConfirmation.amount), fundsAvailable: lastConfirmation.fundsAvailable, confirmedAt: lastConfirmation.confirmedAt.toString() },
  };
}
