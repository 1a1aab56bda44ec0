import type { PaymentInstruction } from "@opl/contracts/model";
import { describe, expect, it } from "vitest";
import type { Execution, PlannedExecution } from "./payment-execution.ts";
import {
  decidePayment,
  isPartlyPaid,
  isSettled,
  mayBeApproved,
  orderDueAt,
  orderTask,
  reasonOfPayment,
  statusOfOrder,
  statusOfPayment,
} from "./payment-order.ts";
import type { Ending, Payment, PaymentCommand, PaymentDecision, PaymentOrder } from "./payment-order.ts";

const at = Temporal.Instant.from("2026-11-29T10:00:00Z");
const dueDate = Temporal.PlainDate.from("2026-11-29");
const instruction: PaymentInstruction = {
  scheme: "sepa",
  amount: { amount: "12.50", currency: "EUR" },
  creditor: { iban: "FI2112345600000785", name: "Sähkö Oy", address: null, country: null },
  remittance: { kind: "reference", reference: "1232" },
};
const base = { paymentId: "p", position: 1, instruction, schedule: { firstDate: null, every: null, count: 2 }, statusAt: at };
const planned = (position: number): PlannedExecution => ({
  executionId: `e${position}`,
  position,
  dueDate,
  status: "authorised",
  statusAt: at,
  archiveId: null,
  reason: null,
});
const moved = (status: "debited" | "credited"): Execution => ({
  ...planned(1),
  status,
  submittedAt: at,
  executedAt: at,
  debtorIban: null,
  transactionId: null,
});
const sent: Execution = { ...planned(1), status: "submitted", submittedAt: at };
const cancelling: Ending = { as: "cancelled", by: "psu", reason: null };

const states = {
  intended: { ...base, status: "intended", ending: null },
  "intended, ending": { ...base, status: "intended", ending: cancelling },
  awaitingAuthorisation: { ...base, status: "awaitingAuthorisation", ending: null },
  "awaitingAuthorisation, ending": { ...base, status: "awaitingAuthorisation", ending: cancelling },
  authorised: { ...base, status: "authorised", ending: null, executions: [planned(1), planned(2)] },
  "authorised, ending": { ...base, status: "authorised", ending: cancelling, executions: [sent, planned(2)] },
  "authorised, all given": { ...base, status: "authorised", ending: null, executions: [sent, moved("debited")] },
  rejected: { ...base, status: "rejected", reason: "ERR_ASPSP_NO" },
  refused: { ...base, status: "refused", reason: null },
  cancelled: { ...base, status: "cancelled", reason: null },
  expired: { ...base, status: "expired", reason: null },
} satisfies Record<string, Payment>;
type StateName = keyof typeof states;

const told = (type: "told" | "let-go", status: Extract<PaymentCommand, { type: "told" }>["status"]): PaymentCommand => ({
  type,
  at,
  status,
  executions: [planned(1), planned(2)],
});
const commands = {
  initiated: { type: "initiated", at },
  "turn-away": { type: "turn-away", at, reason: "ERR_ASPSP_NO" },
  "end here": { type: "end", at, atAspsp: false, ending: cancelling },
  "end at the bank": { type: "end", at, atAspsp: true, ending: cancelling },
  "expire at the bank": { type: "end", at, atAspsp: true, ending: { as: "expired", by: "tpp", reason: null } },
  "told unauthorised": told("told", "unauthorised"),
  "told authorising": told("told", "authorising"),
  "told authorised": told("told", "authorised"),
  "told completed": told("told", "completed"),
  "told rejected": told("told", "rejected"),
  "told revoked": told("told", "revoked"),
  "told partiallyRevoked": told("told", "partiallyRevoked"),
  "told unknown": told("told", "unknown"),
  "let-go unauthorised": told("let-go", "unauthorised"),
  "let-go authorising": told("let-go", "authorising"),
  "let-go authorised": told("let-go", "authorised"),
  "let-go completed": told("let-go", "completed"),
  "let-go rejected": told("let-go", "rejected"),
  "let-go revoked": told("let-go", "revoked"),
  "let-go partiallyRevoked": told("let-go", "partiallyRevoked"),
  "let-go unknown": told("let-go", "unknown"),
  "submit the first": { type: "execution", at, executionId: "e1", command: { type: "submit", at } },
  "submit the second": { type: "execution", at, executionId: "e2", command: { type: "submit", at } },
  "submit another's": { type: "execution", at, executionId: "x", command: { type: "submit", at } },
} satisfies Record<string, PaymentCommand>;
type CommandName = keyof typeof commands;

