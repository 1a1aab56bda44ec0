import { z } from "zod";
import { amountWire } from "./amount.ts";
import { aspspId, isoDate, isoInstant, uuid } from "./ids.ts";

/**
 * How far a payment is. `debited` and `credited` are said only where the bank says that money moved; `rejected`, `cancelled`,
 * `refused` and `expired` only where it surely did not. Everything between is open.
 */
export const paymentStatus = z.enum([
  /** Wanted here; the bank does not have it yet, or whether it has is not known. */
  "intended",
  /** At the bank; the person has not approved it. */
  "awaitingAuthorisation",
  /** Approved at the bank; not yet sent on for execution. */
  "authorised",
  /** Sent on for execution; what became of it is not known yet. */
  "submitted",
  /** The bank took it in and may still reject it. */
  "accepted",
  /** The bank could not debit it now and will be asked again with the same submission. */
  "pending",
  /** Money left the account; where it is said of several executions or payments, for one of them at least, and none is open. */
  "debited",
  /** Money left the account and reached the payee's bank (instant). */
  "credited",
  /** The bank did not execute it, for good. */
  "rejected",
  /** The person or the bank said no at the approval. */
  "refused",
  /** Taken back before money moved. */
  "cancelled",
  /** Never approved in time. */
  "expired",
]);
export type PaymentStatus = z.infer<typeof paymentStatus>;

/** An IBAN in electronic form; whether its check digits are right is judged where it enters. */
export const iban = z.string().regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/, "an IBAN without spaces");
const line = (max: number) => z.string().trim().min(1).max(max);
export const countryCode = z.string().regex(/^[A-Z]{2}$/, "two capital letters (ISO 3166-1)");

/** Free text or a structured reference (Finnish, or RF of ISO 11649); one of the two. */
export const remittance = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("message"), text: line(140) }),
  z.strictObject({ kind: z.literal("reference"), reference: z.string().regex(/^(RF\d{2}[A-Z0-9]{1,21}|\d{4,20})$/, "a Finnish or RF creditor reference") }),
]);
export type Remittance = z.infer<typeof remittance>;

export const sepaCreditor = z.strictObject({
  iban,
  name: line(70),
  /** Up to four lines; wanted together with the country for payees outside of Finland. */
  address: z.array(line(35)).min(1).max(4).nullable(),
  country: countryCode.nullable(),
});
/** A transfer in euros within the area, and one abroad in any currency. */
export const paymentScheme = z.enum(["sepa", "foreign"]);
export const foreignCreditor = z.strictObject({
  name: line(70),
  account: z.discriminatedUnion("scheme", [
    z.strictObject({ scheme: z.literal("IBAN"), id: iban }),
    z.strictObject({ scheme: z.literal("BBAN"), id: z.string().regex(/^\d{1,35}$/, "digits, 35 at the most") }),
  ]),
  agent: z.strictObject({
    bic: z
      .string()
      .regex(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/, "a BIC")
      .nullable(),
    clearingSystemId: line(35).nullable(),
    name: line(70).nullable(),
    address: z.strictObject({ address: line(70), city: line(35), country: countryCode }).nullable(),
  }),
  address: z.strictObject({ line1: line(70), line2: line(70).nullable(), country: countryCode }),
});

/** A positive amount; the sign is in the word "payment". */
const payAmount = amountWire.refine(({ amount }) => !amount.startsWith("-") && /[1-9]/.test(amount), "more than nothing");

/** What the person wants paid. */
export const paymentInstruction = z.discriminatedUnion("scheme", [
  z.strictObject({
    scheme: z.literal("sepa"),
    amount: payAmount,
    creditor: sepaCreditor,
    remittance,
  }),
  z.strictObject({
    scheme: z.literal("foreign"),
    amount: payAmount,
    creditor: foreignCreditor,
    remittance,
    chargeBearer: z.enum(["shared", "debtor"]),
    urgent: z.boolean(),
  }),
]);
export type PaymentInstruction = z.infer<typeof paymentInstruction>;

/** One execution at once, or on `firstDate` and then every week or month, `count` times in all. */
export const schedule = z.strictObject({
  firstDate: isoDate.nullable(),
  every: z.enum(["week", "month"]).nullable(),
  count: z.int().min(1).max(60),
});
export type PaymentSchedule = z.infer<typeof schedule>;

/** Why a bank did not execute a payment: `payment-fail` where it says that it failed and not why, `refused` where it says nothing we know. */
export const aspspReason = z.enum(["insufficient-funds", "account-closed", "invalid-payee", "limit-exceeded", "payment-fail", "refused"]);
export type AspspReason = z.infer<typeof aspspReason>;
/** Why no money of an execution has moved: the bank's reason, or what we know ourselves. */
export const executionReason = z.enum([
  ...aspspReason.options,
  "ERR_PAYMENT_REJECTED_BY_ASPSP",
  "ERR_PAYMENT_NOT_DEBITED_YET",
  "ERR_PAYMENT_NOT_DEBITED_IN_TIME",
  "ERR_PAYMENT_NEVER_ARRIVED",
  "ERR_PAYMENT_APPROVAL_LOST",
]);
export type ExecutionReason = z.infer<typeof executionReason>;

/** One execution of a payment at the bank; the id is ours and the same at every repetition. */
export const paymentExecution = z.object({
  executionId: uuid,
  position: z.int().min(1),
  dueDate: isoDate,
  status: paymentStatus,
  /** The bank's archive id, which its statement line carries too. */
  archiveId: z.string().nullable(),
  statusAt: isoInstant,
  /** An `ExecutionReason`; what was written down by services of before may be another. */
  reason: z.string().nullable(),
  /** The line of the ledger that shows this money, once the bank has booked it. */
  transactionId: uuid.nullable(),
});
export type PaymentExecution = z.infer<typeof paymentExecution>;

export const paymentHistoryEntry = z.object({ at: isoInstant, status: paymentStatus, by: z.enum(["psu", "tpp", "aspsp"]), reason: z.string().nullable() });

/** One payment of an order. Several SEPA payments of one order are approved together. */
export const payment = z.object({
  paymentId: uuid,
  instruction: paymentInstruction,
  schedule,
  status: paymentStatus,
  executions: z.array(paymentExecution),
  history: z.array(paymentHistoryEntry),
});
export type Payment = z.infer<typeof payment>;

/** What a person approves at one bank in one go. */
export const paymentOrder = z.object({
  /** Made by whoever showed the button, so that pressing it twice is one order. */
  paymentOrderId: uuid,
  psuId: uuid,
  aspspId,
  /** The account to pay from as asked for; the person may choose another at the bank. Null: chosen at the bank. */
  debtorIban: iban.nullable(),
  status: paymentStatus,
  createdAt: isoInstant,
  approvedAt: isoInstant.nullable(),
  payments: z.array(payment).min(1).max(20),
});
export type PaymentOrder = z.infer<typeof paymentOrder>;

/** How far a permission to ask one account for funds is. */
export const fundsStatus = z.enum(["received", "valid", "rejected", "revokedByPsu", "expired", "terminatedByTpp"]);
