import { createHash } from "node:crypto";
import type { PaymentInstruction } from "@opl/contracts/model";
import { isOplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import { counter } from "@opl/telemetry";
import type { AspspPayment, PaymentsFacet } from "../adapters/bank-adapter.ts";
import { facetOf } from "../adapters/consent-kind.ts";
import type { Bank } from "../banks/bank.ts";
import {
  getOrder,
  getPayment,
  insertOrder,
  insertPayment,
  markCreated,
  markRefused,
  paymentsOfOrder,
  releaseOrderLease,
  setAuthorisation,
  takeOrderLease,
} from "../db/payment-store.ts";
import type { OrderPayment, PaymentOrder } from "../db/payment-store.ts";
import { errors } from "../errors.ts";
import { archiveFor } from "../vault/archive.ts";
import { psuOwner } from "../vault/vault.ts";
import type { SecretSlot } from "../vault/vault.ts";
import type { PaymentContext } from "./order-calls.ts";

export interface InitiatePaymentInput {
  readonly orderId: string;
  readonly paymentId: string;
  readonly aspspId: string;
  /** Null: the person chooses at the bank. */
  readonly debtorIban: string | null;
  readonly instruction: PaymentInstruction;
  readonly count: number;
}

interface InitiatedPayment {
  readonly aspspAuthorisationId: string;
  readonly payment: AspspPayment & { readonly paymentId: string };
}

/** Longer than a token and a payment together may take; only a holder that died leaves it to time. */
const leaseSeconds = 60;

const disbelieved = counter("opl_payment_answers_refused_total", "Answers of banks to payments that were not believed, above all for their signature");

/**
 * Gives the bank one payment of an order, once. It is written down before it leaves, with the very bytes: whoever asks again gets what
 * the bank answered or, when that is not known, has the same bytes sent under the same idempotency key, which makes no second payment.
 * @throws ERR_BANK_PAYMENT_EXISTS for other content under a known id, ERR_BANK_PAYMENT_RUNNING, ERR_BANK_PAYMENT_STATE, ERR_PAYMENT_UNFIT
 */
export async function initiatePayment(ctx: PaymentContext, input: InitiatePaymentInput, psu: PsuContext): Promise<InitiatedPayment> {
  const { order, bank } = await openOrder(ctx, input, psu);
  const payments = facetOf(bank.adapter, "payments");
  const known = await getPayment(ctx.db, input.paymentId);
  if (known !== undefined && !isSame(known, input)) throw errors.ERR_BANK_PAYMENT_EXISTS();
  if (known?.outcome === "created") return answerOf(ctx, known, input);
  const now = ctx.clock.now();
  const until = now.add({ seconds: leaseSeconds });
  const held = await takeOrderLease(ctx.db, order.orderId, now, until);
  if (held === undefined) throw errors.ERR_BANK_PAYMENT_RUNNING();
  try {
    return await giveToBank(ctx, { order: held, bank, payments, psu }, input);
  } finally {
    await releaseOrderLease(ctx.db, order.orderId, until);
  }
}

async function openOrder(ctx: PaymentContext, { orderId, aspspId }: InitiatePaymentInput, { psuId }: PsuContext): Promise<{ order: PaymentOrder; bank: Bank }> {
  let order = await getOrder(ctx.db, orderId, "unattended");
  if (order === undefined) {
    const { registrationId } = await ctx.banks.active(aspspId);
    await insertOrder(ctx.db, { orderId, psuId, aspspId, registrationId }, ctx.clock.now());
    order = await getOrder(ctx.db, orderId, "unattended");
  }
  if (order?.psuId !== psuId) throw errors.ERR_BANK_PAYMENT_NOT_FOUND();
  if (order.aspspId !== aspspId) throw errors.ERR_BANK_PAYMENT_EXISTS();
  requireOpen(order);
  return { order, bank: await ctx.banks.under(order.registrationId) };
}

/** An order that is over, or was forgotten, is given nothing more. */
function requireOpen(order: PaymentOrder | undefined): void {
  if (order?.endedAt !== null) throw errors.ERR_BANK_PAYMENT_STATE();
}

interface Handing {
  readonly order: PaymentOrder;
  readonly bank: Bank;
  readonly payments: PaymentsFacet;
  readonly psu: PsuContext;
}

async function giveToBank(ctx: PaymentContext, { order, bank, payments, psu }: Handing, input: InitiatePaymentInput): Promise<InitiatedPayment> {
  const { orderId, aspspId, psuId } = order;
  const { paymentId, instruction } = input;
  const { scheme } = instruction;
  const all = await paymentsOfOrder(ctx.db, orderId);
  const known = all.find((each) => each.paymentId === paymentId);
  if (known?.outcome === "created") return answerOf(ctx, known, input);
  const beside = all.filter((each) => each !== known && each.outcome !== "refused");
  // Until the first is answered nobody knows the authorisation, and a second payment would open another one.
  if (order.aspspAuthorisationId === null && beside.length > 0) throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: "earlier-payment-unanswered" } });

  const slot: SecretSlot = { owner: psuOwner(psuId), purpose: "payment-requests", aspspId, subject: paymentId };
  let text: string;
  if (known === undefined) {
    if (!payments.schemes.includes(scheme)) throw errors.ERR_PAYMENT_UNFIT({ details: { fields: [{ field: "instruction.scheme", reason: "not-offered" }] } });
    const aspspAuthorisationId = order.aspspAuthorisationId ?? undefined;
    text = payments.write({ ...input, aspspAuthorisationId, beside: beside.map((each) => each.scheme) });
    const sealed = await ctx.vault.seal(slot, text);
    await insertPayment(ctx.db, { paymentId, orderId, scheme, wantedHash: hashOf(input), ...sealed }, ctx.clock.now());
  } else text = (await ctx.vault.open(slot, known)).toString("utf8");

  const archive = archiveFor(ctx, { psuId, aspspId, consentId: orderId });
  const beforeSending = async (): Promise<void> => requireOpen(await getOrder(ctx.db, orderId, "unattended"));
  const calls = await bank.clientCalls({ psu, scope: payments.scopes.client, archive, beforeSending });
  const created = await payments.create(calls, bank.paymentSeal, { scheme, paymentId, text }).catch(async (error: unknown) => {
    if (known === undefined && isRefusal(error)) await markRefused(ctx.db, paymentId);
    if (isOplError(error) && error.code === "ERR_ASPSP_PROTOCOL") alarm(ctx, { orderId, paymentId, aspspId }, error.details?.["reason"]);
    throw error;
  });
  const { aspspAuthorisationId, ...payment } = created;
  if (order.aspspAuthorisationId !== null && order.aspspAuthorisationId !== aspspAuthorisationId) {
    alarm(ctx, { orderId, paymentId, aspspId }, "another-order");
    throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "another-order" } });
  }
  await inTransaction(ctx.db, async (tx) => {
    await setAuthorisation(tx, orderId, aspspAuthorisationId);
    await markCreated(tx, paymentId, payment);
  });
  return { aspspAuthorisationId, payment: { paymentId, ...payment } };
}

