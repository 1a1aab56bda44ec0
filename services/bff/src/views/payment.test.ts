import type { Aspsp, PaymentOrder, PaymentStatus } from "@opl/contracts/model";
import { describe, expect, it } from "vitest";
import { aPaymentOrder, anAccount, bank } from "../../test/world.ts";
import { overviewView } from "./overview.ts";
import { paymentChoices } from "./payment-choices.ts";
import { paymentOrderView } from "./payment.ts";

const parts = { accounts: [], banks: [bank] };
const stepsOf = (order: PaymentOrder): string =>
  paymentOrderView(order, parts)
    .steps.map(({ state }) => state)
    .join(" ");
const unsent = (payment: PaymentOrder["payments"][number]) => ({ ...payment, history: payment.history.filter(({ status }) => status === "intended") });
const approvedAt = "2026-11-22T09:31:00Z";
/** As it stands; `sent`: something of it was given to the bank for execution. */
function orderAt(status: PaymentStatus, { approved = false, sent = false } = {}): PaymentOrder {
  const order = aPaymentOrder({ status, approvedAt: approved ? approvedAt : null });
  return { ...order, payments: order.payments.map((payment) => (sent ? { ...payment, status } : { ...unsent(payment), status, executions: [] })) };
}

describe("the four honest steps", () => {
  it.each<[string, PaymentOrder, string]>([
    ["intended", orderAt("intended"), "done now open open"],
    ["at the bank", orderAt("awaitingAuthorisation"), "done now open open"],
    ["approved, the bank is being asked", orderAt("awaitingAuthorisation", { approved: true }), "done done now open"],
    ["approved", orderAt("authorised", { approved: true }), "done done now open"],
    ["repeating, once paid", orderAt("authorised", { approved: true, sent: true }), "done done done now"],
    ["submitted", orderAt("submitted", { approved: true, sent: true }), "done done done now"],
    ["pending", orderAt("pending", { approved: true, sent: true }), "done done done now"],
    ["accepted", orderAt("accepted", { approved: true, sent: true }), "done done done now"],
    ["debited", orderAt("debited", { approved: true, sent: true }), "done done done done"],
    ["credited", orderAt("credited", { approved: true, sent: true }), "done done done done"],
    ["turned away", orderAt("rejected"), "done failed open open"],
    ["rejected later", orderAt("rejected", { approved: true, sent: true }), "done done done failed"],
    ["refused", orderAt("refused"), "done failed open open"],
    ["expired", orderAt("expired"), "done failed open open"],
    ["cancelled", orderAt("cancelled"), "done failed open open"],
    ["cancelled after the approval", orderAt("cancelled", { approved: true }), "done done failed open"],
  ])("%s", (_, order, steps) => {
    expect(stepsOf(order)).toBe(steps);
  });
  it.each([
    ["its approval was lost before anything left", "ERR_PAYMENT_APPROVAL_LOST"],
    ["it never reached the bank", "ERR_PAYMENT_NEVER_ARRIVED"],
  ])("sent is not done where %s", (_, reason) => {
    const lost = orderAt("rejected", { approved: true, sent: true });
    const payments = lost.payments.map((payment) => ({
      ...payment,
      executions: payment.executions.map((execution) => ({ ...execution, status: "rejected" as const, reason })),
    }));
    expect(stepsOf({ ...lost, payments })).toBe("done done failed open");
  });
  it("paid is said only with the time at which the bank said so", () => {
    const { steps } = paymentOrderView(aPaymentOrder(), parts);
    expect(steps.map(({ at }) => at)).toEqual(["2026-11-22T09:30:00Z", approvedAt, "2026-11-22T09:31:02Z", "2026-11-22T09:31:05Z"]);
    expect(paymentOrderView(orderAt("accepted", { approved: true, sent: true }), parts).steps[3]).toMatchObject({ at: null });
  });
});

