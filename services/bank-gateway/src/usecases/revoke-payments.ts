import { isOplError } from "@opl/errors";
import { callForOrder, orderAtBank, paymentAtBank } from "./order-calls.ts";
import type { OrderRequest, PaymentContext } from "./order-calls.ts";
import { readOrderAt } from "./read-payment-order.ts";

/**
 * Takes back one payment, or all of the order, as far as the bank has not executed it. A bank that says it is too late, or done already,
 * has said so in the answer: what counts is how the order stands afterwards.
 */
export async function revokePayments(ctx: PaymentContext, request: OrderRequest & { readonly paymentId: string | null }) {
  const at = await orderAtBank(ctx, request);
  const payment = request.paymentId === null ? undefined : await paymentAtBank(ctx, at.order, request.paymentId);
  try {
    await callForOrder(ctx, at, { ...request, asClient: true }, (calls) =>
      payment === undefined ? at.payments.revoke(calls, at.order.aspspAuthorisationId) : at.payments.revokePayment(calls, payment),
    );
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_ASPSP_REJECTED" || error.details?.["reason"] !== "illegal-state") throw error;
  }
  return readOrderAt(ctx, at, request);
}
