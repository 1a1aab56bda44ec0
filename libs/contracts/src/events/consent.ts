import { z } from "zod";
import { amountWire } from "../model/amount.ts";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { fundsStatus, paymentStatus } from "../model/payment.ts";
import { defineEvent } from "./define.ts";

const about = { consentId: uuid, psuId: uuid, aspspId };
const base = { version: 1, owner: "consent", aggregate: "consent", psu: true } as const;

export const consentCreated = defineEvent({
  ...base,
  type: "consent.created",
  consumers: [],
  summary: "A person began to connect a bank; nothing may be read yet.",
  data: z.object({ ...about, requestedValidUntil: isoInstant, replaces: uuid.nullable() }),
});
export const consentAuthorised = defineEvent({
  ...base,
  type: "consent.authorised",
  consumers: ["ingest", "bff"],
  summary: "The person allowed reading at the bank.",
  data: z.object({ ...about, scope: z.array(z.string()), authorisedAt: isoInstant, validUntil: isoInstant, replaces: uuid.nullable() }),
});
export const consentRejected = defineEvent({
  ...base,
  type: "consent.rejected",
  consumers: ["bff"],
  summary: "The person or the bank said no, or the attempt failed a check.",
  data: z.object({ ...about, reason: z.string() }),
});
export const consentExpiring = defineEvent({
  ...base,
  type: "consent.expiring",
  consumers: ["bff"],
  summary: "The consent ends soon.",
  data: z.object({ ...about, validUntil: isoInstant, daysLeft: z.int() }),
});
export const consentExpired = defineEvent({
  ...base,
  type: "consent.expired",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "The consent's time is over.",
  data: z.object({ ...about, validUntil: isoInstant }),
});
export const consentRevoked = defineEvent({
  ...base,
  type: "consent.revoked",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "The consent was withdrawn; nothing may be read any more.",
  data: z.object({
    ...about,
    by: z.enum(["psu", "tpp", "aspsp"]),
    keepData: z.boolean(),
    revokedAt: isoInstant,
    /** A stable code where nobody asked for its end. */
    reason: z.string().nullable().optional(),
  }),
});
export const consentReplaced = defineEvent({
  ...base,
  type: "consent.replaced",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "A newer consent at the same bank took over.",
  data: z.object({ ...about, successor: uuid }),
});
export const consentReconfirmationDue = defineEvent({
  ...base,
  type: "consent.reconfirmation-due",
  consumers: ["bff"],
  summary: "The person has to confirm the consent soon, or reading stops.",
  data: z.object({ ...about, reconfirmBy: isoInstant, daysLeft: z.int() }),
});
export const consentReconfirmed = defineEvent({
  ...base,
  type: "consent.reconfirmed",
  consumers: ["ingest", "bank-gateway", "bff"],
  summary: "The person confirmed that reading may go on; one that had stopped begins again.",
  /** `reconfirmBy` is the next time; null when the consent ends before. */
  data: z.object({ ...about, reconfirmedAt: isoInstant, reconfirmBy: isoInstant.nullable() }),
});
export const consentPaused = defineEvent({
  ...base,
  type: "consent.paused",
  consumers: ["ingest", "bff"],
  summary: "The consent stands, but nothing is read until the person has confirmed it here, or renewed it at the bank.",
  data: z.object({ ...about, reason: z.enum(["reconfirmation-missed", "sca-required"]), pausedAt: isoInstant }),
});

const paymentAbout = { paymentOrderId: uuid, paymentId: uuid, psuId: uuid, aspspId };
const paymentBase = { version: 1, owner: "consent", aggregate: "payment-order", psu: true } as const;

export const paymentOrdered = defineEvent({
  ...paymentBase,
  type: "consent.payment-ordered",
  consumers: ["bff"],
  summary: "A person wants payments made; nothing has left for the bank.",
  data: z.object({ paymentOrderId: uuid, psuId: uuid, aspspId, paymentIds: z.array(uuid).min(1).max(20) }),
});
export const paymentStatusChanged = defineEvent({
  ...paymentBase,
  type: "consent.payment-status-changed",
  consumers: ["bff"],
  summary: "A payment is further than before; `debited` and `credited` mean that money moved.",
  data: z.object({
    ...paymentAbout,
    status: paymentStatus,
    reason: z.string().nullable(),
    /** With `debited` and `credited`: only some of its executions moved money, and the others never will. Services of before do not say it. */
    partlyPaid: z.boolean().optional(),
  }),
});
export const paymentExecuted = defineEvent({
  ...paymentBase,
  type: "consent.payment-executed",
  consumers: ["ingest", "bff"],
  summary: "The bank executed a payment: what to look for on the account's statement.",
  data: z.object({
    ...paymentAbout,
    executionId: uuid,
    /** Where the money came from, as the bank says. */
    debtorIban: z.string().nullable(),
    creditorIban: z.string().nullable(),
    /** Where the statement tells no IBAN of the payee its name does. */
    creditorName: z.string().nullable().optional(),
    /** Positive. */
    amount: amountWire,
    archiveId: z.string().nullable(),
    executedAt: isoInstant,
  }),
});

export const fundsStatusChanged = defineEvent({
  version: 1,
  owner: "consent",
  aggregate: "funds-consent",
  psu: true,
  type: "consent.funds-status-changed",
  consumers: ["bff"],
  summary:
    "A permission to ask one account for funds is further than before: begun, given, near its end (30, 7 and 1 days before, then with `daysLeft`), or over.",
  data: z.object({
    fundsConsentId: uuid,
    psuId: uuid,
    aspspId,
    status: fundsStatus,
    validUntil: isoInstant,
    reason: z.string().nullable(),
    daysLeft: z.int().optional(),
    /** With `revokedByPsu`: the newer permission for the same account that took its place. Services of before do not say it. */
    replacedBy: uuid.optional(),
  }),
});
