import type { AspspPaymentStatus } from "@opl/contracts/http/bank-gateway-payments";
import type { AspspPayment } from "../adapters/bank-adapter.ts";
import { paymentsOfOrder } from "../db/payment-store.ts";
import { callForOrder, orderAtBank } from "./order-calls.ts";
import type { OrderAtBank, OrderRequest, PaymentContext } from "./order-calls.ts";

interface OrderState {
  readonly status: AspspPaymentStatus;
  readonly payments: (AspspPayment & { readonly paymentId: string })[];
}

/** What the bank says of the order and of each of its payments now. */
export async function readPaymentOrder(ctx: PaymentContext, request: OrderRequest): Promise<OrderState> {
  return readOrderAt(ctx, await orderAtBank(ctx, request), request);
}

/** The same for an order that is at hand. A payment that is not ours says nothing here. */
export async function readOrderAt(ctx: PaymentContext, at: OrderAtBank, request: OrderRequest): Promise<OrderState> {
  const told = await callForOrder(ctx, at, { ...request, asClient: true }, (calls) => at.payments.read(calls, at.order.aspspAuthorisationId));
  const ours = new Map((await paymentsOfOrder(ctx.db, at.order.orderId)).map(({ aspspPaymentId, paymentId }) => [aspspPaymentId, paymentId]));
  const payments = told.payments.flatMap((payment) => {
    const paymentId = ours.get(payment.aspspPaymentId);
    return paymentId === undefined ? [] : [{ paymentId, ...payment }];
  });
  return { status: told.status, payments };
}
