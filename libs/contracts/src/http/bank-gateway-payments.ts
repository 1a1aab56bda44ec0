import { z } from "zod";
import { amountWire } from "../model/amount.ts";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { aspspReason, iban, paymentInstruction } from "../model/payment.ts";
import { defineRoute } from "./route.ts";

/**
 * What bank-gateway does at a bank for a payment order of consent's. `orderId` is consent's paymentOrderId; one order is one
 * authorisation at the bank. Every route may be called again with the same ids: the gateway asks the bank before it repeats.
 */
const consentOnly = { callers: ["consent"], timeoutMs: 30_000 } as const;
const orderParams = z.strictObject({ orderId: uuid });
const paymentParams = z.strictObject({ orderId: uuid, paymentId: uuid });
const executionParams = z.strictObject({ orderId: uuid, paymentId: uuid, executionId: uuid });

/** What the bank says of a payment before it is executed. */
export const aspspPaymentStatus = z.enum(["unauthorised", "authorising", "authorised", "rejected", "completed", "revoked", "partiallyRevoked"]);
export type AspspPaymentStatus = z.infer<typeof aspspPaymentStatus>;
/** What the bank says of one execution; money moved only where it says `debited` or `credited`. */
export const aspspExecutionStatus = z.enum(["accepted", "pending", "error", "debited", "credited", "rejected"]);
export type AspspExecutionStatus = z.infer<typeof aspspExecutionStatus>;

const aspspPayment = z.object({
  paymentId: uuid,
  aspspPaymentId: z.string(),
  status: aspspPaymentStatus,
  /** Where the money comes from, once the person chose it. */
  debtorIban: z.string().nullable(),
  instant: z.boolean(),
});

export const initiatePayment = defineRoute({
  ...consentOnly,
  operationId: "initiatePayment",
  summary: "Give one payment of an order to the bank; the first one opens the authorisation that the others join. Repeating it makes no second payment.",
  method: "PUT",
  path: "/payment-orders/:orderId/payments/:paymentId",
  psu: "required",
  idempotent: true,
  params: paymentParams,
  body: z.strictObject({ aspspId, debtorIban: iban.nullable(), instruction: paymentInstruction, count: z.int().min(1).max(60) }),
  status: 200,
  response: z.object({ aspspAuthorisationId: z.string(), payment: aspspPayment }),
});
/** What both kinds of authorisation answer. */
const authorisationStart = z.object({
  redirectUrl: z.url(),
  expiresAt: isoInstant,
  authorizationServer: z
    .object({
      issuer: z.string(),
      issInResponse: z.boolean(),
      responseType: z.enum(["code", "code id_token"]),
      responseMode: z.enum(["fragment", "query", "jwt"]).optional(),
    })
    .optional(),
});
const authorisationRequest = z.strictObject({ redirectUri: z.url(), state: z.string().min(22).max(200), nonce: z.string().min(22).max(200) });
const authorisationReturn = z.strictObject({
  aspspId,
  redirectUri: z.url(),
  state: z.string().max(200),
  nonce: z.string().max(200),
  /** Null where the bank's answer is signed: then it stands in `response`. */
  code: z.string().min(1).max(4096).nullable(),
  idToken: z.string().max(16_384).nullable(),
  issuer: z.string().max(500).nullable(),
  response: z.string().max(16_384).optional(),
});
export const authorisePaymentOrder = defineRoute({
  ...consentOnly,
  operationId: "authorisePaymentOrder",
  summary: "Where to send the person to approve all payments of the order.",
  method: "POST",
  path: "/payment-orders/:orderId/authorisation",
  psu: "required",
  idempotent: false,
  params: orderParams,
  body: authorisationRequest,
  status: 200,
  response: authorisationStart,
});
export const exchangePaymentCode = defineRoute({
  ...consentOnly,
  operationId: "exchangePaymentCode",
  summary: "Check what came back with the person and exchange the code; the token stays here and dies with the order.",
  method: "POST",
  path: "/payment-orders/:orderId/exchange",
  psu: "required",
  idempotent: false,
  params: orderParams,
  body: authorisationReturn,
  status: 200,
  response: z.object({ authorisedAt: isoInstant }),
});
export const readPaymentOrder = defineRoute({
  ...consentOnly,
  operationId: "readPaymentOrder",
  summary: "What the bank says of every payment of the order now.",
  method: "GET",
  path: "/payment-orders/:orderId",
  psu: "optional",
  idempotent: true,
  params: orderParams,
  status: 200,
  response: z.object({ status: aspspPaymentStatus, payments: z.array(aspspPayment), readAt: isoInstant }),
});
const executionDetails = {
  archiveId: z.string().nullable(),
  debtorIban: z.string().nullable(),
  /** Why the bank did not execute it, where it said so. A gateway of before says other words as well. */
  reason: aspspReason.catch("refused").nullable().optional(),
  answeredAt: isoInstant,
};
export const submitExecution = defineRoute({
  ...consentOnly,
  operationId: "submitExecution",
  summary: "Have an approved payment executed. The bank is asked first whether it knows this execution; repeating it moves no money twice.",
  method: "PUT",
  path: "/payment-orders/:orderId/payments/:paymentId/executions/:executionId",
  psu: "optional",
  idempotent: true,
  params: executionParams,
  status: 200,
  response: z.object({ status: aspspExecutionStatus, ...executionDetails }),
});
export const readExecution = defineRoute({
  ...consentOnly,
  operationId: "readExecution",
  summary: "What the bank says of one execution; `unknown` where it never got it.",
  method: "GET",
  path: "/payment-orders/:orderId/payments/:paymentId/executions/:executionId",
  psu: "optional",
  idempotent: true,
  params: executionParams,
  status: 200,
  response: z.object({ status: z.enum([...aspspExecutionStatus.options, "unknown"]), ...executionDetails }),
});
export const revokePayments = defineRoute({
  ...consentOnly,
  operationId: "revokePayments",
  summary: "Take back what the bank has not executed yet: one payment, or the whole order. Answers what the bank says afterwards.",
  method: "POST",
  path: "/payment-orders/:orderId/revocation",
  psu: "optional",
  idempotent: true,
  params: orderParams,
  body: z.strictObject({ paymentId: uuid.nullable() }),
  status: 200,
  response: z.object({ status: aspspPaymentStatus, payments: z.array(aspspPayment) }),
});
export const forgetPaymentOrder = defineRoute({
  ...consentOnly,
  operationId: "forgetPaymentOrder",
  summary: "The order is over: forget its tokens.",
  method: "POST",
  path: "/payment-orders/:orderId/end",
  psu: "none",
  idempotent: true,
  params: orderParams,
  status: 204,
  response: null,
});

