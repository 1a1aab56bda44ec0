/**
 * One execution of an approved payment: from its day until the bank says that money moved, or that it never will. The id is made
 * before the bank hears of it and is the same at every repetition.
 */
import type { AspspReason, ExecutionReason } from "@opl/contracts/model";
import { growingPause } from "./pause.ts";

/** The bank's words for one execution; `unknown`: the bank never got it. */
export type AspspExecutionStatus = "accepted" | "pending" | "error" | "debited" | "credited" | "rejected" | "unknown";

interface ExecutionBase {
  readonly executionId: string;
  /** From 1. */
  readonly position: number;
  readonly dueDate: Temporal.PlainDate;
  readonly statusAt: Temporal.Instant;
  readonly archiveId: string | null;
  readonly reason: ExecutionReason | null;
}
interface Sent {
  readonly submittedAt: Temporal.Instant;
}

/** Approved, waits for its day; the bank has not heard of it. */
export type PlannedExecution = ExecutionBase & { readonly status: "authorised" };
/** Given to the bank; what became of it is not known. */
type SubmittedExecution = ExecutionBase & Sent & { readonly status: "submitted" };
/** The bank has it and may still reject it. */
type AcceptedExecution = ExecutionBase & Sent & { readonly status: "accepted" };
/** The bank could not debit it: `today` for a technical reason and until its midnight, `later` for one of the account's. */
type PendingExecution = ExecutionBase & Sent & { readonly status: "pending"; readonly again: "today" | "later" };
export type MovedExecution = ExecutionBase &
  Sent & {
    /** Money left the account; `credited`: and reached the payee's bank. */
    readonly status: "debited" | "credited";
    readonly executedAt: Temporal.Instant;
    readonly debtorIban: string | null;
    /** The line of the ledger that shows it. */
    readonly transactionId: string | null;
  };
/** Surely no money moved. */
type UnmovedExecution = ExecutionBase & { readonly status: "rejected" | "cancelled" };
export type Execution = PlannedExecution | SubmittedExecution | AcceptedExecution | PendingExecution | MovedExecution | UnmovedExecution;

export type ExecutionCommand =
  /** It is about to be given to the bank; also before every repetition. */
  | { readonly type: "submit"; readonly at: Temporal.Instant }
  | {
      readonly type: "answer";
      readonly at: Temporal.Instant;
      readonly status: AspspExecutionStatus;
      readonly archiveId: string | null;
      readonly debtorIban: string | null;
      /** Why the bank did not execute it, where it said so. */
      readonly aspspReason: AspspReason | null;
    }
  /** Nothing of it ever left for the bank, and nothing will: there is no approval to send it with. */
  | { readonly type: "unsent"; readonly at: Temporal.Instant }
  | { readonly type: "cancel"; readonly at: Temporal.Instant }
  | { readonly type: "book"; readonly at: Temporal.Instant; readonly transactionId: string };

export type ExecutionRefusal = "not-due" | "not-submitted" | "under-way" | "over" | "not-executed";
export type ExecutionDecision =
  | { readonly kind: "changed"; readonly execution: Execution }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly refusal: ExecutionRefusal };

/** Where a day begins and ends for the banks' payments. */
export const bankZone = "Europe/Helsinki";
/** A submission on the last minute of the day is answered by then; a bank that still says "pending" has given up. */
const graceHours = 1;
/** A payment without cover is tried again for so long. */
const laterDays = 3;

const notDebitedInTime = "ERR_PAYMENT_NOT_DEBITED_IN_TIME";
const approvalLost = "ERR_PAYMENT_APPROVAL_LOST";
const neverArrived = "ERR_PAYMENT_NEVER_ARRIVED";
const rejectedByAspsp = "ERR_PAYMENT_REJECTED_BY_ASPSP";
const notDebitedYet = "ERR_PAYMENT_NOT_DEBITED_YET";

type Transition<S extends Execution["status"], C extends ExecutionCommand["type"]> = (
  execution: Execution & { readonly status: S },
  command: Extract<ExecutionCommand, { type: C }>,
) => ExecutionDecision;
type Row<S extends Execution["status"]> = { readonly [C in ExecutionCommand["type"]]: Transition<S, C> };

const unchanged = (): ExecutionDecision => ({ kind: "unchanged" });
const refuse = (refusal: ExecutionRefusal) => (): ExecutionDecision => ({ kind: "refused", refusal });
const changed = (execution: Execution): ExecutionDecision => ({ kind: "changed", execution });

/** Over, for good: money moved, or never will. Only where to find it in the ledger may still become known. */
const moved = {
  submit: refuse("over"),
  answer: refuse("over"),
  unsent: refuse("over"),
  cancel: refuse("over"),
  book: (execution: MovedExecution, { transactionId }: { readonly transactionId: string }) =>
    execution.transactionId === transactionId ? unchanged() : changed({ ...execution, transactionId }),
};
const unmoved = { submit: refuse("over"), answer: refuse("over"), unsent: refuse("over"), cancel: unchanged, book: refuse("not-executed") };
const underWay = { answer, unsent: refuse("under-way"), cancel: refuse("under-way"), book: refuse("not-executed") };