const each = (pick: (name: CommandName) => string) =>
  Object.fromEntries((Object.keys(commands) as CommandName[]).map((name) => [name, pick(name)])) as Record<CommandName, string>;
const letGo = {
  "let-go unauthorised": "cancelled",
  "let-go authorising": "=",
  "let-go authorised": "cancelled",
  "let-go completed": "authorised",
  "let-go rejected": "cancelled",
  "let-go revoked": "cancelled",
  "let-go partiallyRevoked": "authorised",
  "let-go unknown": "cancelled",
};
const over = each((name) =>
  name.startsWith("let-go") || name.includes("end ") || name.startsWith("expire") ? "=" : name.startsWith("submit") ? "not-approved" : "over",
);
const before = (refusal: string) => each((name) => (name.startsWith("submit") ? "not-approved" : name.startsWith("told") ? refusal : "="));
const approved = each((name) => (name === "turn-away" ? "under-way" : name === "submit another's" ? "no-such-execution" : "="));

/** The next status, with `!` where it shall end; `=` for no change; a refusal otherwise. */
const expected: { readonly [S in StateName]: { readonly [C in CommandName]: string } } = {
  intended: {
    ...before("not-at-aspsp"),
    initiated: "awaitingAuthorisation",
    "turn-away": "rejected",
    "end here": "cancelled",
    "end at the bank": "intended!",
    "expire at the bank": "intended!",
  },
  "intended, ending": { ...before("not-at-aspsp"), ...letGo, initiated: "awaitingAuthorisation!", "turn-away": "rejected" },
  awaitingAuthorisation: {
    ...before("="),
    "turn-away": "under-way",
    "end here": "cancelled",
    "end at the bank": "awaitingAuthorisation!",
    "expire at the bank": "awaitingAuthorisation!",
    "told authorised": "authorised",
    "told completed": "authorised",
    "told rejected": "refused",
    "told revoked": "cancelled",
  },
  "awaitingAuthorisation, ending": { ...before("ending"), ...letGo, "turn-away": "under-way" },
  authorised: {
    ...approved,
    "end here": "authorised!",
    "end at the bank": "authorised!",
    "expire at the bank": "under-way",
    "submit the first": "submitted",
    // The first that is not over speaks for the payment.
    "submit the second": "authorised",
  },
  "authorised, ending": {
    ...approved,
    ...each((name) => (name.startsWith("let-go") ? "submitted" : approved[name])),
    "submit the second": "ending",
  },
  "authorised, all given": {
    ...approved,
    "end here": "under-way",
    "end at the bank": "under-way",
    "expire at the bank": "under-way",
    "submit the second": "no-such-execution",
  },
  rejected: over,
  refused: over,
  cancelled: over,
  expired: over,
};
const rows = Object.entries(expected).flatMap(([state, row]) =>
  Object.entries(row).map(([command, outcome]) => ({ state: state as StateName, command: command as CommandName, outcome })),
);

function say(decision: PaymentDecision): string {
  if (decision.kind !== "changed") return decision.kind === "unchanged" ? "=" : decision.refusal;
  const { payment } = decision;
  return statusOfPayment(payment) + ("ending" in payment && payment.ending !== null ? "!" : "");
}

