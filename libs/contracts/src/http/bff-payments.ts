import { z } from "zod";
import { amountWire } from "../model/amount.ts";
import { listedReceipt } from "../model/consent-receipt.ts";
import { consentHistoryEntry } from "../model/consent.ts";
import { aspspId, isoDate, isoInstant, uuid } from "../model/ids.ts";
import { fundsStatus, paymentExecution, paymentHistoryEntry, paymentInstruction, paymentStatus, schedule } from "../model/payment.ts";
import { publicJwk } from "../model/public-jwk.ts";
import { newPayment, orderPlace } from "./consent-payments.ts";
import { defineRoute } from "./route.ts";

const read = { callers: ["browser"], psu: "required", method: "GET", idempotent: true, status: 200 } as const;
const change = { callers: ["browser"], psu: "required", method: "POST", idempotent: false } as const;
const orderParams = z.strictObject({ paymentOrderId: uuid });

/** One step of the status line; of one that came about in part it says that it failed. */
const paymentStep = z.object({
  step: z.enum(["ordered", "approved", "sent", "paid"]),
  state: z.enum(["done", "now", "open", "failed"]),
  at: isoInstant.nullable(),
});

export const paymentOrderView = z.object({
  paymentOrderId: uuid,
  aspspId,
  aspspName: z.string(),
  status: paymentStatus,
  createdAt: isoInstant,
  /** The account it is paid from, where it is one of the person's own. */
  debtor: z.object({ accountId: uuid.nullable(), name: z.string().nullable(), maskedNumber: z.string() }).nullable(),
  /** What was asked for in all, per currency. */
  totals: z.array(amountWire),
  /** How much of each of them surely left the account. */
  paid: z.array(amountWire),
  /** With `debited` and `credited`: only some of it did, and the rest never will. */
  partlyPaid: z.boolean(),
  /** The four honest steps: ordered, approved, sent, paid. */
  steps: z.array(paymentStep).length(4),
  payments: z.array(
    z.object({
      paymentId: uuid,
      instruction: paymentInstruction,
      schedule,
      status: paymentStatus,
      /** As of the order: some of its times were paid, the others never will be. */
      partlyPaid: z.boolean(),
      executions: z.array(paymentExecution),
      history: z.array(paymentHistoryEntry),
    }),
  ),
  mayBeApproved: z.boolean(),
  mayBeCancelled: z.boolean(),
});
export type PaymentOrderView = z.infer<typeof paymentOrderView>;

