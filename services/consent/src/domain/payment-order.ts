/**
 * What a person wants paid at one bank, as a state machine. An order is approved as a whole, each of its payments goes its own way
 * from there. A final state is reached only where money moved, or where it surely did not: what the bank may have, it is asked about.
 */
import type { PaymentInstruction, PaymentSchedule, PaymentStatus } from "@opl/contracts/model";
import { decideExecution, hasMoved, isOver } from "./payment-execution.ts";
import type { Execution, ExecutionCommand, ExecutionRefusal, PlannedExecution } from "./payment-execution.ts";
import type { Actor } from "./consent.ts";

/** The bank's words for a payment; `unknown`: it never got it. */
export type AspspPaymentStatus = "unauthorised" | "authorising" | "authorised" | "rejected" | "completed" | "revoked" | "partiallyRevoked" | "unknown";

/** That a payment shall end without being executed; it does once the bank has let go of it. */
export interface Ending {
  readonly as: "cancelled" | "refused" | "expired";
  readonly by: Actor;
  readonly reason: string | null;
}

interface PaymentBase {
  readonly paymentId: string;
  /** From 1. */
  readonly position: number;
  readonly instruction: PaymentInstruction;
  readonly schedule: PaymentSchedule;
  readonly statusAt: Temporal.Instant;
}
/** Wanted; whether the bank has it is not known. */
export type IntendedPayment = PaymentBase & { readonly status: "intended"; readonly ending: Ending | null };
/** At the bank, not approved. */
export type AwaitingPayment = PaymentBase & { readonly status: "awaitingAuthorisation"; readonly ending: Ending | null };
/** Approved; how far it is, its executions say. */
export type ApprovedPayment = PaymentBase & { readonly status: "authorised"; readonly ending: Ending | null; readonly executions: readonly Execution[] };
/** Over, and no money moved. */
type EndedPayment = PaymentBase & { readonly status: "rejected" | "refused" | "cancelled" | "expired"; readonly reason: string | null };
export type Payment = IntendedPayment | AwaitingPayment | ApprovedPayment | EndedPayment;

export interface PaymentOrder {
  readonly paymentOrderId: string;
  readonly psuId: string;
  readonly aspspId: string;
  readonly debtorIban: string | null;
  readonly createdAt: Temporal.Instant;
  /** Not approved by then, it ends. */
  readonly approveUntil: Temporal.Instant;
  /** When it was first given to the bank: from here on the bank may have it. */
  readonly givenAt: Temporal.Instant | null;
  /** When the person came back with the bank's yes. */
  readonly approvedAt: Temporal.Instant | null;
  readonly payments: readonly Payment[];
}

export type PaymentCommand =
  /** The bank took it in. */
  | { readonly type: "initiated"; readonly at: Temporal.Instant }
  /** The bank did not take it in. */
  | { readonly type: "turn-away"; readonly at: Temporal.Instant; readonly reason: string }
  /** It shall not be executed. `atAspsp`: the bank may have it and is to be asked first. */
  | { readonly type: "end"; readonly at: Temporal.Instant; readonly atAspsp: boolean; readonly ending: Ending }
  /** What the bank says of it. `executions`: what becomes of it where the bank says that it is approved. */
  | { readonly type: "told"; readonly at: Temporal.Instant; readonly status: AspspPaymentStatus; readonly executions: readonly PlannedExecution[] }
  /** What the bank says after it was asked to let go. */
  | { readonly type: "let-go"; readonly at: Temporal.Instant; readonly status: AspspPaymentStatus; readonly executions: readonly PlannedExecution[] }
  | { readonly type: "execution"; readonly at: Temporal.Instant; readonly executionId: string; readonly command: ExecutionCommand };

export type PaymentRefusal = "over" | "not-at-aspsp" | "not-approved" | "under-way" | "ending" | "no-such-execution" | ExecutionRefusal;
export type PaymentDecision =
  | { readonly kind: "changed"; readonly payment: Payment; readonly by: Actor }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly refusal: PaymentRefusal };

const rejectedAtApproval = "ERR_PAYMENT_REFUSED_AT_ASPSP";
const revokedAtAspsp = "ERR_PAYMENT_REVOKED_AT_ASPSP";

type Transition<S extends Payment["status"], C extends PaymentCommand["type"]> = (
  payment: Payment & { readonly status: S },
  command: Extract<PaymentCommand, { type: C }>,
) => PaymentDecision;
type Row<S extends Payment["status"]> = { readonly [C in PaymentCommand["type"]]: Transition<S, C> };

const unchanged = (): PaymentDecision => ({ kind: "unchanged" });
const refuse = (refusal: PaymentRefusal) => (): PaymentDecision => ({ kind: "refused", refusal });
const changed = (payment: Payment, by: Actor): PaymentDecision => ({ kind: "changed", payment, by });

