import { describe, expect, it } from "vitest";
import { decideExecution, dueAt, isOver, nextAskAt, nextStep } from "./payment-execution.ts";
import type { AspspExecutionStatus, Execution, ExecutionCommand, ExecutionDecision } from "./payment-execution.ts";

const at = Temporal.Instant.from("2026-11-29T10:00:00Z");
const dueDate = Temporal.PlainDate.from("2026-11-29");
const base = { executionId: "e", position: 1, dueDate, statusAt: at.subtract({ minutes: 5 }), archiveId: null, reason: null };
const submittedAt = at.subtract({ minutes: 5 });
const executed = { submittedAt, executedAt: submittedAt, debtorIban: null, transactionId: null };

const states: { readonly [S in Execution["status"]]: Execution & { readonly status: S } } = {
  authorised: { ...base, status: "authorised" },
  submitted: { ...base, status: "submitted", submittedAt },
  accepted: { ...base, status: "accepted", submittedAt },
  pending: { ...base, status: "pending", submittedAt, again: "today" },
  debited: { ...base, ...executed, status: "debited" },
  credited: { ...base, ...executed, status: "credited" },
  rejected: { ...base, status: "rejected" },
  cancelled: { ...base, status: "cancelled" },
};
const answer = (status: AspspExecutionStatus, when = at): ExecutionCommand => ({
  type: "answer",
  at: when,
  status,
  archiveId: "a",
  debtorIban: null,
  aspspReason: null,
});
const commands = {
  submit: { type: "submit", at },
  "answer accepted": answer("accepted"),
  "answer pending": answer("pending"),
  "answer error": answer("error"),
  "answer debited": answer("debited"),
  "answer credited": answer("credited"),
  "answer rejected": answer("rejected"),
  "answer unknown": answer("unknown"),
  unsent: { type: "unsent", at },
  cancel: { type: "cancel", at },
  book: { type: "book", at, transactionId: "t" },
} satisfies Record<string, ExecutionCommand>;
type CommandName = keyof typeof commands;

const underWay = {
  submit: "=",
  "answer accepted": "accepted",
  "answer pending": "pending",
  "answer error": "pending",
  "answer debited": "debited",
  "answer credited": "credited",
  "answer rejected": "rejected",
  "answer unknown": "=",
  unsent: "under-way",
  cancel: "under-way",
  book: "not-executed",
};
const refusals = (refusal: string) =>
  Object.fromEntries(Object.keys(commands).map((name) => [name, name === "book" ? "not-executed" : refusal])) as Record<CommandName, string>;
/** The next status; `=` for no change; a refusal otherwise. */
const expected: { readonly [S in Execution["status"]]: { readonly [C in CommandName]: string } } = {
  authorised: { ...refusals("not-submitted"), submit: "submitted", cancel: "cancelled" },
  submitted: { ...underWay, unsent: "rejected" },
  accepted: { ...underWay, submit: "under-way", "answer accepted": "=" },
  pending: { ...underWay, "answer pending": "=" },
  debited: { ...refusals("over"), book: "debited" },
  credited: { ...refusals("over"), book: "credited" },
  rejected: refusals("over"),
  cancelled: { ...refusals("over"), cancel: "=" },
};
const rows = Object.entries(expected).flatMap(([status, row]) =>
  Object.entries(row).map(([command, outcome]) => ({ status: status as Execution["status"], command: command as CommandName, outcome })),
);

function say(decision: ExecutionDecision): string {
  if (decision.kind === "changed") return decision.execution.status;
  return decision.kind === "unchanged" ? "=" : decision.refusal;
}

describe("every state and every command of an execution", () => {
  it.each(rows)("$status, $command: $outcome", ({ status, command, outcome }) => {
    const decision = decideExecution(states[status], commands[command]);
    expect(say(decision)).toBe(outcome);
    if (decision.kind === "changed") expect(decision.execution).toMatchObject({ executionId: "e", position: 1, dueDate });
  });
  it("covers all of them", () => {
    expect(rows).toHaveLength(Object.keys(states).length * Object.keys(commands).length);
  });
  it("what is over stays over, and is asked about no more", () => {
    for (const execution of Object.values(states).filter(isOver)) {
      expect(nextStep(execution, at)).toBeNull();
      expect(nextAskAt(execution, 0, at)).toBeNull();
      for (const command of Object.values(commands)) {
        const decision = decideExecution(execution, command);
        if (decision.kind === "changed") expect(decision.execution.status).toBe(execution.status);
      }
    }
  });
});

describe("time", () => {
  const midnight = Temporal.Instant.from("2026-11-29T22:00:00Z");
  it("is not given before its day begins in Helsinki", () => {
    expect(dueAt(dueDate).toString()).toBe("2026-11-28T22:00:00Z");
    const early = dueAt(dueDate).subtract({ nanoseconds: 1 });
    expect(nextStep(states.authorised, early)).toBeNull();
    expect(say(decideExecution(states.authorised, { type: "submit", at: early }))).toBe("not-due");
    expect(nextStep(states.authorised, dueAt(dueDate))).toBe("submit");
  });
  it("pending is given again with the same id until midnight, then only asked about, and given up an hour later", () => {
    expect(nextStep(states.pending, midnight.subtract({ seconds: 1 }))).toBe("submit");
    expect(nextStep(states.pending, midnight)).toBe("read");
    expect(say(decideExecution(states.pending, answer("pending", midnight)))).toBe("=");
    expect(decideExecution(states.pending, answer("pending", midnight.add({ hours: 1 })))).toMatchObject({
      kind: "changed",
      execution: { status: "rejected", reason: "ERR_PAYMENT_NOT_DEBITED_IN_TIME" },
    });
    expect(say(decideExecution(states.pending, answer("debited", midnight.add({ hours: 2 }))))).toBe("debited");
  });
  it("an account that was short is tried for three days", () => {
    const later: Execution = { ...states.pending, again: "later" };
    const end = midnight.add({ hours: 48 });
    expect(nextStep(later, end.subtract({ seconds: 1 }))).toBe("submit");
    expect(nextStep(later, end)).toBe("read");
    expect(say(decideExecution(later, answer("error", end)))).toBe("=");
    expect(say(decideExecution(later, answer("error", end.add({ hours: 1 }))))).toBe("rejected");
  });
  it("what the bank never received is given again for three days, and is surely unpaid only when the bank says so after that", () => {
    const end = midnight.add({ hours: 49 });
    expect(nextStep(states.submitted, at)).toBe("submit");
    expect(nextStep(states.submitted, end)).toBe("read");
    expect(decideExecution(states.submitted, answer("unknown", end))).toMatchObject({ execution: { status: "rejected", reason: "ERR_PAYMENT_NEVER_ARRIVED" } });
    expect(say(decideExecution(states.accepted, answer("unknown", end)))).toBe("=");
  });
  it("what surely never left is surely unpaid at once, for a reason of its own; what the bank is known to have is not", () => {
    expect(decideExecution(states.submitted, commands.unsent)).toMatchObject({ execution: { status: "rejected", reason: "ERR_PAYMENT_APPROVAL_LOST" } });
    expect(say(decideExecution(states.pending, commands.unsent))).toBe("under-way");
  });
  it("accepted is only asked about, with pauses that grow", () => {
    expect(nextStep(states.accepted, at)).toBe("read");
    const pauses = Array.from({ length: 14 }, (_, times) => at.until(nextAskAt(states.accepted, times, at) ?? at).total("seconds"));
    expect(pauses.slice(0, 4)).toEqual([3, 6, 12, 24]);
    expect(pauses.at(-1)).toBe(3600);
  });
});
