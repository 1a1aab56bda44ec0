import { toOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { lockOrder } from "../db/payment-store.ts";
import { isEnding, isSettled } from "../domain/payment-order.ts";
import type { AspspPaymentStatus, PaymentOrder } from "../domain/payment-order.ts";
import { changeOrder } from "./change-order.ts";
import { planExecutions } from "./plan-executions.ts";

/**
 * Has the bank take back what shall end, and ends what it let go of. What the bank executed already goes its way instead.
 * @returns whether anything changed; @throws what the gateway says when it cannot be asked
 */
export async function letGoOfOrder(
  ctx: Pick<ConsentContext, "db" | "clock" | "newId" | "bankGateway">,
  order: PaymentOrder,
  psu?: PsuContext,
): Promise<boolean> {
  const ending = order.payments.filter(isEnding);
  const whole = order.payments.every((payment) => isEnding(payment) || isSettled(payment));
  const told = new Map<string, AspspPaymentStatus>();
  for (const paymentId of whole ? [null] : ending.map((payment) => payment.paymentId)) {
    for (const payment of await revokeAtAspsp(ctx, { orderId: order.paymentOrderId, paymentId, psu })) told.set(payment.paymentId, payment.status);
  }
  return inTransaction(ctx.db, async (tx) => {
    const locked = await lockOrder(tx, order);
    if (locked === undefined) return false;
    const at = ctx.clock.now();
    const commands = locked.payments
      .filter((payment) => ending.some(({ paymentId }) => paymentId === payment.paymentId))
      .map((payment) => ({
        paymentId: payment.paymentId,
        command: { type: "let-go", at, status: told.get(payment.paymentId) ?? "unknown", executions: planExecutions(ctx, payment, at) } as const,
      }));
    return (await changeOrder(tx, locked, { commands }, at)).changed;
  });
}

/** Nothing, where the bank never heard of the order, or nobody could have approved it: it was not answered for. */
export async function revokeAtAspsp(
  ctx: Pick<ConsentContext, "bankGateway">,
  { orderId, paymentId, psu }: { readonly orderId: string; readonly paymentId: string | null; readonly psu?: PsuContext | undefined },
) {
  try {
    const { payments } = await ctx.bankGateway.revokePayments({ params: { orderId }, body: { paymentId }, psu });
    return payments;
  } catch (cause) {
    const error = toOplError(cause);
    if (error.kind === "not-found" || error.code === "ERR_BANK_PAYMENT_STATE") return [];
    throw error;
  }
}
