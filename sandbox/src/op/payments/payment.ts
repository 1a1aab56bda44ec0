import { z } from "zod";
import { isPending, type Authorization, type AuthorizationStatus } from "../authorization.ts";

const movementSchema = z.object({
  psuId: z.string(),
  accountId: z.string(),
  iban: z.string(),
  amount: z.string(),
  archiveId: z.string(),
  bookingDate: z.string(),
});

const submissionSchema = z.object({
  /** Made by the third party. */
  submissionId: z.string(),
  archiveId: z.string(),
  created: z.string(),
  modified: z.string().optional(),
  status: z.enum(["Accepted", "Pending", "Error", "Submitted", "Credited", "Rejected"]),
  /** Whether the bank took it in: it then uses up one of the times the payment may be submitted. */
  takenIn: z.boolean(),
  /** What becomes of it by time alone. */
  due: z.object({ at: z.string(), to: z.enum(["debit", "Rejected"]) }).optional(),
  debit: movementSchema.optional(),
  /** Where the payee's account is at this bank. */
  credit: movementSchema.optional(),
});
export type Submission = z.output<typeof submissionSchema>;

export const paymentSchema = z.object({
  paymentId: z.string(),
  authorizationId: z.string(),
  clientId: z.string(),
  paymentType: z.enum(["SepaPayment", "ForeignPayment"]),
  idempotencyKey: z.string(),
  /** Of the bytes that created it. */
  bodyDigest: z.string(),
  created: z.string(),
  modified: z.string().optional(),
  revoked: z.boolean(),
  /** How often it may be submitted. */
  count: z.number(),
  detailsOfCharges: z.string(),
  paymentOrder: z.enum(["SEPA", "SEPA_INST", "NORM", "HIGH"]),
  /** The members of the request as they came, for the answers. */
  request: z.record(z.string(), z.unknown()),
  /** The same as the bank's books need it. */
  instruction: z.object({
    cents: z.string(),
    amount: z.string(),
    currency: z.string(),
    payeeName: z.string(),
    payeeAccount: z.string(),
    payeeBic: z.string().optional(),
    payerIban: z.string().optional(),
    message: z.string().optional(),
    reference: z.string().optional(),
  }),
  submissions: z.array(submissionSchema),
});
export type Payment = z.output<typeof paymentSchema>;

type PaymentStatus = Exclude<AuthorizationStatus, "Expired">;

/** A payment shares the fate of its bundle until that is approved; then it has its own. */
export function paymentStatus(payment: Payment, bundle: AuthorizationStatus): PaymentStatus {
  const taken = payment.submissions.filter((each) => each.takenIn);
  if (payment.revoked) return taken.length > 0 ? "PartiallyRevoked" : "Revoked";
  if (isPending(bundle) || bundle === "Rejected") return bundle as PaymentStatus;
  return taken.filter((each) => each.status !== "Pending").length >= payment.count ? "Completed" : "Authorized";
}

/** What has become of a bundle by its payments; undefined while something is still open. */
export function conclusionOf(statuses: readonly PaymentStatus[]): "Completed" | "Revoked" | "PartiallyRevoked" | undefined {
  if (statuses.every((each) => each === "Completed")) return "Completed";
  if (statuses.every((each) => each === "Revoked")) return "Revoked";
  return statuses.every((each) => ["Completed", "Revoked", "PartiallyRevoked"].includes(each)) ? "PartiallyRevoked" : undefined;
}

/** Whether one more submission may be made. */
export function hasSubmissionsLeft(payment: Payment): boolean {
  return payment.submissions.filter((each) => each.takenIn).length < payment.count;
}

/** The bank's wire form. `payerIban` is the account the person chose. */
export function wirePayment(
  payment: Payment,
  status: PaymentStatus,
  { payerIban, withSubmissions }: { payerIban: string | undefined; withSubmissions: boolean },
): object {
  const { paymentId, authorizationId, paymentType, detailsOfCharges, paymentOrder, created, modified, count, request } = payment;
  return {
    ...request,
    ...(payerIban === undefined ? {} : { payer: { iban: payerIban } }),
    paymentId,
    authorizationId,
    paymentType,
    detailsOfCharges,
    paymentOrder,
    count,
    created,
    modified,
    status,
    submissions: withSubmissions ? payment.submissions.map(wireSubmission) : undefined,
  };
}

export function wireSubmission({ submissionId, archiveId, created, modified, status }: Submission): object {
  return { submissionId, archiveId, created, modified, status };
}

/** The wire form of a bundle. */
export function wireBundle({ authorizationId, created, modified, authorized }: Authorization, status: AuthorizationStatus): object {
  return { authorizationId, created, modified, authorized, status };
}
