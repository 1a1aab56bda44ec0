import { z } from "zod";
import { amountWire } from "../model/amount.ts";
import { listedReceipt } from "../model/consent-receipt.ts";
import { consentHistoryEntry } from "../model/consent.ts";
import { askedInstant, aspspId, isoInstant, uuid } from "../model/ids.ts";
import { fundsStatus, iban, paymentInstruction, paymentOrder, schedule } from "../model/payment.ts";
import { defineRoute } from "./route.ts";

const bff = { callers: ["bff"], psu: "required" } as const;
/** Binds the flow to the browser session that began it: a keyed hash of the session, never the session itself. */
const sessionBinding = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** A place in the list of orders: behind one of them. Callers of before say an instant, for one release: what was wanted before it. */
export const orderPlace = z.union([uuid, askedInstant]);
const orderParams = z.strictObject({ paymentOrderId: uuid });

/** What one payment of a new order needs. */
export const newPayment = z.strictObject({ paymentId: uuid, instruction: paymentInstruction, schedule });

export const putPaymentOrder = defineRoute({
  ...bff,
  operationId: "putPaymentOrder",
  summary: "Keep what the person wants paid, under the id the page made. The same again changes nothing; other content under the same id is refused.",
  method: "PUT",
  path: "/payment-orders/:paymentOrderId",
  idempotent: true,
  params: orderParams,
  body: z.strictObject({ aspspId, debtorIban: iban.nullable(), payments: z.array(newPayment).min(1).max(20) }),
  status: 200,
  response: paymentOrder,
});
export const startPaymentAuthorisation = defineRoute({
  ...bff,
  operationId: "startPaymentAuthorisation",
  summary: "Give the order to the bank, once, and say where to send the person to approve it. Again after a lost return: a new approval of the same payments.",
  method: "POST",
  path: "/payment-orders/:paymentOrderId/authorisation",
  idempotent: false,
  timeoutMs: 42_000,
  params: orderParams,
  body: z.strictObject({ sessionBinding }),
  status: 200,
  response: z.object({ redirectUrl: z.url(), expiresAt: isoInstant }),
});
export const listPaymentOrders = defineRoute({
  ...bff,
  operationId: "listPaymentOrders",
  summary: "What this person wanted paid, newest first; with `before`, what comes after that order in the list.",
  method: "GET",
  path: "/payment-orders",
  idempotent: true,
  query: z.strictObject({ before: orderPlace.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) }),
  status: 200,
  response: z.object({ paymentOrders: z.array(paymentOrder) }),
});
export const getPaymentOrder = defineRoute({
  ...bff,
  operationId: "getPaymentOrder",
  summary: "One order with its history.",
  method: "GET",
  path: "/payment-orders/:paymentOrderId",
  idempotent: true,
  params: orderParams,
  status: 200,
  response: paymentOrder,
});
export const cancelPayments = defineRoute({
  ...bff,
  operationId: "cancelPayments",
  summary: "Take back what has not been executed: one payment, or all of the order.",
  method: "POST",
  path: "/payment-orders/:paymentOrderId/cancellation",
  idempotent: true,
  timeoutMs: 35_000,
  params: orderParams,
  body: z.strictObject({ paymentId: uuid.nullable() }),
  status: 200,
  response: paymentOrder,
});

/** A permission to ask one account "is there this much?". */
export const fundsConsent = z.object({
  fundsConsentId: uuid,
  aspspId,
  iban: z.string().nullable(),
  status: fundsStatus,
  createdAt: isoInstant,
  /** This, the end and the history came later: while services are replaced one by one, an answer of before lacks them. */
  authorisedAt: isoInstant.nullable().default(null),
  validUntil: isoInstant,
  endedAt: isoInstant.nullable().default(null),
  history: z.array(consentHistoryEntry).default([]),
  lastConfirmation: z.object({ amount: amountWire, fundsAvailable: z.boolean(), confirmedAt: isoInstant }).nullable(),
});
export type FundsConsent = z.infer<typeof fundsConsent>;
const fundsParams = z.strictObject({ fundsConsentId: uuid });
export const createFundsConsentOrder = defineRoute({
  ...bff,
  operationId: "createFundsConsentOrder",
  summary:
    "Begin to allow fund checks on one account; `renews`: on that of an earlier permission, in whose place the new one comes where the bank grants the same account.",
  method: "POST",
  path: "/funds-consents",
  idempotent: false,
  timeoutMs: 35_000,
  body: z
    .strictObject({ aspspId, iban: iban.nullable(), validityDays: z.int().min(1).max(365), sessionBinding, renews: uuid.optional() })
    .refine((body) => body.iban === null || body.renews === undefined, { path: ["iban"], error: "null with renews, which says the account" }),
  status: 201,
  response: z.object({ fundsConsentId: uuid, redirectUrl: z.url(), expiresAt: isoInstant }),
});
export const listFundsConsents = defineRoute({
  ...bff,
  operationId: "listFundsConsents",
  summary: "Which accounts may be asked.",
  method: "GET",
  path: "/funds-consents",
  idempotent: true,
  status: 200,
  response: z.object({ fundsConsents: z.array(fundsConsent) }),
});
export const listFundsReceipts = defineRoute({
  ...bff,
  operationId: "listFundsReceipts",
  summary: "The signed receipts of a permission to ask for funds, in the order of their chain.",
  method: "GET",
  path: "/funds-consents/:fundsConsentId/receipts",
  idempotent: true,
  params: fundsParams,
  status: 200,
  response: z.object({ receipts: z.array(listedReceipt) }),
});
export const confirmFundsNow = defineRoute({
  ...bff,
  operationId: "confirmFundsNow",
  summary: "Whether the account has this much now.",
  method: "POST",
  path: "/funds-consents/:fundsConsentId/confirmations",
  idempotent: true,
  timeoutMs: 35_000,
  params: fundsParams,
  body: z.strictObject({ amount: amountWire }),
  status: 200,
  response: z.object({ fundsAvailable: z.boolean(), confirmedAt: isoInstant }),
});
export const revokeFundsConsentOrder = defineRoute({
  ...bff,
  operationId: "revokeFundsConsentOrder",
  summary: "Withdraw the permission to ask.",
  method: "POST",
  path: "/funds-consents/:fundsConsentId/revocation",
  idempotent: true,
  timeoutMs: 35_000,
  params: fundsParams,
  status: 200,
  response: fundsConsent,
});

export const consentPaymentRoutes = {
  putPaymentOrder,
  startPaymentAuthorisation,
  listPaymentOrders,
  getPaymentOrder,
  cancelPayments,
  createFundsConsentOrder,
  listFundsConsents,
  listFundsReceipts,
  confirmFundsNow,
  revokeFundsConsentOrder,
};