const transitions: { readonly [S in Execution["status"]]: Row<S> } = {
  authorised: {
    submit: (execution, { at }) =>
      Temporal.Instant.compare(at, dueAt(execution.dueDate)) < 0
        ? { kind: "refused", refusal: "not-due" }
        : changed({ ...baseOf(execution), status: "submitted", statusAt: at, submittedAt: at }),
    answer: refuse("not-submitted"),
    unsent: refuse("not-submitted"),
    cancel: (execution, { at }) => changed({ ...baseOf(execution), status: "cancelled", statusAt: at }),
    book: refuse("not-executed"),
  },
  submitted: {
    ...underWay,
    submit: unchanged,
    unsent: (execution, { at }) => changed({ ...baseOf(execution), status: "rejected", statusAt: at, reason: approvalLost }),
  },
  // The bank has it: it is asked, never told again.
  accepted: { submit: refuse("under-way"), ...underWay },
  pending: { submit: unchanged, ...underWay },
  debited: moved,
  credited: moved,
  rejected: { ...unmoved, cancel: refuse("over") },
  cancelled: unmoved,
};

/** The one way an execution changes. Pure; `at` is part of the command. */
export function decideExecution(execution: Execution, command: ExecutionCommand): ExecutionDecision {
  // The table pairs each status with its own state and each type with its own command.
  const row = transitions[execution.status] as Row<Execution["status"]>;
  const transition = row[command.type] as (execution: Execution, command: ExecutionCommand) => ExecutionDecision;
  return transition(execution, command);
}

export function isOver(execution: Execution): execution is MovedExecution | UnmovedExecution {
  return hasMoved(execution) || execution.status === "rejected" || execution.status === "cancelled";
}

export function hasMoved(execution: Execution): execution is MovedExecution {
  return execution.status === "debited" || execution.status === "credited";
}

/** What to do at the bank now: give it (again, with the same id), only ask, or nothing. */
export function nextStep(execution: Execution, now: Temporal.Instant): "submit" | "read" | null {
  switch (execution.status) {
    case "authorised":
      return Temporal.Instant.compare(now, dueAt(execution.dueDate)) < 0 ? null : "submit";
    case "accepted":
      return "read";
    case "submitted":
    case "pending":
      return Temporal.Instant.compare(now, retryUntil(execution)) < 0 ? "submit" : "read";
    case "debited":
    case "credited":
    case "rejected":
    case "cancelled":
      return null;
  }
}

const unknownPause = { firstSeconds: 2, longestSeconds: 900 };
const acceptedPause = { firstSeconds: 3, longestSeconds: 3600 };
const todayPause = { firstSeconds: 60, longestSeconds: 900 };
const laterPause = { firstSeconds: 1800, longestSeconds: 21_600 };

/** When the bank is next told or asked, after so many times in this status; null when there is nothing left to ask. */
export function nextAskAt(execution: Execution, times: number, now: Temporal.Instant): Temporal.Instant | null {
  switch (execution.status) {
    case "authorised":
      return dueAt(execution.dueDate);
    case "submitted":
      return growingPause(now, times, unknownPause);
    case "accepted":
      return growingPause(now, times, acceptedPause);
    case "pending":
      return growingPause(now, times, execution.again === "today" ? todayPause : laterPause);
    case "debited":
    case "credited":
    case "rejected":
    case "cancelled":
      return null;
  }
}

/** The first moment of the day at the bank. */
export function dueAt(date: Temporal.PlainDate): Temporal.Instant {
  return date.toZonedDateTime(bankZone).toInstant();
}

function answer(execution: SubmittedExecution | AcceptedExecution | PendingExecution, told: Extract<ExecutionCommand, { type: "answer" }>): ExecutionDecision {
  const { at, status } = told;
  const archiveId = told.archiveId ?? execution.archiveId;
  const base = { ...baseOf(execution), archiveId, statusAt: at };
  const { submittedAt } = execution;
  switch (status) {
    case "accepted":
      return execution.status === "accepted" ? unchanged() : changed({ ...base, reason: null, status, submittedAt });
    case "pending":
    case "error": {
      const again = status === "pending" ? "today" : "later";
      const pending: PendingExecution = { ...base, status: "pending", reason: told.aspspReason ?? notDebitedYet, submittedAt, again };
      if (isTooLate(pending, at)) return changed({ ...base, status: "rejected", reason: notDebitedInTime });
      return execution.status === "pending" && execution.again === again ? unchanged() : changed(pending);
    }
    case "debited":
    case "credited":
      return changed({ ...base, reason: null, status, submittedAt, executedAt: at, debtorIban: told.debtorIban, transactionId: null });
    case "rejected":
      return changed({ ...base, status, reason: told.aspspReason ?? rejectedByAspsp });
    case "unknown":
      // Lost on the way: it is given again with the same id, while there is time. What the bank said before is not unsaid.
      return execution.status === "submitted" && isTooLate(execution, at) ? changed({ ...base, status: "rejected", reason: neverArrived }) : unchanged();
  }
}

/** Until when the same submission may be given again: the bank's midnight, or some days later where the account was short or nothing is known. */
function retryUntil(execution: SubmittedExecution | PendingExecution): Temporal.Instant {
  const day = execution.submittedAt.toZonedDateTimeISO(bankZone).toPlainDate();
  return dueAt(day.add({ days: execution.status === "pending" && execution.again === "today" ? 1 : laterDays }));
}

/** The last repetition has been answered by now. */
function isTooLate(execution: SubmittedExecution | PendingExecution, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, retryUntil(execution).add({ hours: graceHours })) >= 0;
}

function baseOf({ executionId, position, dueDate, statusAt, archiveId, reason }: Execution): ExecutionBase {
  return { executionId, position, dueDate, statusAt, archiveId, reason };
}