/** The order is read after its payment: somebody else may have written both just now. */
async function answerOf({ db }: PaymentContext, known: OrderPayment, { debtorIban }: InitiatePaymentInput): Promise<InitiatedPayment> {
  const { orderId, paymentId, aspspPaymentId, status, instant } = known;
  const { aspspAuthorisationId = null } = (await getOrder(db, orderId, "unattended")) ?? {};
  if (aspspAuthorisationId === null || aspspPaymentId === null || status === null || instant === null) throw errors.ERR_BANK_PAYMENT_STATE();
  return { aspspAuthorisationId, payment: { paymentId, aspspPaymentId, status, debtorIban, instant } };
}

/** Members stand in the order of their schema, so equal content has equal text. */
function hashOf({ aspspId, debtorIban, instruction, count }: InitiatePaymentInput): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([aspspId, debtorIban, instruction, count]))
    .digest();
}

function isSame(known: OrderPayment, input: InitiatePaymentInput): boolean {
  return known.orderId === input.orderId && hashOf(input).equals(known.wantedHash);
}

/** The bank made no payment. That it knows one already means the opposite. */
function isRefusal(error: unknown): boolean {
  return isOplError(error) && error.code === "ERR_ASPSP_REJECTED" && error.details?.["reason"] !== "duplicate-payment";
}

/** What the bank says of somebody's money and cannot prove wants a person's eyes. */
function alarm({ logger }: PaymentContext, about: { readonly orderId: string; readonly paymentId: string; readonly aspspId: string }, reason: unknown): void {
  disbelieved.add(1, { "aspsp.id": about.aspspId });
  logger.error({ ...about, reason }, "an answer to a payment was not believed; whether the bank has the payment is unknown");
}