describe("an order of which only a part was paid", () => {
  const [one] = aPaymentOrder().payments;
  const [once] = one?.executions ?? [];
  if (one === undefined || once === undefined) throw new Error("no payment");
  /** One payment of 12.50 € for each word of an execution, or one that repeats for several of them. */
  const paymentOf = (...statuses: readonly PaymentStatus[]): PaymentOrder["payments"][number] => ({
    ...one,
    status: (["authorised", "debited"] as const).find((status) => statuses.includes(status)) ?? statuses[0] ?? "rejected",
    schedule: { firstDate: null, every: statuses.length > 1 ? "month" : null, count: Math.max(statuses.length, 1) },
    executions: statuses.map((status) => ({ ...once, status })),
  });
  const view = (status: PaymentStatus, ...payments: PaymentOrder["payments"]) => {
    const { paid, partlyPaid, steps, payments: shown } = paymentOrderView(aPaymentOrder({ status, payments }), parts);
    return { paid: paid.map(({ amount }) => amount), partlyPaid, step: steps[3]?.state, each: shown.map((payment) => payment.partlyPaid) };
  };

  it.each([
    ["one paid, one rejected", view("debited", paymentOf("debited"), paymentOf("rejected")), ["12.50"], [false, false]],
    ["one paid, one turned away", view("debited", paymentOf("debited"), paymentOf()), ["12.50"], [false, false]],
    ["one received, one taken back", view("credited", paymentOf("credited"), paymentOf("cancelled")), ["12.50"], [false, false]],
    ["one of three times paid", view("debited", paymentOf("debited", "rejected", "rejected")), ["12.50"], [true]],
    [
      "two of three times paid, beside one paid whole",
      view("debited", paymentOf("debited", "debited", "cancelled"), paymentOf("credited")),
      ["37.50"],
      [true, false],
    ],
  ])("%s: the step of being paid is not done, and how much of it was paid is said", (_, shown, paid, each) => {
    expect(shown).toEqual({ paid, partlyPaid: true, step: "failed", each });
  });
  it.each([
    ["all paid", view("debited", paymentOf("debited", "debited"), paymentOf("credited")), ["37.50"], "done"],
    ["nothing paid", view("rejected", paymentOf("rejected"), paymentOf("rejected")), ["0.00"], "failed"],
    ["one time paid, and the next waits for its day", view("authorised", paymentOf("debited", "authorised")), ["12.50"], "now"],
  ])("%s is no part", (_, shown, paid, step) => {
    expect(shown).toMatchObject({ paid, partlyPaid: false, step });
    expect(shown.each).not.toContain(true);
  });
});

describe("an order as pages show it", () => {
  it("hides the number of the account it comes from, and names it where it is one of the person's (US-12)", () => {
    const own = anAccount({ iban: "FI2112345600000785", name: "Käyttötili" });
    const view = paymentOrderView(aPaymentOrder(), { ...parts, accounts: [own] });
    expect(view.debtor).toEqual({ accountId: own.accountId, name: "Käyttötili", maskedNumber: "•••• 0785" });
    expect(paymentOrderView(aPaymentOrder(), parts).debtor).toEqual({ accountId: null, name: null, maskedNumber: "•••• 0785" });
    expect(JSON.stringify(view)).not.toContain("FI2112345600000785");
  });
  it("adds up what leaves the account in all, per currency", () => {
    const [payment] = aPaymentOrder().payments;
    if (payment === undefined) throw new Error("no payment");
    const twice = { ...payment, schedule: { firstDate: null, every: "week" as const, count: 2 } };
    const dollars = { ...payment, instruction: { ...payment.instruction, amount: { amount: "1.00", currency: "USD" } } };
    expect(paymentOrderView(aPaymentOrder({ payments: [payment, twice, dollars] }), parts).totals).toEqual([
      { amount: "37.50", currency: "EUR" },
      { amount: "1.00", currency: "USD" },
    ]);
  });
  it("may be approved until it is, and taken back until it is given for execution", () => {
    const may = (order: PaymentOrder) => {
      const { mayBeApproved, mayBeCancelled } = paymentOrderView(order, parts);
      return [mayBeApproved, mayBeCancelled];
    };
    expect(may(orderAt("awaitingAuthorisation"))).toEqual([true, true]);
    expect(may(orderAt("awaitingAuthorisation", { approved: true }))).toEqual([false, true]);
    expect(may(orderAt("submitted", { approved: true, sent: true }))).toEqual([false, false]);
    expect(may(aPaymentOrder())).toEqual([false, false]);
  });
});

it("the overview asks for attention to a payment that waits for its approval, or that the bank could not debit", () => {
  const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
  const payments = [orderAt("awaitingAuthorisation"), orderAt("pending", { approved: true, sent: true }), aPaymentOrder(), orderAt("expired")];
  const view = overviewView(
    { accounts: [], consents: [], banks: [bank], insights: undefined, payments, funds: [] },
    { now, today: Temporal.PlainDate.from("2026-11-22") },
  );
  expect(view.attention).toEqual(
    payments.slice(0, 2).map(({ paymentOrderId, status, createdAt }) => ({
      kind: "payment-unfinished",
      paymentOrderId,
      aspspName: "OP sandbox",
      status,
      since: createdAt,
    })),
  );
});

