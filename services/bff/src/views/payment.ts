import type { PaymentOrderView } from "@opl/contracts/http/bff-payments";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { AmountWire, Aspsp, Payment, PaymentOrder, PaymentStatus } from "@opl/contracts/model";
import { add, fromWire, toWire } from "@opl/money";
import type { Amount } from "@opl/money";
import { bankNames } from "./bank-names.ts";
import { maskNumber } from "./masked-number.ts";

/** Answers of the owners; undefined: could not be had just now. */
export interface PaymentParts {
  readonly accounts: readonly LedgerAccount[] | undefined;
  readonly banks: readonly Aspsp[] | undefined;
}

type Steps = PaymentOrderView["steps"];
type StepState = Steps[number]["state"];

/** An order as pages show it: what was wanted, how far it is, what can still be done. */
export function paymentOrderView(order: PaymentOrder, parts: PaymentParts): PaymentOrderView {
  const { paymentOrderId, aspspId, status, createdAt, payments } = order;
  return {
    paymentOrderId,
    aspspId,
    aspspName: bankNames(parts.banks)(aspspId),
    status,
    createdAt,
    debtor: debtorOf(order, parts.accounts),
    totals: sumsOf(payments, ({ schedule }) => schedule.count),
    paid: sumsOf(payments, ({ executions }) => executions.filter(hasMoved).length),
    steps: stepsOf(order),
    ...whatMoved(order),
    mayBeApproved: mayBeApproved(order),
    mayBeCancelled: payments.some(isUnsent),
  };
}

/** Not given to the bank for execution: it can still be taken back. */
function isUnsent({ status, executions }: Payment): boolean {
  return status === "intended" || status === "awaitingAuthorisation" || executions.some((execution) => execution.status === "authorised");
}

export function mayBeApproved({ status, approvedAt }: PaymentOrder): boolean {
  return approvedAt === null && (status === "intended" || status === "awaitingAuthorisation");
}

function debtorOf({ debtorIban }: PaymentOrder, accounts: readonly LedgerAccount[] | undefined): PaymentOrderView["debtor"] {
  const maskedNumber = maskNumber(debtorIban);
  if (maskedNumber === null) return null;
  const own = accounts?.find(({ iban }) => iban === debtorIban);
  return { accountId: own?.accountId ?? null, name: own?.name ?? null, maskedNumber };
}

/** Money surely left the account; of several, for one of them at least. */
export function hasMoved({ status }: { readonly status: PaymentStatus }): boolean {
  return status === "debited" || status === "credited";
}

/** Over, and some of it moved no money. */
function isPartlyPaid(order: PaymentOrder): boolean {
  return hasMoved(order) && !order.payments.every((payment) => hasMoved(payment) && payment.executions.every(hasMoved));
}

/** Says of an order and of each of its payments whether only some of it was paid: "debited" alone looks like all of it. */
export function whatMoved(order: PaymentOrder): Pick<PaymentOrderView, "partlyPaid" | "payments"> {
  const payments = order.payments.map((payment) => ({ ...payment, partlyPaid: hasMoved(payment) && !payment.executions.every(hasMoved) }));
  return { partlyPaid: isPartlyPaid(order), payments };
}

/** Each payment so many times, per currency. */
function sumsOf(payments: readonly Payment[], timesOf: (payment: Payment) => number): AmountWire[] {
  const sums = new Map<string, Amount>();
  for (const payment of payments) {
    const one = fromWire(payment.instruction.amount);
    const all = { ...one, minor: one.minor * BigInt(timesOf(payment)) };
    const before = sums.get(one.currency);
    sums.set(one.currency, before === undefined ? all : add(before, all));
  }
  return [...sums.values()].map(toWire);
}

/** Ordered, approved, sent, paid: nothing is done before it is. */
function stepsOf(order: PaymentOrder): Steps {
  const sentAt = order.payments.some(({ executions }) => executions.some(wasSent)) ? firstTime(order, ["submitted"]) : null;
  const [approved, sent, paid] = statesOf(order, sentAt !== null);
  return [
    { step: "ordered", state: "done", at: order.createdAt },
    { step: "approved", state: approved, at: order.approvedAt },
    { step: "sent", state: sent, at: sentAt },
    { step: "paid", state: paid, at: paid === "done" ? lastTime(order, ["debited", "credited"]) : null },
  ];
}

function statesOf(order: PaymentOrder, wasSent: boolean): readonly [StepState, StepState, StepState] {
  const { status, approvedAt } = order;
  switch (status) {
    case "intended":
    case "awaitingAuthorisation":
      return approvedAt === null ? ["now", "open", "open"] : ["done", "now", "open"];
    case "authorised":
      // Of a payment that repeats some may be paid, and the next waits for its day.
      return wasSent ? ["done", "done", "now"] : ["done", "now", "open"];
    case "submitted":
    case "accepted":
    case "pending":
      return ["done", "done", "now"];
    case "debited":
    case "credited":
      return ["done", "done", isPartlyPaid(order) ? "failed" : "done"];
    case "rejected":
    case "refused":
    case "cancelled":
    case "expired":
      if (approvedAt === null) return ["failed", "open", "open"];
      return wasSent ? ["done", "done", "failed"] : ["done", "failed", "open"];
  }
}

/** The bank surely has nothing of it. */
const neverSent: ReadonlySet<string | null> = new Set(["ERR_PAYMENT_APPROVAL_LOST", "ERR_PAYMENT_NEVER_ARRIVED"]);

/** Given to the bank, as far as is known; what was about to be and surely never reached it was not. */
function wasSent({ status, reason }: Payment["executions"][number]): boolean {
  return status !== "authorised" && status !== "cancelled" && !neverSent.has(reason);
}

function timesOf({ payments }: PaymentOrder, statuses: readonly PaymentStatus[]): string[] {
  return payments
    .flatMap(({ history }) => history)
    .filter(({ status }) => statuses.includes(status))
    .map(({ at }) => at)
    .toSorted((a, b) => Temporal.Instant.compare(a, b));
}

function firstTime(order: PaymentOrder, statuses: readonly PaymentStatus[]): string | null {
  return timesOf(order, statuses)[0] ?? null;
}

function lastTime(order: PaymentOrder, statuses: readonly PaymentStatus[]): string | null {
  return timesOf(order, statuses).at(-1) ?? null;
}
