import { z } from "zod";
import { opaqueId } from "./accounts-wire.ts";

/** Status of a bundle and of each payment in it. */
const status = z.enum(["Unauthorized", "Authorizing", "Authorized", "Rejected", "Completed", "Revoked", "PartiallyRevoked"]);

/** What we need of a SEPA or foreign payment; the bank repeats the request around it. */
export const opPayment = z.object({
  paymentId: opaqueId,
  authorizationId: opaqueId,
  status,
  paymentOrder: z.string().nullish(),
  /** What was asked for, as the bank took it in. */
  amountEUR: z.string().nullish(),
  amount: z.string().nullish(),
  currency: z.string().nullish(),
  payee: z.object({ name: z.string().nullish(), iban: z.string().nullish(), bankAccount: z.object({ id: z.string() }).nullish() }).nullish(),
  payer: z.object({ iban: z.string().max(34).nullish() }).nullish(),
});
export const opPaymentRequest = opPayment.pick({ amountEUR: true, amount: true, currency: true, payee: true });
export type OpPayment = z.infer<typeof opPayment>;

const payments = z.array(opPayment).max(1000).nullish();
/** A bundle with `?include=payments`. */
export const opBundle = z.object({ authorizationId: opaqueId, status, sepaPayments: payments, foreignPayments: payments });

/** One execution. */
export const opSubmission = z.object({
  submissionId: z.string(),
  archiveId: z.string().max(200).nullish(),
  status: z.enum(["Accepted", "Pending", "Error", "Submitted", "Credited", "Rejected"]),
});