describe("a payment that failed while nobody looked", () => {
  const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
  const today = Temporal.PlainDate.from("2026-11-22");
  /** Paid monthly, each time as it is said. */
  const monthly = (...times: readonly { readonly status: PaymentStatus; readonly statusAt: string }[]): PaymentOrder => {
    const order = aPaymentOrder({ status: "authorised", createdAt: "2026-06-01T09:00:00Z" });
    return {
      ...order,
      payments: order.payments.map((payment) => ({
        ...payment,
        executions: times.map((time, index) => ({ ...payment.executions[0]!, ...time, dueDate: `2026-${String(index + 7).padStart(2, "0")}-01` })),
      })),
    };
  };
  const toldOf = (...payments: readonly PaymentOrder[]) =>
    overviewView({ accounts: [], consents: [], banks: [bank], insights: undefined, payments, funds: [] }, { now, today }).attention.filter(
      ({ kind }) => kind === "payment-failed",
    );
  const paid = { status: "debited", statusAt: "2026-11-20T08:00:00Z" } as const;

  it("one time of an order that goes on is told, with whom and for which day it was", () => {
    const order = monthly(paid, { status: "rejected", statusAt: "2026-11-20T08:00:00Z" }, { status: "authorised", statusAt: "2026-06-01T09:00:00Z" });
    expect(toldOf(order)).toEqual([{ kind: "payment-failed", paymentOrderId: order.paymentOrderId, payeeName: "Sähkö ", dueDate: "2026-08-01" }]);
  });
  it("of several times the latest is told, once for the order", () => {
    const order = monthly({ status: "rejected", statusAt: "2026-11-10T08:00:00Z" }, { status: "rejected", statusAt: "2026-11-20T08:00:00Z" });
    expect(toldOf(order)).toMatchObject([{ dueDate: "2026-08-01" }]);
  });
  it.each([
    ["30 days ago to the second, it is still told", "2026-10-23T10:00:00Z", 1],
    ["longer ago it is not told any more", "2026-10-23T09:59:59Z", 0],
  ])("%s", (_, statusAt, times) => {
    expect(toldOf(monthly({ status: "rejected", statusAt }))).toHaveLength(times);
  });
  it("what was paid, or taken back by the person, is no failure", () => {
    expect(toldOf(monthly(paid, { status: "cancelled", statusAt: "2026-11-20T08:00:00Z" }), orderAt("refused"), orderAt("cancelled"))).toEqual([]);
  });
});

it("offers accounts with a number at banks that take payments, and payees that money was sent to, once each, the latest first", () => {
  const [own, card] = [anAccount(), anAccount({ kind: "card", iban: null })];
  const elsewhere = anAccount({ aspspId: "nowhere" });
  const payee = (iban: string, name: string, order: PaymentOrder, dueDate = "2026-11-22"): PaymentOrder => ({
    ...order,
    payments: order.payments.map((payment) => ({
      ...payment,
      instruction: {
        scheme: "sepa",
        amount: payment.instruction.amount,
        remittance: payment.instruction.remittance,
        creditor: { iban, name, address: null, country: null },
      },
      executions: payment.executions.map((execution) => ({ ...execution, status: payment.status, dueDate })),
    })),
  });
  const at = (status: PaymentStatus): PaymentOrder => {
    const order = aPaymentOrder({ status });
    return { ...order, payments: order.payments.map((payment) => ({ ...payment, status })) };
  };
  const orders = [
    payee("FI1410093000123458", "Sähkö Ojy", orderAt("intended")),
    payee("FI5542345670000081", "Vesi Oy", at("submitted")),
    payee("FI1410093000123458", "Sähkö Oyj", aPaymentOrder(), "2026-11-23"),
    payee("FI1410093000123458", "Sähkö Oy", aPaymentOrder(), "2026-10-23"),
    ...(["awaitingAuthorisation", "refused", "expired", "cancelled"] as const).map((status) => payee("FI2112345600000785", "Typo", orderAt(status))),
    payee("FI2112345600000785", "Turned away", at("rejected")),
  ];
  const banks: Aspsp[] = [
    { ...bank, paymentSchemes: ["sepa", "foreign"] },
    { ...bank, aspspId: "at-home", name: "At home", paymentSchemes: ["sepa"] },
    { ...bank, aspspId: "nowhere", capabilities: [] },
  ];
  expect(paymentChoices([own, card, elsewhere, anAccount({ connected: false })], banks, orders, Temporal.PlainDate.from("2026-11-23"))).toEqual({
    banks: [
      { aspspId: "op-fi", name: "OP sandbox", foreign: true },
      { aspspId: "at-home", name: "At home", foreign: false },
    ],
    accounts: [{ accountId: own.accountId, aspspId: "op-fi", name: own.name, maskedNumber: "•••• 0785", balance: { amount: "1234.56", currency: "EUR" } }],
    payees: [
      { name: "Sähkö Oyj", iban: "FI1410093000123458" },
      { name: "Vesi Oy", iban: "FI5542345670000081" },
    ],
    today: "2026-11-23",
  });
});
