import { startConsumer } from "@opl/messaging";
import { recordExecutedPayment } from "../usecases/link-payments.ts";
import type { ConsumerContext } from "./index.ts";

/** Finds the line of the ledger that shows the payment, now or when it comes. */
export function onPaymentExecuted(context: ConsumerContext) {
  return startConsumer({ ...context.consumer, type: "consent.payment-executed", handle: (tx, { data }) => recordExecutedPayment(context, tx, data) });
}
