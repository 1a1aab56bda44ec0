import { bankTimeZone } from "../../clock.ts";
import type { Violation } from "../refusal.ts";
import type { Submission } from "./payment.ts";
import type { Scenario } from "./scenario.ts";

export interface SubmissionMoment {
  readonly now: Temporal.Instant;
  /** How long an accepted submission waits until it is debited. */
  readonly settleSeconds: number;
  readonly scenario: Pick<Scenario, "outcome" | "reason">;
  readonly enoughFunds: boolean;
}

/** A submission that is over, or on its way: sending it again changes nothing. */
export function isSettledOrTaken({ status }: Submission): boolean {
  return status !== "Pending" && status !== "Error";
}

/** What becomes of a submission that is new, or sent again after Pending or Error. */
export function decideSubmission(
  before: Pick<Submission, "submissionId" | "archiveId" | "created"> & Partial<Pick<Submission, "takenIn">>,
  { now, settleSeconds, scenario, enoughFunds }: SubmissionMoment,
): { readonly submission: Submission; readonly refusal?: Violation } {
  const taken = (status: Submission["status"], due: Submission["due"]): Submission => ({ ...base, status, takenIn: true, due });
  const base = { submissionId: before.submissionId, archiveId: before.archiveId, created: before.created, modified: now.toString() };
  const notTaken = { ...base, takenIn: before.takenIn ?? false };
  const settles = now.add({ seconds: settleSeconds }).toString();
  switch (scenario.outcome) {
    case "InsufficientFunds":
      return { submission: { ...notTaken, status: "Error" }, refusal: noFunds };
    case "PaymentFail":
      return { submission: { ...notTaken, status: "Rejected" }, refusal: failed(scenario.reason) };
    case "PaymentSystemUnavailable":
      return { submission: taken("Pending", { at: midnightAfter(now).toString(), to: "Rejected" }) };
    case "PaymentSubmitFailed":
      return { submission: taken("Accepted", { at: settles, to: "Rejected" }) };
    case "PaymentSubmitSuccess":
      return { submission: taken("Accepted", { at: settles, to: "debit" }) };
    case undefined:
      return enoughFunds ? { submission: taken("Accepted", { at: settles, to: "debit" }) } : { submission: { ...notTaken, status: "Error" }, refusal: noFunds };
    default:
      return scenario.outcome satisfies never;
  }
}

const noFunds: Violation = { type: "InsufficientFunds", message: "There is not enough money on the account; the same submission may be sent again later" };

function failed(reason: string | undefined): Violation {
  return { type: "PaymentFail", message: `The payment failed${reason === undefined ? "" : `: ${reason}`}` };
}

/** A pending submission may be sent again until the day ends in Finland. */
function midnightAfter(now: Temporal.Instant): Temporal.Instant {
  return now.toZonedDateTimeISO(bankTimeZone).startOfDay().add({ days: 1 }).toInstant();
}
