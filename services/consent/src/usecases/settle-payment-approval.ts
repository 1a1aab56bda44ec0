import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import { lockOrder } from "../db/payment-store.ts";
import type { PaymentOrderKey } from "../db/payment-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { mayBeApproved, waitsForApproval } from "../domain/payment-order.ts";
import { errors } from "../errors.ts";
import { changeOrder } from "./change-order.ts";

type Tx = Transaction<ConsentTables>;

/** Whether a return may still approve the order; `approved` where another attempt of the same person has done so already. */
export async function approvalOf(tx: Tx, { clock }: Pick<ConsentContext, "clock">, key: PaymentOrderKey): Promise<"open" | "approved" | "over"> {
  const order = await lockOrder(tx, key);
  if (order === undefined) return "over";
  if (order.approvedAt !== null) return "approved";
  return mayBeApproved(order, clock.now()) ? "open" : "over";
}

/**
 * The person came back with the bank's yes. Which payments it was for, the bank is asked next; that it must be is kept with the order.
 * @returns false when the order had ended meanwhile: nothing of it will be executed
 */
export async function settleApproval(tx: Tx, { clock }: Pick<ConsentContext, "clock">, key: PaymentOrderKey, approvedAt: Temporal.Instant): Promise<boolean> {
  const order = await lockOrder(tx, key);
  if (order === undefined || !order.payments.some((payment) => waitsForApproval(payment) && payment.ending === null)) return false;
  await changeOrder(tx, order, { approvedAt: order.approvedAt ?? approvedAt }, clock.now());
  return true;
}

/** The person said no at the bank: nothing is executed, and the bank is asked to let go of it. An attempt that failed leaves the order to another. */
export async function settleRefusal(tx: Tx, key: PaymentOrderKey, at: Temporal.Instant): Promise<void> {
  const order = await lockOrder(tx, key);
  if (order === undefined || order.approvedAt !== null) return;
  const ending = { as: "refused", by: "psu", reason: errors.ERR_AUTHORISATION_REFUSED.code } as const;
  const commands = order.payments
    .filter(waitsForApproval)
    .map(({ paymentId }) => ({ paymentId, command: { type: "end", at, atAspsp: order.givenAt !== null, ending } as const }));
  await changeOrder(tx, order, { commands }, at);
}
