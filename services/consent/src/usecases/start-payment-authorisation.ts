import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { lockPsu } from "../db/erasure-store.ts";
import { holdOrder, lockOrder, releaseOrder } from "../db/payment-store.ts";
import { mayBeApproved } from "../domain/payment-order.ts";
import type { Payment, PaymentCommand, PaymentOrder } from "../domain/payment-order.ts";
import { errors } from "../errors.ts";
import { askWhereTo, beginAttempt } from "./begin-attempt.ts";
import { changeOrder } from "./change-order.ts";
import { settleApproval } from "./settle-payment-approval.ts";

export interface StartPaymentInput {
  readonly psu: PsuContext;
  readonly paymentOrderId: string;
  readonly sessionBinding: string;
}

type Context = Pick<ConsentContext, "db" | "clock" | "newId" | "newSecret" | "bankGateway" | "publicOrigin">;

/** Longer than the caller waits: only a process that died leaves an order held, and the next may go on after this. */
export const holdSeconds = 60;

/**
 * Gives each payment of the order to the bank, once, and answers where to send the person. What the bank may have of it is recorded
 * before it is told. After a cut, at whatever place, the same is asked again with the same ids.
 * @throws ERR_PAYMENT_ORDER_NOT_FOUND, ERR_PAYMENT_ORDER_OVER, ERR_PAYMENT_ORDER_BUSY (a second click, or an approval that is coming back), ERR_CONSENT_PSU_ERASED, and
 *   what the gateway says; a payment the bank turned away is then rejected, every other one may be tried again
 */
export async function startPaymentAuthorisation(
  ctx: Context,
  { psu, paymentOrderId, sessionBinding }: StartPaymentInput,
): Promise<{ readonly redirectUrl: string; readonly expiresAt: Temporal.Instant }> {
  const key = { psuId: psu.psuId, paymentOrderId };
  const now = ctx.clock.now();
  const until = now.add({ seconds: holdSeconds });
  const given = await inTransaction(ctx.db, async (tx) => {
    if ((await lockPsu(tx, psu.psuId)).erased) throw errors.ERR_CONSENT_PSU_ERASED();
    const order = await lockOrder(tx, key);
    if (order === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
    if (!mayBeApproved(order, now)) throw errors.ERR_PAYMENT_ORDER_OVER();
    if (!(await holdOrder(tx, key, { now, until }))) throw errors.ERR_PAYMENT_ORDER_BUSY({ retryAfterSeconds: 1 });
    return (await changeOrder(tx, order, { givenAt: order.givenAt ?? now }, now)).order;
  });
  try {
    for (const payment of given.payments) if (payment.status === "intended" && payment.ending === null) await initiate(ctx, given, payment, psu);
    const { attempt, state } = await inTransaction(ctx.db, async (tx) => {
      const order = await lockOrder(tx, key);
      if (order === undefined || !mayBeApproved(order, ctx.clock.now())) throw errors.ERR_PAYMENT_ORDER_OVER();
      return beginAttempt(tx, ctx, {
        psuId: psu.psuId,
        about: { kind: "payment", paymentOrderId },
        aspspId: order.aspspId,
        sessionBinding,
        now: ctx.clock.now(),
      });
    });
    const { redirectUri, nonce } = attempt;
    const { start, expiresAt } = await askWhereTo(ctx, attempt, () =>
      ctx.bankGateway.authorisePaymentOrder({ params: { orderId: paymentOrderId }, body: { redirectUri, state, nonce }, psu }),
    );
    return { redirectUrl: start.redirectUrl, expiresAt };
  } catch (cause) {
    const error = toOplError(cause);
    if (error.code === "ERR_BANK_PAYMENT_RUNNING") throw errors.ERR_PAYMENT_ORDER_BUSY({ cause: error, retryAfterSeconds: 1 });
    const reason = error.code === "ERR_BANK_PAYMENT_STATE" ? error.details?.["reason"] : undefined;
    if (reason !== "approved-before" && reason !== "approval-lost") throw error;
    // The code was exchanged, and whoever did it died before it was recorded here: the order is approved. Where the answer was lost it
    // never will be, and the person takes it back.
    if (reason === "approved-before") await inTransaction(ctx.db, (tx) => settleApproval(tx, ctx, key, ctx.clock.now()));
    throw errors.ERR_PAYMENT_ORDER_OVER({ cause: error });
  } finally {
    await releaseOrder(ctx.db, key, until);
  }
}

async function initiate(ctx: Context, order: PaymentOrder, { paymentId, instruction, schedule }: Payment, psu: PsuContext): Promise<void> {
  const { aspspId, debtorIban, paymentOrderId } = order;
  const apply = (command: PaymentCommand) =>
    inTransaction(ctx.db, async (tx) => {
      const locked = await lockOrder(tx, order);
      if (locked !== undefined) await changeOrder(tx, locked, { commands: [{ paymentId, command }] }, command.at);
    });
  try {
    await ctx.bankGateway.initiatePayment({
      params: { orderId: paymentOrderId, paymentId },
      body: { aspspId, debtorIban, instruction, count: schedule.count },
      psu,
    });
  } catch (cause) {
    const error = toOplError(cause);
    if (isTurnedAway(error)) await apply({ type: "turn-away", at: ctx.clock.now(), reason: error.code });
    throw error;
  }
  await apply({ type: "initiated", at: ctx.clock.now() });
}

/** The bank, or the gateway before it, looked at it and said no. After anything else the bank may have it; that it knows one already means that it has. */
function isTurnedAway({ code, details }: OplError): boolean {
  return code === "ERR_PAYMENT_UNFIT" || (code === "ERR_ASPSP_REJECTED" && details?.["reason"] !== "duplicate-payment");
}