export const putPaymentOrderView = defineRoute({
  ...change,
  method: "PUT",
  idempotent: true,
  operationId: "putPaymentOrderView",
  summary: "Keep an order under the id that the page made when it opened; pressing twice is one order.",
  path: "/api/payment-orders/:paymentOrderId",
  params: orderParams,
  body: z.strictObject({ aspspId, debtorAccountId: uuid.nullable(), payments: z.array(newPayment).min(1).max(20) }),
  status: 200,
  response: paymentOrderView,
});
/** Wants a recent sign-in. */
export const approvePaymentOrder = defineRoute({
  ...change,
  recentSignIn: true,
  operationId: "approvePaymentOrder",
  summary: "Give the order to the bank; the browser then goes to `redirectUrl` to approve it.",
  path: "/api/payment-orders/:paymentOrderId/approval",
  params: orderParams,
  status: 200,
  timeoutMs: 45_000,
  response: z.object({ redirectUrl: z.url(), expiresAt: isoInstant }),
});
export const listPaymentOrderViews = defineRoute({
  ...read,
  operationId: "listPaymentOrderViews",
  summary: "Payments of this person, newest first; with `before`, those that come after that order in the list.",
  path: "/api/payment-orders",
  query: z.strictObject({ before: orderPlace.optional() }),
  response: z.object({ paymentOrders: z.array(paymentOrderView) }),
});
export const getPaymentOrderView = defineRoute({
  ...read,
  operationId: "getPaymentOrderView",
  summary: "One payment order, as far as it is.",
  path: "/api/payment-orders/:paymentOrderId",
  params: orderParams,
  response: paymentOrderView,
});
export const cancelPaymentOrder = defineRoute({
  ...change,
  idempotent: true,
  operationId: "cancelPaymentOrder",
  summary: "Take back what the bank has not executed: one payment, or the whole order.",
  path: "/api/payment-orders/:paymentOrderId/cancellation",
  params: orderParams,
  body: z.strictObject({ paymentId: uuid.nullable() }),
  status: 200,
  timeoutMs: 40_000,
  response: paymentOrderView,
});
export const listPaymentChoices = defineRoute({
  ...read,
  operationId: "listPaymentChoices",
  summary: "Accounts to pay from, banks that let us pay, and payees paid before.",
  path: "/api/payment-choices",
  response: z.object({
    /** `foreign`: this bank takes payments abroad. What it does not take of one, it says (`ERR_PAYMENT_UNFIT`). */
    banks: z.array(z.object({ aspspId, name: z.string(), foreign: z.boolean() })),
    accounts: z.array(z.object({ accountId: uuid, aspspId, name: z.string(), maskedNumber: z.string().nullable(), balance: amountWire.nullable() })),
    /** Whom money was sent to, the latest first. */
    payees: z.array(z.object({ name: z.string(), iban: z.string() })).max(200),
    /** The banks' calendar day: days of payments are theirs, wherever the person is. */
    today: isoDate,
  }),
});
export const listFundsPermissions = defineRoute({
  ...read,
  operationId: "listFundsPermissions",
  summary: "Accounts that may be asked whether they hold an amount.",
  path: "/api/funds-permissions",
  response: z.object({
    permissions: z.array(
      z.object({
        fundsConsentId: uuid,
        aspspId,
        aspspName: z.string(),
        maskedNumber: z.string().nullable(),
        status: fundsStatus,
        createdAt: isoInstant,
        authorisedAt: isoInstant.nullable(),
        validUntil: isoInstant,
        endedAt: isoInstant.nullable(),
        /** Days until its end; null once it is over. */
        daysLeft: z.int().nullable(),
        /** It ended lately, not by the person, and no other may ask that account. */
        missed: z.boolean(),
        history: z.array(consentHistoryEntry),
        lastConfirmation: z.object({ amount: amountWire, fundsAvailable: z.boolean(), confirmedAt: isoInstant }).nullable(),
      }),
    ),
  }),
});
export const getFundsReceipts = defineRoute({
  ...read,
  operationId: "getFundsReceipts",
  summary: "The signed receipts of a permission to ask for funds, in the order of their chain, with the public keys that verify them.",
  path: "/api/funds-permissions/:fundsConsentId/receipts",
  params: z.strictObject({ fundsConsentId: uuid }),
  response: z.object({ receipts: z.array(listedReceipt), keys: z.array(publicJwk) }),
});
export const startFundsPermission = defineRoute({
  ...change,
  operationId: "startFundsPermission",
  summary:
    "Begin to allow fund checks on one account, or with `renews` on that of an earlier permission, in whose place it comes where the bank grants the same account; the browser then goes to `redirectUrl`.",
  path: "/api/funds-permissions",
  body: z
    .strictObject({ aspspId, accountId: uuid.nullable(), renews: uuid.optional() })
    .refine(({ accountId, renews }) => accountId === null || renews === undefined, { path: ["accountId"], error: "null with renews, which says the account" }),
  status: 201,
  timeoutMs: 40_000,
  response: z.object({ fundsConsentId: uuid, redirectUrl: z.url(), expiresAt: isoInstant }),
});
export const confirmFundsOf = defineRoute({
  ...change,
  idempotent: true,
  operationId: "confirmFundsOf",
  summary: "Whether the account holds this much now.",
  path: "/api/funds-permissions/:fundsConsentId/confirmations",
  params: z.strictObject({ fundsConsentId: uuid }),
  body: z.strictObject({ amount: amountWire }),
  status: 200,
  timeoutMs: 40_000,
  response: z.object({ fundsAvailable: z.boolean(), confirmedAt: isoInstant }),
});
export const withdrawFundsPermission = defineRoute({
  ...change,
  idempotent: true,
  operationId: "withdrawFundsPermission",
  summary: "Withdraw the permission to ask.",
  path: "/api/funds-permissions/:fundsConsentId/withdrawal",
  params: z.strictObject({ fundsConsentId: uuid }),
  status: 204,
  response: null,
});

export const bffPaymentRoutes = {
  putPaymentOrderView,
  approvePaymentOrder,
  listPaymentOrderViews,
  getPaymentOrderView,
  cancelPaymentOrder,
  listPaymentChoices,
  listFundsPermissions,
  getFundsReceipts,
  startFundsPermission,
  confirmFundsOf,
  withdrawFundsPermission,
};
