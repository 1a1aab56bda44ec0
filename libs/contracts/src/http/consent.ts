import { z } from "zod";
import { approvalAbout } from "../model/approval.ts";
import { returnedParameters } from "../model/authorisation-return.ts";
import { consent, loginHint } from "../model/consent.ts";
import { listedReceipt } from "../model/consent-receipt.ts";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { paymentOrder } from "../model/payment.ts";
import { fundsConsent } from "./consent-payments.ts";
import { defineRoute } from "./route.ts";

const bff = { callers: ["bff"], psu: "required" } as const;
const params = z.strictObject({ consentId: uuid });
/** Binds the flow to the browser session that began it: a keyed hash of the session, never the session itself. */
const sessionBinding = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const createConsent = defineRoute({
  ...bff,
  operationId: "createConsent",
  summary: "Begin to connect a bank: the consent at the bank and the address to send the person to.",
  method: "POST",
  path: "/consents",
  idempotent: false,
  timeoutMs: 35_000,
  body: z.strictObject({ aspspId, validityDays: z.int().min(1).max(365), sessionBinding, replaces: uuid.optional(), loginHint: loginHint.optional() }),
  status: 201,
  /** `redirectUrl` is null where the bank asks the person in its app; the consent's status tells the outcome. */
  response: z.object({ consentId: uuid, redirectUrl: z.url().nullable(), expiresAt: isoInstant }),
});
export const completeAuthorisation = defineRoute({
  ...bff,
  operationId: "completeAuthorisation",
  summary: "The person came back from the bank. Each return is used once.",
  method: "POST",
  path: "/authorisations/completion",
  idempotent: false,
  timeoutMs: 35_000,
  body: z.strictObject({
    /** Which bank's redirect URI the answer arrived at. */
    redirectContext: aspspId,
    sessionBinding,
    parameters: returnedParameters,
  }),
  status: 200,
  response: z.discriminatedUnion("outcome", [
    /** `validUntil` is null for payments: they are approved once. */
    z.object({ outcome: z.literal("authorised"), about: approvalAbout, aspspId, validUntil: isoInstant.nullable() }),
    /** The person said no at the bank. */
    z.object({ outcome: z.literal("refused"), about: approvalAbout, aspspId }),
    /** The bank could not go on, or its answer failed a check; `reason` is a stable code. */
    z.object({ outcome: z.literal("failed"), about: approvalAbout, aspspId, reason: z.string() }),
  ]),
});
export const listConsents = defineRoute({
  ...bff,
  operationId: "listConsents",
  summary: "Everything this person has allowed, also what has ended.",
  method: "GET",
  path: "/consents",
  idempotent: true,
  status: 200,
  response: z.object({ consents: z.array(consent) }),
});
export const consentOverview = defineRoute({
  ...bff,
  operationId: "consentOverview",
  summary:
    "All that the first screen needs in one answer: everything this person has allowed, what they wanted paid lately (the newest `orders`), and what of it is under way or changed in the last 30 days.",
  method: "GET",
  path: "/overview",
  idempotent: true,
  query: z.strictObject({ orders: z.coerce.number().int().min(1).max(100) }),
  status: 200,
  response: z.object({
    consents: z.array(consent),
    paymentOrders: z.array(paymentOrder),
    fundsConsents: z.array(fundsConsent).default([]),
  }),
});
export const getConsent = defineRoute({
  ...bff,
  operationId: "getConsent",
  summary: "One consent with its history.",
  method: "GET",
  path: "/consents/:consentId",
  idempotent: true,
  params,
  status: 200,
  response: consent,
});
export const revokeConsent = defineRoute({
  ...bff,
  operationId: "revokeConsent",
  summary: "Withdraw: ours first, then the bank's, then the fact.",
  method: "POST",
  path: "/consents/:consentId/revocation",
  idempotent: true,
  params,
  timeoutMs: 35_000,
  body: z.strictObject({ keepData: z.boolean() }),
  status: 200,
  response: consent,
});

export const reconfirmConsent = defineRoute({
  ...bff,
  operationId: "reconfirmConsent",
  summary: "The person confirms that reading may go on, where the bank does not ask them itself (UK). The bank is not told.",
  method: "POST",
  path: "/consents/:consentId/reconfirmation",
  idempotent: true,
  params,
  status: 200,
  response: consent,
});

export const listReceipts = defineRoute({
  ...bff,
  operationId: "listReceipts",
  summary: "The signed receipts of a consent, in the order of their chain.",
  method: "GET",
  path: "/consents/:consentId/receipts",
  idempotent: true,
  params,
  status: 200,
  response: z.object({ receipts: z.array(listedReceipt) }),
});

export const consentRoutes = { createConsent, completeAuthorisation, listConsents, consentOverview, getConsent, revokeConsent, reconfirmConsent, listReceipts };
