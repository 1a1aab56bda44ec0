import type { PsuContext } from "@opl/service";
import type { BankCalls, PaymentsFacet } from "../adapters/bank-adapter.ts";
import { facetOf } from "../adapters/consent-kind.ts";
import type { Bank } from "../banks/bank.ts";
import { getReadableConsent } from "../db/consent-store.ts";
import { getOrder, getPayment } from "../db/payment-store.ts";
import type { OrderPayment, PaymentOrder } from "../db/payment-store.ts";
import { errors } from "../errors.ts";
import { archiveFor } from "../vault/archive.ts";
import type { GatewayContext } from "./context.ts";
import { withFreshTokens } from "./read-as-psu.ts";

export type PaymentContext = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "newId" | "logger">;

/** Who asks, about which order. */
export interface OrderRequest {
  readonly orderId: string;
  /** Present only while the person is. */
  readonly psu: PsuContext | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An order with the bank it is at. */
export interface OrderAtBank {
  readonly order: PaymentOrder & { readonly aspspAuthorisationId: string };
  readonly bank: Bank;
  readonly payments: PaymentsFacet;
}

/** @throws ERR_BANK_PAYMENT_NOT_FOUND, ERR_BANK_PAYMENT_STATE before the bank has anything of it and after its end */
export async function orderAtBank(ctx: PaymentContext, { orderId, psu }: OrderRequest): Promise<OrderAtBank> {
  const order = await requireOpenOrder(ctx, orderId, psu ?? "unattended");
  const bank = await ctx.banks.under(order.registrationId);
  return { order, bank, payments: facetOf(bank.adapter, "payments") };
}

async function requireOpenOrder({ db }: PaymentContext, orderId: string, owner: { psuId: string } | "unattended"): Promise<OrderAtBank["order"]> {
  const order = await getOrder(db, orderId, owner);
  if (order === undefined) throw errors.ERR_BANK_PAYMENT_NOT_FOUND();
  const { aspspAuthorisationId } = order;
  if (aspspAuthorisationId === null || order.endedAt !== null) throw errors.ERR_BANK_PAYMENT_STATE();
  return { ...order, aspspAuthorisationId };
}

/** A payment that the bank has. @throws ERR_BANK_PAYMENT_NOT_FOUND, ERR_BANK_PAYMENT_STATE */
export async function paymentAtBank(
  { db }: PaymentContext,
  { orderId }: Pick<PaymentOrder, "orderId">,
  paymentId: string,
): Promise<OrderPayment & { readonly aspspPaymentId: string }> {
  const payment = await getPayment(db, paymentId);
  if (payment?.orderId !== orderId) throw errors.ERR_BANK_PAYMENT_NOT_FOUND();
  const { aspspPaymentId } = payment;
  if (aspspPaymentId === null) throw errors.ERR_BANK_PAYMENT_STATE();
  return { ...payment, aspspPaymentId };
}

/** Nothing is counted: payments have no budget. A lost reading may be repeated. */
const beforeRepeat = async (): Promise<void> => undefined;

/**
 * Calls about an order with the person's token. Before there is one, and after it is lost, `asClient` says whether our own may do.
 * @throws ERR_BANK_PAYMENT_STATE where it may not, and once the order has ended meanwhile
 */
export async function callForOrder<T>(
  ctx: PaymentContext,
  { order, bank, payments }: OrderAtBank,
  { psu, signal, asClient }: Omit<OrderRequest, "orderId"> & { readonly asClient: boolean },
  call: (calls: BankCalls) => Promise<T>,
): Promise<T> {
  const { orderId, aspspId, psuId } = order;
  const context = {
    psu,
    signal,
    archive: archiveFor(ctx, { psuId, aspspId, consentId: orderId }),
    beforeRepeat,
    beforeSending: () => requireOpenOrder(ctx, orderId, { psuId }),
  };
  const authorised = await getReadableConsent(ctx.db, orderId, "payments", { psuId });
  if (authorised?.tokens !== undefined)
    return withFreshTokens(ctx, { bank, consent: authorised.consent, tokens: authorised.tokens }, (tokens) => call(bank.psuCalls(tokens, context)));
  if (!asClient) throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: "not-authorised" } });
  return call(await bank.clientCalls({ ...context, scope: payments.scopes.client }));
}