const ended = {
  initiated: refuse("over"),
  "turn-away": refuse("over"),
  end: unchanged,
  told: refuse("over"),
  "let-go": unchanged,
  execution: refuse("not-approved"),
};

const transitions: { readonly [S in Payment["status"]]: Row<S> } = {
  intended: {
    initiated: (payment, { at }) => changed({ ...baseOf(payment), status: "awaitingAuthorisation", ending: payment.ending, statusAt: at }, "aspsp"),
    "turn-away": (payment, { at, reason }) => changed({ ...baseOf(payment), status: "rejected", statusAt: at, reason }, "aspsp"),
    end,
    told: refuse("not-at-aspsp"),
    "let-go": letGo,
    execution: refuse("not-approved"),
  },
  awaitingAuthorisation: {
    initiated: unchanged,
    "turn-away": refuse("under-way"),
    end,
    told: (payment, told) => {
      // Whoever wanted it to end is not overtaken by a late yes: the bank is asked to let go of it first.
      if (payment.ending !== null) return { kind: "refused", refusal: "ending" };
      switch (told.status) {
        case "authorised":
        case "completed":
          return approve(payment, told);
        case "rejected":
          return changed({ ...baseOf(payment), status: "refused", statusAt: told.at, reason: rejectedAtApproval }, "psu");
        case "revoked":
          return changed({ ...baseOf(payment), status: "cancelled", statusAt: told.at, reason: revokedAtAspsp }, "aspsp");
        case "unauthorised":
        case "authorising":
        case "partiallyRevoked":
        case "unknown":
          return unchanged();
      }
    },
    "let-go": letGo,
    execution: refuse("not-approved"),
  },
  authorised: {
    initiated: unchanged,
    "turn-away": refuse("under-way"),
    end: (payment, { ending }) => {
      if (payment.ending !== null) return unchanged();
      // Only the person's own wish stops what the person approved.
      if (ending.as !== "cancelled" || !payment.executions.some(({ status }) => status === "authorised")) return { kind: "refused", refusal: "under-way" };
      return changed({ ...payment, ending }, ending.by);
    },
    told: unchanged,
    // What the bank was never given is not executed, whatever it says of the payment; what it was given goes its way.
    "let-go": (payment, { at }) => {
      if (payment.ending === null) return unchanged();
      const { by } = payment.ending;
      const executions = payment.executions.map((execution) => changedExecution(execution, { type: "cancel", at }));
      return changed({ ...payment, ending: null, executions }, by);
    },
    execution: (payment, { executionId, command }) => {
      const execution = payment.executions.find((candidate) => candidate.executionId === executionId);
      if (execution === undefined) return { kind: "refused", refusal: "no-such-execution" };
      if (command.type === "submit" && payment.ending !== null && execution.status === "authorised") return { kind: "refused", refusal: "ending" };
      const decision = decideExecution(execution, command);
      if (decision.kind !== "changed") return decision;
      const executions = payment.executions.map((candidate) => (candidate === execution ? decision.execution : candidate));
      return changed({ ...payment, executions }, command.type === "answer" ? "aspsp" : "tpp");
    },
  },
  rejected: ended,
  refused: ended,
  cancelled: ended,
  expired: ended,
};

/** The one way a payment changes: the next state and whose doing it is, or why not. Pure; `at` is part of the command. */
export function decidePayment(payment: Payment, command: PaymentCommand): PaymentDecision {
  // The table pairs each status with its own state and each type with its own command.
  const row = transitions[payment.status] as Row<Payment["status"]>;
  const transition = row[command.type] as (payment: Payment, command: PaymentCommand) => PaymentDecision;
  return transition(payment, command);
}

/** How far a payment is, in the words everybody uses. Of several executions the first that is not over speaks. */
export function statusOfPayment(payment: Payment): PaymentStatus {
  if (payment.status !== "authorised") return payment.status;
  const open = payment.executions.find((execution) => !isOver(execution));
  return open?.status ?? together(payment.executions.map(({ status }) => status));
}

/** How far the least advanced of its payments is, or how it ended. */
export function statusOfOrder({ payments }: Pick<PaymentOrder, "payments">): PaymentStatus {
  const open = payments.filter((payment) => !isSettled(payment)).map(statusOfPayment);
  return openOrder.find((status) => open.includes(status)) ?? together(payments.map(statusOfPayment));
}

const openOrder: readonly PaymentStatus[] = ["intended", "awaitingAuthorisation", "authorised", "submitted", "pending", "accepted"];