const fundsParams = z.strictObject({ fundsConsentId: uuid });
export const createFundsConsent = defineRoute({
  ...consentOnly,
  operationId: "createFundsConsent",
  summary: "Create the consent to confirm funds at the bank and say where to send the person.",
  method: "POST",
  path: "/funds-consents/:fundsConsentId",
  psu: "required",
  idempotent: false,
  params: fundsParams,
  body: authorisationRequest.extend({ aspspId, iban: iban.nullable(), validUntil: isoInstant }),
  status: 201,
  response: authorisationStart.extend({ validUntil: isoInstant }),
});
export const exchangeFundsCode = defineRoute({
  ...consentOnly,
  operationId: "exchangeFundsCode",
  summary: "Check what came back with the person and exchange the code; the tokens stay here, sealed.",
  method: "POST",
  path: "/funds-consents/:fundsConsentId/exchange",
  psu: "required",
  idempotent: false,
  params: fundsParams,
  body: authorisationReturn,
  status: 200,
  response: z.object({ authorisedAt: isoInstant, validUntil: isoInstant, iban: z.string().nullable() }),
});
export const confirmFunds = defineRoute({
  ...consentOnly,
  operationId: "confirmFunds",
  summary: "Whether the account has this much now: yes or no, never how much.",
  method: "POST",
  path: "/funds-consents/:fundsConsentId/confirmations",
  psu: "optional",
  idempotent: true,
  params: fundsParams,
  body: z.strictObject({ amount: amountWire }),
  status: 200,
  response: z.object({ fundsAvailable: z.boolean(), confirmedAt: isoInstant }),
});
export const revokeFundsConsent = defineRoute({
  ...consentOnly,
  operationId: "revokeFundsConsent",
  summary: "Forget the tokens and tell the bank.",
  method: "POST",
  path: "/funds-consents/:fundsConsentId/revocation",
  psu: "optional",
  idempotent: true,
  params: fundsParams,
  status: 200,
  response: z.object({ aspspTold: z.boolean() }),
});

export const bankGatewayPaymentRoutes = {
  initiatePayment,
  authorisePaymentOrder,
  exchangePaymentCode,
  readPaymentOrder,
  submitExecution,
  readExecution,
  revokePayments,
  forgetPaymentOrder,
  createFundsConsent,
  exchangeFundsCode,
  confirmFunds,
  revokeFundsConsent,
};