describe("every state and every command of a payment", () => {
  it.each(rows)("$state, $command: $outcome", ({ state, command, outcome }) => {
    expect(say(decidePayment(states[state], commands[command]))).toBe(outcome);
  });
  it("covers all of them", () => {
    expect(rows).toHaveLength(Object.keys(states).length * Object.keys(commands).length);
  });
  it("keeps for ever what is over", () => {
    for (const payment of Object.values(states).filter(isSettled)) {
      for (const command of Object.values(commands)) expect(decidePayment(payment, command).kind).not.toBe("changed");
    }
  });
});

describe("an order of several payments", () => {
  const order = (...payments: readonly Payment[]): PaymentOrder => ({
    paymentOrderId: "o",
    psuId: "u",
    aspspId: "op-fi",
    debtorIban: null,
    createdAt: at,
    approveUntil: at.add({ hours: 24 }),
    givenAt: at,
    approvedAt: null,
    payments,
  });
  const done = (status: "debited" | "credited"): Payment => ({ ...base, status: "authorised", ending: null, executions: [moved(status)] });

  it.each<[readonly Payment[], string]>([
    [[states.intended, states.awaitingAuthorisation], "intended"],
    [[states.rejected, states.awaitingAuthorisation], "awaitingAuthorisation"],
    [[done("debited"), states.authorised], "authorised"],
    [[done("debited"), states.rejected], "debited"],
    [[done("credited"), done("debited")], "debited"],
    [[done("credited"), states.cancelled], "credited"],
    [[states.cancelled, states.rejected], "rejected"],
    [[states.expired], "expired"],
  ])("says %#", (payments, status) => {
    expect(statusOfOrder({ payments })).toBe(status);
  });
  it("recurring: says that money moved only when the last one is over", () => {
    const payment: Payment = { ...base, status: "authorised", ending: null, executions: [moved("debited"), planned(2)] };
    expect(statusOfPayment(payment)).toBe("authorised");
    expect(isSettled(payment)).toBe(false);
  });
  it.each<[string, readonly Execution[], boolean]>([
    ["one time of two", [moved("debited"), { ...planned(2), status: "rejected" }], true],
    ["one time, the other taken back", [{ ...planned(1), status: "cancelled" }, moved("credited")], true],
    ["one time, and the other is open", [moved("debited"), planned(2)], false],
    ["both times", [moved("debited"), moved("credited")], false],
    ["never", [{ ...planned(1), status: "rejected" }], false],
  ])("recurring, paid %s: partly is said %#", (_, executions, partly) => {
    expect(isPartlyPaid({ ...base, status: "authorised", ending: null, executions })).toBe(partly);
  });
  it("gives the reason of the execution that has one", () => {
    const short: Execution = { ...planned(1), status: "pending", submittedAt: at, again: "later", reason: "ERR_PAYMENT_NOT_DEBITED_YET" };
    expect(reasonOfPayment({ ...base, status: "authorised", ending: null, executions: [short] })).toBe("ERR_PAYMENT_NOT_DEBITED_YET");
    expect(reasonOfPayment(states.rejected)).toBe("ERR_ASPSP_NO");
  });
  it("may be approved for a day, while something of it waits and was not taken back", () => {
    const open = order(states.awaitingAuthorisation);
    expect(mayBeApproved(open, at)).toBe(true);
    expect(mayBeApproved(open, open.approveUntil)).toBe(false);
    expect(mayBeApproved(order(states["awaitingAuthorisation, ending"]), at)).toBe(false);
    expect(mayBeApproved({ ...open, approvedAt: at }, at)).toBe(false);
  });
  it("knows what is to be done at the bank, and when", () => {
    const open = order(states.awaitingAuthorisation);
    expect([orderTask(open, at), orderDueAt(open, at)]).toEqual([null, open.approveUntil]);
    expect(orderTask(open, open.approveUntil)).toBe("expire");
    expect([orderTask({ ...open, approvedAt: at }, at), orderDueAt({ ...open, approvedAt: at }, at)]).toEqual(["read", at]);
    expect(orderTask(order(states["authorised, ending"], states.intended), open.approveUntil)).toBe("let-go");
    expect([orderTask(order(states.authorised), at), orderDueAt(order(states.authorised), at)]).toEqual([null, null]);
  });
});