/** Of several that are over: where any money moved, that is said; whether of all, `isPartlyPaid` and the executions do. */
function together(statuses: readonly PaymentStatus[]): PaymentStatus {
  if (statuses.includes("debited")) return "debited";
  return (["credited", "rejected", "refused", "cancelled", "expired"] as const).find((status) => statuses.includes(status)) ?? "cancelled";
}

export function reasonOfPayment(payment: Payment): string | null {
  if ("reason" in payment) return payment.reason;
  return payment.status === "authorised" ? (payment.executions.findLast(({ reason }) => reason !== null)?.reason ?? null) : null;
}

export function executionsOf(payment: Payment): readonly Execution[] {
  return payment.status === "authorised" ? payment.executions : [];
}

/** Money moved, or surely never will. */
export function isSettled(payment: Payment): boolean {
  return payment.status === "authorised" ? payment.executions.every(isOver) : payment.status !== "intended" && payment.status !== "awaitingAuthorisation";
}

export function mayBeApproved(order: PaymentOrder, now: Temporal.Instant): boolean {
  return (
    order.approvedAt === null &&
    Temporal.Instant.compare(now, order.approveUntil) < 0 &&
    order.payments.some((payment) => waitsForApproval(payment) && payment.ending === null)
  );
}

export function waitsForApproval(payment: Payment): payment is IntendedPayment | AwaitingPayment {
  return payment.status === "intended" || payment.status === "awaitingAuthorisation";
}

/** What is to be done about an order at the bank, apart from its executions. */
export type OrderTask = "let-go" | "read" | "expire";

export function orderTask(order: PaymentOrder, now: Temporal.Instant): OrderTask | null {
  if (order.payments.some(isEnding)) return "let-go";
  const waiting = order.payments.some(waitsForApproval);
  if (waiting && Temporal.Instant.compare(now, order.approveUntil) >= 0) return "expire";
  return waiting && order.approvedAt !== null ? "read" : null;
}

/** When an order next needs looking at; null when only its executions do, or nothing. */
export function orderDueAt(order: PaymentOrder, now: Temporal.Instant): Temporal.Instant | null {
  if (orderTask(order, now) !== null) return now;
  return order.payments.some(waitsForApproval) ? order.approveUntil : null;
}

export function isEnding(payment: Payment): boolean {
  return "ending" in payment && payment.ending !== null;
}

/** Over, and only some of its executions moved money. */
export function isPartlyPaid(payment: Payment): boolean {
  const executions = executionsOf(payment);
  return isSettled(payment) && executions.some(hasMoved) && !executions.every(hasMoved);
}

/** Executions that moved money in `after` and had not in `before`. */
export function newlyMoved(before: Payment, after: Payment) {
  const known = new Set(
    executionsOf(before)
      .filter(hasMoved)
      .map(({ executionId }) => executionId),
  );
  return executionsOf(after)
    .filter(hasMoved)
    .filter(({ executionId }) => !known.has(executionId));
}

function end(payment: IntendedPayment | AwaitingPayment, { at, atAspsp, ending }: Extract<PaymentCommand, { type: "end" }>): PaymentDecision {
  if (payment.ending !== null) return unchanged();
  return atAspsp ? changed({ ...payment, ending }, ending.by) : changed(endedAs(payment, ending, at), ending.by);
}

function letGo(payment: IntendedPayment | AwaitingPayment, told: Extract<PaymentCommand, { type: "let-go" }>): PaymentDecision {
  if (payment.ending === null) return unchanged();
  switch (told.status) {
    case "unauthorised":
    case "rejected":
    case "revoked":
    case "unknown":
    // Approved and never given for execution: the bank moves nothing by itself, and we shall not ask it to.
    case "authorised":
      return changed(endedAs(payment, payment.ending, told.at), payment.ending.by);
    case "completed":
    case "partiallyRevoked":
      return approve(payment, told);
    case "authorising":
      return unchanged();
  }
}

function approve(
  payment: IntendedPayment | AwaitingPayment,
  { at, executions }: { readonly at: Temporal.Instant; readonly executions: readonly PlannedExecution[] },
) {
  return changed({ ...baseOf(payment), status: "authorised", ending: null, statusAt: at, executions }, "psu");
}

function endedAs(payment: Payment, { as, reason }: Ending, at: Temporal.Instant): EndedPayment {
  return { ...baseOf(payment), status: as, statusAt: at, reason };
}

function changedExecution(execution: Execution, command: ExecutionCommand): Execution {
  const decision = decideExecution(execution, command);
  return decision.kind === "changed" ? decision.execution : execution;
}

function baseOf({ paymentId, position, instruction, schedule, statusAt }: Payment): PaymentBase {
  return { paymentId, position, instruction, schedule, statusAt };
}
