import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { getOrder, holdOrder, lockOrder, releaseOrder } from "../db/payment-store.ts";
import type { PaymentOrderWithHistory } from "../db/payment-store.ts";
import { isEnding } from "../domain/payment-order.ts";
import { errors } from "../errors.ts";
import { changeOrder } from "./change-order.ts";
import { letGoOfOrder } from "./let-go-of-order.ts";
import { holdSeconds } from "./start-payment-authorisation.ts";

/**
 * Takes back what was not given for execution: the wish first, so that nothing more is given; then the bank is asked at once, and
 * later where it does not answer. @returns the order, and why the bank could not be asked yet
 * @throws ERR_PAYMENT_ORDER_NOT_FOUND, ERR_PAYMENT_NOT_FOUND, ERR_PAYMENT_ORDER_BUSY, ERR_PAYMENT_NOT_CANCELLABLE
 */
export async function cancelPayments(
  ctx: Pick<ConsentContext, "db" | "clock" | "newId" | "bankGateway">,
  { psu, paymentOrderId, paymentId }: { readonly psu: PsuContext; readonly paymentOrderId: string; readonly paymentId: string | null },
): Promise<PaymentOrderWithHistory & { readonly later: OplError | null }> {
  const key = { psuId: psu.psuId, paymentOrderId };
  const now = ctx.clock.now();
  const until = now.add({ seconds: holdSeconds });
  const order = await inTransaction(ctx.db, async (tx) => {
    const locked = await lockOrder(tx, key);
    if (locked === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
    const wanted = locked.payments.filter((payment) => paymentId === null || payment.paymentId === paymentId);
    if (wanted.length === 0) throw errors.ERR_PAYMENT_NOT_FOUND();
    if (!(await holdOrder(tx, key, { now, until }))) throw errors.ERR_PAYMENT_ORDER_BUSY({ retryAfterSeconds: 1 });
    const ending = { as: "cancelled", by: "psu", reason: null } as const;
    const commands = wanted.map((payment) => ({
      paymentId: payment.paymentId,
      command: { type: "end", at: now, atAspsp: locked.givenAt !== null, ending } as const,
    }));
    const changed = await changeOrder(tx, locked, { commands }, now);
    if (changed.refused.length === wanted.length) throw errors.ERR_PAYMENT_NOT_CANCELLABLE();
    return changed.order;
  });
  let later: OplError | null = null;
  try {
    if (order.payments.some(isEnding)) await letGoOfOrder(ctx, order, psu);
  } catch (error) {
    later = toOplError(error);
  } finally {
    await releaseOrder(ctx.db, key, until);
  }
  const found = await getOrder(ctx.db, key);
  if (found === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
  return { ...found, later };
}
