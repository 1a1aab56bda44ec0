import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ExecutionReason } from "@opl/contracts/model";
import type { Tone } from "../../ui/badge.tsx";
import type { Order, PaymentStatus } from "./payments-api.ts";

/** How far a payment is, in a word or two. Only what is surely so. */
const statusNames: Record<PaymentStatus, readonly [name: MessageDescriptor, tone: Tone]> = {
  intended: [msg`Not sent yet`, "neutral"],
  awaitingAuthorisation: [msg`Waits for your approval`, "accent"],
  authorised: [msg`Approved`, "accent"],
  submitted: [msg`Sent to the bank`, "accent"],
  accepted: [msg`Taken in by the bank`, "accent"],
  pending: [msg`The bank tries again`, "warning"],
  debited: [msg`Paid`, "positive"],
  credited: [msg`Paid and received`, "positive"],
  rejected: [msg`Not paid`, "danger"],
  refused: [msg`Not approved`, "neutral"],
  cancelled: [msg`Cancelled`, "neutral"],
  expired: [msg`Ran out`, "neutral"],
};
const partlyPaidName = [msg`Partly paid`, "warning"] as const;

/** The word for an order, a payment or one time of it. */
export function statusNameOf({ status, partlyPaid = false }: { status: PaymentStatus; partlyPaid?: boolean }) {
  return partlyPaid ? partlyPaidName : statusNames[status];
}

/** What it means for the money. */
export const statusSentences: Record<PaymentStatus, MessageDescriptor> = {
  intended: msg`Nothing has left your account. Approve it at your bank, or cancel it.`,
  awaitingAuthorisation: msg`Nothing has left your account. Approve it at your bank, or cancel it.`,
  authorised: msg`You approved it. We send it to the bank when it is due.`,
  submitted: msg`We sent it and ask the bank what became of it. It is never sent twice.`,
  accepted: msg`The bank has it and may still say no. Your money has not moved yet.`,
  pending: msg`The bank could not take the money now. We ask again until midnight, or for three days where the account is short; it is never paid twice.`,
  debited: msg`The money left your account.`,
  credited: msg`The money left your account and reached the payee’s bank.`,
  rejected: msg`It was not paid. Your money did not move.`,
  refused: msg`You or the bank said no at the approval. Your money did not move.`,
  cancelled: msg`It was taken back before any money moved.`,
  expired: msg`It was not approved in time. Your money did not move.`,
};

export const stepNames: Record<Order["steps"][number]["step"], MessageDescriptor> = {
  ordered: msg`Ordered here`,
  approved: msg`Approved at the bank`,
  sent: msg`Sent for payment`,
  paid: msg`Paid`,
};

const unsaid = msg`The bank did not say why.`;
const reasonSentences: Record<ExecutionReason, MessageDescriptor> = {
  "insufficient-funds": msg`There was not enough money on the account.`,
  "account-closed": msg`The account is closed.`,
  "invalid-payee": msg`The bank does not know the payee’s account.`,
  "limit-exceeded": msg`It is above a limit of the account.`,
  "payment-fail": unsaid,
  refused: unsaid,
  ERR_PAYMENT_REJECTED_BY_ASPSP: unsaid,
  ERR_PAYMENT_NOT_DEBITED_YET: msg`The bank could not take the money so far.`,
  ERR_PAYMENT_NOT_DEBITED_IN_TIME: msg`The bank could not take the money in time.`,
  ERR_PAYMENT_APPROVAL_LOST: msg`Your approval at the bank was lost, so we sent nothing. Order it again.`,
  ERR_PAYMENT_NEVER_ARRIVED: msg`It never reached the bank.`,
};

/** Why no money moved; what was written down before these words were is the bank’s own and not shown. */
export function reasonSentenceOf(reason: string): MessageDescriptor {
  return Object.hasOwn(reasonSentences, reason) ? reasonSentences[reason as ExecutionReason] : unsaid;
}
