import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { lockOrder, lookLater, takeDueOrder } from "../db/payment-store.ts";
import type { PaymentOrderKey } from "../db/payment-store.ts";
import { orderTask, waitsForApproval } from "../domain/payment-order.ts";
import type { PaymentOrder } from "../domain/payment-order.ts";
import { errors } from "../errors.ts";
import { changeOrder } from "./change-order.ts";
import { letGoOfOrder } from "./let-go-of-order.ts";
import { planExecutions } from "./plan-executions.ts";

type Context = Pick<ConsentContext, "db" | "clock" | "newId" | "bankGateway">;

export type Advanced =
  | { readonly kind: "nothing" }
  | { readonly kind: "done"; readonly paymentOrderId: string }
  | { readonly kind: "later"; readonly paymentOrderId: string; readonly error: OplError };

/** Longer than the call's own time limit: only a process that died leaves its order to the next one. */
const leaseSeconds = 60;

/**
 * Takes one order on that time or a wish has left to us: reads at the bank what was approved, ends what nobody approved, has the bank
 * let go of what shall end. Asks again with growing pauses where nothing comes of it.
 */
export async function advanceOrder(ctx: Context): Promise<Advanced> {
  const now = ctx.clock.now();
  const taken = await takeDueOrder(ctx.db, { now, leaseUntil: now.add({ seconds: leaseSeconds }) });
  if (taken === undefined) return { kind: "nothing" };
  const { paymentOrderId } = taken;
  try {
    if (!(await advance(ctx, taken))) await lookLater(ctx.db, taken, ctx.clock.now());
    return { kind: "done", paymentOrderId };
  } catch (cause) {
    await lookLater(ctx.db, taken, ctx.clock.now());
    return { kind: "later", paymentOrderId, error: toOplError(cause) };
  }
}

/** @returns whether anything changed, so that the order has a new time of its own */
async function advance(ctx: Context, key: PaymentOrderKey): Promise<boolean> {
  const at = ctx.clock.now();
  const order = await inTransaction(ctx.db, (tx) => lockOrder(tx, key));
  switch (order === undefined ? null : orderTask(order, at)) {
    case "let-go":
      return letGoOfOrder(ctx, order!);
    case "read":
      return readApproval(ctx, order!);
    case "expire":
      return expire(ctx, key);
    case null:
      return false;
  }
}

/** The person came back with a yes: which of the payments it was for, the bank says. */
async function readApproval(ctx: Context, { psuId, paymentOrderId }: PaymentOrder): Promise<boolean> {
  const { payments } = await ctx.bankGateway.readPaymentOrder({ params: { orderId: paymentOrderId } });
  return inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, { psuId, paymentOrderId });
    if (order === undefined) return false;
    const at = ctx.clock.now();
    const commands = order.payments.filter(waitsForApproval).flatMap((payment) => {
      const told = payments.find(({ paymentId }) => paymentId === payment.paymentId);
      if (told === undefined) return [];
      return [{ paymentId: payment.paymentId, command: { type: "told", at, status: told.status, executions: planExecutions(ctx, payment, at) } as const }];
    });
    return (await changeOrder(tx, order, { commands }, at)).changed;
  });
}

async function expire(ctx: Context, key: PaymentOrderKey): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    const order = await lockOrder(tx, key);
    const at = ctx.clock.now();
    if (order === undefined || orderTask(order, at) !== "expire") return false;
    const ending = { as: "expired", by: "tpp", reason: errors.ERR_PAYMENT_APPROVAL_TIMED_OUT.code } as const;
    const commands = order.payments
      .filter(waitsForApproval)
      .map(({ paymentId }) => ({ paymentId, command: { type: "end", at, atAspsp: order.givenAt !== null, ending } as const }));
    return (await changeOrder(tx, order, { commands }, at)).changed;
  });
}
