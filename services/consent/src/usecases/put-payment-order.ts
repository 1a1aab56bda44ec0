import { createHash } from "node:crypto";
import type { PaymentInstruction, PaymentSchedule } from "@opl/contracts/model";
import { publish } from "@opl/messaging";
import { ibanProblems, judgePayments } from "@opl/payment-rules";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { lockPsu } from "../db/erasure-store.ts";
import { appendPaymentHistory, contentOf, getOrder, insertOrder } from "../db/payment-store.ts";
import type { PaymentOrderWithHistory } from "../db/payment-store.ts";
import { bankZone } from "../domain/payment-execution.ts";
import type { PaymentOrder } from "../domain/payment-order.ts";
import { errors } from "../errors.ts";

export interface PutPaymentOrderInput {
  readonly psu: PsuContext;
  /** Made by the page when it opened. */
  readonly paymentOrderId: string;
  readonly aspspId: string;
  readonly debtorIban: string | null;
  readonly payments: readonly { readonly paymentId: string; readonly instruction: PaymentInstruction; readonly schedule: PaymentSchedule }[];
}

/** Longer than a person thinks about it, shorter than it would surprise. */
const approveWithinHours = 24;

/**
 * Keeps what the person wants paid; no bank hears of it. The same again, from a second click or tab, is the same order.
 * @throws ERR_PAYMENT_ORDER_DIFFERENT (this id with other content), ERR_PAYMENT_ORDER_INVALID with what is wrong,
 *   ERR_PAYMENT_ASPSP_UNKNOWN, ERR_PAYMENT_ASPSP_NOT_READY, ERR_CONSENT_PSU_ERASED
 */
export async function putPaymentOrder(
  ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">,
  input: PutPaymentOrderInput,
): Promise<PaymentOrderWithHistory> {
  const { psu, paymentOrderId, aspspId, debtorIban } = input;
  const key = { psuId: psu.psuId, paymentOrderId };
  const contentHash = hashContent({ aspspId, debtorIban, payments: input.payments });
  const known = await inTransaction(ctx.db, (tx) => contentOf(tx, key));
  if (known === undefined) {
    const now = ctx.clock.now();
    refuseInvalid(input, now);
    await requireReadyAspsp(ctx, aspspId);
    const order = intended(input, now);
    await inTransaction(ctx.db, async (tx) => {
      if ((await lockPsu(tx, psu.psuId)).erased) throw errors.ERR_CONSENT_PSU_ERASED();
      if ((await contentOf(tx, key)) !== undefined) return;
      // Somebody else's id is answered as one's own with other content: whose it is, nobody learns.
      if (!(await insertOrder(tx, order, contentHash))) throw errors.ERR_PAYMENT_ORDER_DIFFERENT();
      for (const { paymentId } of order.payments)
        await appendPaymentHistory(tx, psu.psuId, { paymentId, at: now, status: "intended", by: "psu", reason: null });
      await publish(tx, {
        type: "consent.payment-ordered",
        subject: paymentOrderId,
        psuId: psu.psuId,
        time: now,
        correlationId: paymentOrderId,
        data: { paymentOrderId, psuId: psu.psuId, aspspId, paymentIds: order.payments.map(({ paymentId }) => paymentId) },
      });
    });
  }
  const kept = known ?? (await inTransaction(ctx.db, (tx) => contentOf(tx, key)));
  if (kept === undefined || !kept.equals(contentHash)) throw errors.ERR_PAYMENT_ORDER_DIFFERENT();
  const found = await getOrder(ctx.db, key);
  if (found === undefined) throw errors.ERR_PAYMENT_ORDER_NOT_FOUND();
  return found;
}

function intended({ psu, paymentOrderId, aspspId, debtorIban, payments }: PutPaymentOrderInput, now: Temporal.Instant): PaymentOrder {
  return {
    paymentOrderId,
    psuId: psu.psuId,
    aspspId,
    debtorIban,
    createdAt: now,
    approveUntil: now.add({ hours: approveWithinHours }),
    givenAt: null,
    approvedAt: null,
    payments: payments.map(({ paymentId, instruction, schedule }, index) => ({
      paymentId,
      position: index + 1,
      instruction,
      schedule,
      status: "intended",
      statusAt: now,
      ending: null,
    })),
  };
}

function refuseInvalid({ debtorIban, payments }: PutPaymentOrderInput, now: Temporal.Instant): void {
  const findings = judgePayments(payments, now.toZonedDateTimeISO(bankZone).toPlainDate());
  if (findings.length > 0) throw errors.ERR_PAYMENT_ORDER_INVALID({ details: { findings } });
  if (debtorIban !== null && ibanProblems(debtorIban).length > 0) throw errors.ERR_PAYMENT_ORDER_INVALID({ details: { field: "debtorIban", problem: "iban" } });
  if (new Set(payments.map(({ paymentId }) => paymentId)).size < payments.length)
    throw errors.ERR_PAYMENT_ORDER_INVALID({ details: { field: "paymentId", problem: "repeated" } });
}

async function requireReadyAspsp(ctx: Pick<ConsentContext, "bankGateway">, aspspId: string): Promise<void> {
  const { aspsps } = await ctx.bankGateway.listAspsps({});
  const aspsp = aspsps.find((candidate) => candidate.aspspId === aspspId);
  if (aspsp === undefined) throw errors.ERR_PAYMENT_ASPSP_UNKNOWN();
  if (!aspsp.registered || !aspsp.capabilities.includes("payments")) throw errors.ERR_PAYMENT_ASPSP_NOT_READY();
}

/** The same content has the same hash, in whatever order its members came. */
function hashContent(content: object): Buffer {
  return createHash("sha256").update(JSON.stringify(content, inOrder)).digest();
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
