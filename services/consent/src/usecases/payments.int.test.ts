import { OplError } from "@opl/errors";
import { newId } from "@opl/service";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getOrder, listOrdersToWatch } from "../db/payment-store.ts";
import { statusOfOrder } from "../domain/payment-order.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness, Person } from "../testing/harness.ts";
import { electricity, goToBank, once, pay, runPayments, wanted } from "../testing/payments.ts";
import { bookExecution } from "./book-execution.ts";
import { cancelPayments } from "./cancel-payments.ts";
import { endLapsedAuthorisations } from "./end-lapsed-authorisations.ts";
import { erasePsu } from "./erase-psu.ts";
import { putPaymentOrder } from "./put-payment-order.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
beforeEach(() => {
  harness.gateway.reset();
  harness.clock.set("2026-11-29T10:00:00Z");
});

const cut = (): never => {
  throw new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "cut" });
};
const orderOf = async (person: Person, paymentOrderId: string) => {
  const found = await getOrder(harness.ctx.db, { psuId: person.psu.psuId, paymentOrderId });
  if (found === undefined) throw new Error("gone");
  return {
    ...found,
    status: statusOfOrder(found.order),
    executions: found.order.payments.flatMap((payment) => ("executions" in payment ? payment.executions : [])),
  };
};

describe("a payment order", () => {
  it("goes from the button to the bank's book once, and says each step", async () => {
    const person = aPerson();
    const { paymentOrderId, payments } = await pay(harness, person);
    const [payment] = payments;
    expect((await orderOf(person, paymentOrderId)).status).toBe("awaitingAuthorisation");
    await runPayments(harness.ctx);
    const paid = await orderOf(person, paymentOrderId);
    expect(paid.status).toBe("debited");
    expect(paid.history.map(({ status }) => status)).toEqual(["intended", "awaitingAuthorisation", "authorised", "submitted", "debited"]);
    expect(harness.gateway.book().get(payment?.paymentId ?? "")).toHaveLength(1);
    expect(await harness.factsAbout(paymentOrderId)).toEqual([
      "consent.payment-ordered",
      ...Array.from({ length: 4 }, () => "consent.payment-status-changed"),
      "consent.payment-executed",
    ]);
    const [execution] = paid.executions;
    expect(await harness.factData(paymentOrderId, "consent.payment-executed")).toEqual({
      paymentOrderId,
      paymentId: payment?.paymentId,
      psuId: person.psu.psuId,
      aspspId: "op-fi",
      executionId: execution?.executionId,
      debtorIban: "FI2112345600000785",
      creditorIban: "FI2112345600000785",
      creditorName: "Sähkö Oy",
      amount: { amount: "12.50", currency: "EUR" },
      archiveId: `archive-${execution?.executionId}`,
      executedAt: "2026-11-29T10:00:00Z",
    });
    // The gateway is told to forget the tokens of what is over.
    expect(harness.gateway.tokens.has(paymentOrderId)).toBe(false);
    const calls = harness.gateway.calls.length;
    harness.clock.advance({ hours: 24 });
    await runPayments(harness.ctx);
    expect(harness.gateway.calls).toHaveLength(calls);
  });

  it("put twice at once is one order; other content under its id is refused, and so is another person's", async () => {
    const person = aPerson();
    const order = wanted(person);
    const [first, second] = await Promise.all([putPaymentOrder(harness.ctx, order), putPaymentOrder(harness.ctx, order)]);
    expect(second).toEqual(first);
    const dearer = {
      ...order,
      payments: order.payments.map((payment) => ({ ...payment, instruction: { ...electricity, amount: { amount: "13.50", currency: "EUR" } } })),
    };
    await expect(putPaymentOrder(harness.ctx, dearer)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_DIFFERENT", kind: "conflict" });
    await expect(putPaymentOrder(harness.ctx, { ...order, psu: aPerson().psu })).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_DIFFERENT" });
    const stolen = { ...wanted(aPerson()), payments: order.payments };
    await expect(putPaymentOrder(harness.ctx, stolen)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_DIFFERENT" });
    expect(await getOrder(harness.ctx.db, { psuId: stolen.psu.psuId, paymentOrderId: stolen.paymentOrderId })).toBeUndefined();
    expect(await harness.factsAbout(order.paymentOrderId)).toEqual(["consent.payment-ordered"]);
  });

  it("says everything that is wrong with it before any bank hears of it", async () => {
    const person = aPerson();
    const order = wanted(person, [{ ...once, firstDate: "2026-11-28" }]);
    await expect(putPaymentOrder(harness.ctx, order)).rejects.toMatchObject({
      code: "ERR_PAYMENT_ORDER_INVALID",
      details: { findings: [{ payment: 0, field: "schedule", problem: "first-date-past" }] },
    });
    await expect(putPaymentOrder(harness.ctx, { ...wanted(person), debtorIban: "FI2212345600000785" })).rejects.toMatchObject({
      code: "ERR_PAYMENT_ORDER_INVALID",
    });
    await expect(putPaymentOrder(harness.ctx, { ...wanted(person), aspspId: "nowhere" })).rejects.toMatchObject({ code: "ERR_PAYMENT_ASPSP_UNKNOWN" });
  });

  it("US-35 approved twice at once is given to the bank once", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    harness.gateway.fault = async (point) => {
      if (point !== "before initiatePayment") return;
      asked.resolve();
      await answered.promise;
    };
    const first = goToBank(harness.ctx, person, order.paymentOrderId);
    await asked.promise;
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_BUSY", retryAfterSeconds: 1 });
    answered.resolve();
    expect(await first).not.toBe("");
    expect(harness.gateway.calls.filter((call) => call === "initiatePayment")).toHaveLength(1);
  });

  /** @returns the states of both, the older first */
  async function twoTabs(person: ReturnType<typeof aPerson>, paymentOrderId: string): Promise<[string, string]> {
    const older = await goToBank(harness.ctx, person, paymentOrderId);
    harness.clock.advance({ seconds: 1 });
    const newer = await goToBank(harness.ctx, person, paymentOrderId);
    harness.gateway.decide(paymentOrderId, "authorised");
    return [older, newer];
  }

  it("two tabs at the bank: the older that comes back first hears that only the newest counts, spends nothing of it, and the newest approves", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const [older, newer] = await twoTabs(person, order.paymentOrderId);
    const about = { kind: "payment", paymentOrderId: order.paymentOrderId };
    const told = () => harness.comeBack(person, returned({ state: older }));
    expect([await told(), await told()]).toMatchObject(Array.from({ length: 2 }, () => ({ outcome: "failed", reason: "ERR_AUTHORISATION_SUPERSEDED", about })));
    expect(harness.gateway.tokens.size).toBe(0);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("awaitingAuthorisation");
    expect(await harness.comeBack(person, returned({ state: newer }))).toMatchObject({ outcome: "authorised", about });
    await runPayments(harness.ctx);
    expect(harness.gateway.executions.size).toBe(1);
  });

  it("a newer approval that never got as far as the bank leaves the older one as good as it was", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const older = await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.clock.advance({ seconds: 1 });
    harness.gateway.fault = (point) => {
      if (point === "before authorisePaymentOrder") throw new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "no" });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_BANK_GATEWAY_UNAVAILABLE" });
    harness.gateway.fault = () => undefined;
    harness.gateway.decide(order.paymentOrderId, "authorised");
    expect(await harness.comeBack(person, returned({ state: older }))).toMatchObject({ outcome: "authorised" });
  });

  it("a newer approval that got as far as the bank, its answer lost on the way here: the older hears that it does not count, and one begun after both approves", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const older = await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.fault = (point) => {
      if (point === "after authorisePaymentOrder") throw new OplError({ code: "ERR_BANK_GATEWAY_UNAVAILABLE", kind: "unavailable", message: "no" });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_BANK_GATEWAY_UNAVAILABLE" });
    harness.gateway.fault = () => undefined;
    expect(await harness.comeBack(person, returned({ state: older }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_SUPERSEDED" });
    const newest = await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    expect(await harness.comeBack(person, returned({ state: newest }))).toMatchObject({ outcome: "authorised" });
  });

  it("the older comes back while the newer is on its way to the bank: it does not count, and the newer approves", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const older = await goToBank(harness.ctx, person, order.paymentOrderId);
    let told: unknown;
    harness.gateway.fault = async (point) => {
      if (point === "after authorisePaymentOrder") told = await harness.comeBack(person, returned({ state: older }));
    };
    const newer = await goToBank(harness.ctx, person, order.paymentOrderId);
    expect(told).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_SUPERSEDED" });
    harness.gateway.decide(order.paymentOrderId, "authorised");
    expect(await harness.comeBack(person, returned({ state: newer }))).toMatchObject({ outcome: "authorised" });
  });

  it("two tabs at the bank: the newer that comes back first approves it, the older hears so, and nothing is exchanged twice", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const [older, newer] = await twoTabs(person, order.paymentOrderId);
    for (const state of [newer, older])
      expect(await harness.comeBack(person, returned({ state }))).toMatchObject({
        outcome: "authorised",
        about: { kind: "payment", paymentOrderId: order.paymentOrderId },
      });
    expect(harness.gateway.calls.filter((call) => call === "exchangePaymentCode")).toHaveLength(1);
    await runPayments(harness.ctx);
    expect(harness.gateway.executions.size).toBe(1);
  });

  it("a payment the bank turns away is rejected; the others of the order may go on", async () => {
    const person = aPerson();
    const order = wanted(person, [once, once]);
    await putPaymentOrder(harness.ctx, order);
    let asked = 0;
    harness.gateway.fault = (point) => {
      if (point === "before initiatePayment" && (asked += 1) === 2) throw new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "no" });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED" });
    const state = await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    await harness.comeBack(person, returned({ state }));
    await runPayments(harness.ctx);
    const { order: kept } = await orderOf(person, order.paymentOrderId);
    expect(kept.payments.map(({ status }) => status)).toEqual(["authorised", "rejected"]);
    expect(harness.gateway.executions.size).toBe(1);
  });

  it("that the bank says it knows a payment already is no rejection", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    harness.gateway.fault = () => {
      throw new OplError({ code: "ERR_ASPSP_REJECTED", kind: "rejected", message: "no", details: { reason: "duplicate-payment" } });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED" });
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("intended");
  });

  it("the person's no at the bank ends it, once the bank has let go of it", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const state = await goToBank(harness.ctx, person, order.paymentOrderId);
    expect(await harness.comeBack(person, returned({ state, code: undefined, id_token: undefined, error: "access_denied" }))).toMatchObject({
      outcome: "refused",
    });
    harness.gateway.fault = cut;
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("awaitingAuthorisation");
    harness.gateway.fault = () => undefined;
    harness.clock.advance({ minutes: 2 });
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("refused");
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_OVER" });
  });

  it("OA-60 an exchange that was cut off leaves the order to another approval, and the code is never sent again", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const state = await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    harness.gateway.fault = (point) => (point === "after exchangePaymentCode" ? new Promise(() => undefined) : undefined);
    void harness.comeBack(person, returned({ state }));
    await expect.poll(() => harness.gateway.tokens.has(order.paymentOrderId)).toBe(true);
    harness.clock.advance({ minutes: 1 });
    await endLapsedAuthorisations(harness.ctx);
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("awaitingAuthorisation");
    harness.gateway.fault = () => undefined;
    const again = await goToBank(harness.ctx, person, order.paymentOrderId);
    await harness.comeBack(person, returned({ state: again }));
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("debited");
    expect(harness.gateway.executions.size).toBe(1);
  });

  it("goes on where the gateway says that it was approved before: the exchange was done, and its record lost", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    harness.gateway.tokens.add(order.paymentOrderId);
    harness.gateway.fault = (point) => {
      if (point === "before authorisePaymentOrder")
        throw new OplError({ code: "ERR_BANK_PAYMENT_STATE", kind: "conflict", message: "no", details: { reason: "approved-before" } });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_OVER" });
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("debited");
    expect(harness.gateway.executions.size).toBe(1);
  });

  it("an approval that is coming back in another tab keeps the order busy: the person is not told to give it up, and asks again", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const state = await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    harness.gateway.fault = (point) => {
      if (point === "before authorisePaymentOrder") throw new OplError({ code: "ERR_BANK_PAYMENT_RUNNING", kind: "conflict", message: "no" });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_BUSY", retryAfterSeconds: 1 });
    harness.gateway.fault = () => undefined;
    await harness.comeBack(person, returned({ state }));
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("debited");
  });

  it("an approval whose answer was lost at the gateway approves nothing: it can be taken back", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    harness.gateway.fault = (point) => {
      if (point === "before authorisePaymentOrder")
        throw new OplError({ code: "ERR_BANK_PAYMENT_STATE", kind: "conflict", message: "no", details: { reason: "approval-lost" } });
    };
    await expect(goToBank(harness.ctx, person, order.paymentOrderId)).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_OVER" });
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("awaitingAuthorisation");
    const { order: cancelled } = await cancelPayments(harness.ctx, { psu: person.psu, paymentOrderId: order.paymentOrderId, paymentId: null });
    expect(statusOfOrder(cancelled)).toBe("cancelled");
    expect(harness.gateway.executions.size).toBe(0);
  });

  it("never approved, it expires a day later; one that no bank heard of at once", async () => {
    const person = aPerson();
    const [unheard, given] = [wanted(person), wanted(person)];
    await putPaymentOrder(harness.ctx, unheard);
    await putPaymentOrder(harness.ctx, given);
    await goToBank(harness.ctx, person, given.paymentOrderId);
    harness.clock.advance({ hours: 24 });
    harness.gateway.fault = cut;
    await runPayments(harness.ctx);
    expect((await orderOf(person, unheard.paymentOrderId)).status).toBe("expired");
    expect((await orderOf(person, given.paymentOrderId)).status).toBe("awaitingAuthorisation");
    harness.gateway.fault = () => undefined;
    harness.clock.advance({ minutes: 2 });
    await runPayments(harness.ctx);
    expect(await orderOf(person, given.paymentOrderId)).toMatchObject({ status: "expired" });
    expect(harness.gateway.executions.size).toBe(0);
  });

  it("approved at the bank and never brought back, it expires, and nothing is executed", async () => {
    const person = aPerson();
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    await goToBank(harness.ctx, person, order.paymentOrderId);
    harness.gateway.decide(order.paymentOrderId, "authorised");
    harness.clock.advance({ hours: 25 });
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).status).toBe("expired");
    expect([...(harness.gateway.orders.get(order.paymentOrderId)?.values() ?? [])].map(({ status }) => status)).toEqual(["revoked"]);
  });
});

describe("executions", () => {
  it("the approval is lost before the day: nothing is sent, and it is unpaid at once with a reason of its own", async () => {
    const person = aPerson();
    const { paymentOrderId } = await pay(harness, person, wanted(person, [{ firstDate: "2026-12-24", every: null, count: 1 }]));
    await runPayments(harness.ctx);
    harness.gateway.tokens.delete(paymentOrderId);
    harness.clock.set("2026-12-24T08:00:00Z");
    await runPayments(harness.ctx);
    expect(await orderOf(person, paymentOrderId)).toMatchObject({
      status: "rejected",
      executions: [{ status: "rejected", reason: "ERR_PAYMENT_APPROVAL_LOST" }],
    });
    expect(harness.gateway.executions.size).toBe(0);
    expect(await harness.factsAbout(paymentOrderId)).not.toContain("consent.payment-executed");
  });

  it("the approval is lost after it was sent and before the answer: it is not said to be unpaid", async () => {
    const person = aPerson();
    harness.gateway.fault = (point) => (point === "after submitExecution" ? cut() : undefined);
    const { paymentOrderId } = await pay(harness, person);
    await runPayments(harness.ctx);
    harness.gateway.fault = () => undefined;
    harness.gateway.tokens.delete(paymentOrderId);
    harness.clock.advance({ minutes: 30 });
    await runPayments(harness.ctx);
    expect(await orderOf(person, paymentOrderId)).toMatchObject({ status: "submitted" });
    expect(harness.gateway.executions.size).toBe(1);
    harness.gateway.tokens.add(paymentOrderId);
    harness.clock.advance({ hours: 1 });
    await runPayments(harness.ctx);
    expect(await orderOf(person, paymentOrderId)).toMatchObject({ status: "debited" });
  });

  it("pending is tried with the same id until the bank debits it", async () => {
    const person = aPerson();
    harness.gateway.outcome = () => "pending";
    const { paymentOrderId } = await pay(harness, person);
    await runPayments(harness.ctx);
    expect(await orderOf(person, paymentOrderId)).toMatchObject({ status: "pending" });
    harness.clock.advance({ minutes: 30 });
    await runPayments(harness.ctx);
    harness.gateway.outcome = () => "debited";
    harness.clock.advance({ minutes: 30 });
    await runPayments(harness.ctx);
    expect(await orderOf(person, paymentOrderId)).toMatchObject({ status: "debited" });
    expect(harness.gateway.executions.size).toBe(1);
    expect(harness.gateway.calls.filter((call) => call === "submitExecution")).toHaveLength(3);
  });

  it("accepted is asked about and never given again; a late no is believed", async () => {
    const person = aPerson();
    harness.gateway.outcome = () => "accepted";
    const { paymentOrderId } = await pay(harness, person);
    for (const hours of [0, 1, 2]) {
      harness.clock.advance({ hours });
      await runPayments(harness.ctx);
    }
    expect(harness.gateway.calls.filter((call) => call === "submitExecution")).toHaveLength(1);
    for (const execution of harness.gateway.executions.values()) execution.status = "rejected";
    harness.clock.advance({ hours: 2 });
    await runPayments(harness.ctx);
    expect(await orderOf(person, paymentOrderId)).toMatchObject({ status: "rejected" });
    expect(await harness.factsAbout(paymentOrderId)).not.toContain("consent.payment-executed");
  });

  it("every month: each on its day with an id of its own, and what is left can be taken back", async () => {
    const person = aPerson();
    const order = wanted(person, [{ firstDate: "2027-01-31", every: "month", count: 4 }]);
    await pay(harness, person, order);
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).executions.map(({ dueDate }) => dueDate.toString())).toEqual([
      "2027-01-31",
      "2027-02-28",
      "2027-03-31",
      "2027-04-30",
    ]);
    expect(harness.gateway.executions.size).toBe(0);
    for (const day of ["2027-01-31", "2027-02-28"]) {
      harness.clock.set(`${day}T12:00:00Z`);
      await runPayments(harness.ctx);
    }
    expect(harness.gateway.executions.size).toBe(2);
    const cancelled = await cancelPayments(harness.ctx, { psu: person.psu, paymentOrderId: order.paymentOrderId, paymentId: null });
    expect(statusOfOrder(cancelled.order)).toBe("debited");
    harness.clock.set("2027-06-01T12:00:00Z");
    await runPayments(harness.ctx);
    expect((await orderOf(person, order.paymentOrderId)).executions.map(({ status }) => status)).toEqual(["debited", "debited", "cancelled", "cancelled"]);
    expect(harness.gateway.executions.size).toBe(2);
    const facts = await harness.database.db.selectFrom("outbox").select("data").where("aggregateId", "=", order.paymentOrderId).orderBy("position").execute();
    const partly = facts.map(({ data }) => JSON.parse(data)).filter(({ partlyPaid }) => partlyPaid === true);
    expect(partly).toMatchObject([{ status: "debited" }]);
    const unmoved = facts.map(({ data }) => JSON.parse(data)).filter(({ status }) => status !== undefined && status !== "debited" && status !== "credited");
    expect(unmoved.length).toBeGreaterThan(0);
    for (const fact of unmoved) expect(fact).not.toHaveProperty("partlyPaid");
  });

  it("what goes on or failed lately is watched behind any number of newer orders, what is long over is not", async () => {
    const person = aPerson();
    const { psu } = person;
    const overLongAgo = await pay(harness, person);
    await runPayments(harness.ctx);
    harness.clock.advance({ hours: 24 * 31 });
    const rent = await pay(harness, person, wanted(person, [{ firstDate: "2027-01-31", every: "month", count: 2 }]));
    await runPayments(harness.ctx);
    const once21 = Array.from({ length: 21 }, () => wanted(person));
    for (const order of once21) {
      harness.clock.advance({ seconds: 1 });
      await putPaymentOrder(harness.ctx, order);
      await cancelPayments(harness.ctx, { psu, paymentOrderId: order.paymentOrderId, paymentId: null });
    }
    await runPayments(harness.ctx);
    const newest = once21.toReversed().map(({ paymentOrderId }) => paymentOrderId);
    const watched = async (limit = 100) => {
      const since = harness.clock.now().subtract({ hours: 24 * 30 });
      return (await listOrdersToWatch(harness.ctx.db, psu.psuId, { newest: 20, since, limit })).map(({ order }) => order.paymentOrderId);
    };
    expect(await watched()).toEqual([...newest.slice(0, 20), rent.paymentOrderId]);
    expect(await watched(20)).toEqual(newest.slice(0, 20));
    harness.gateway.outcome = () => "rejected";
    harness.clock.set("2027-03-01T12:00:00Z");
    await runPayments(harness.ctx);
    expect((await orderOf(person, rent.paymentOrderId)).executions.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await watched()).toContain(rent.paymentOrderId);
    harness.clock.advance({ hours: 24 * 31 });
    expect(await watched()).toEqual(newest.slice(0, 20));
    expect(newest).not.toContain(overLongAgo.paymentOrderId);
  });

  it("the line of the ledger is kept with the execution, and moved when the bank replaces the line", async () => {
    const person = aPerson();
    const { paymentOrderId, payments } = await pay(harness, person);
    await runPayments(harness.ctx);
    const [execution] = (await orderOf(person, paymentOrderId)).executions;
    const key = { psuId: person.psu.psuId, paymentOrderId, paymentId: payments[0]?.paymentId ?? "", executionId: execution?.executionId ?? "" };
    for (const transactionId of [newId(), newId()]) {
      await bookExecution(harness.ctx, key, transactionId);
      expect((await orderOf(person, paymentOrderId)).executions).toMatchObject([{ transactionId }]);
    }
    await bookExecution(harness.ctx, { ...key, paymentOrderId: newId() }, newId());
  });
});

describe("taking back", () => {
  it("before the bank heard of it: at once; afterwards: when the bank has let go", async () => {
    const person = aPerson();
    const [unheard, given] = [wanted(person), wanted(person)];
    await putPaymentOrder(harness.ctx, unheard);
    await putPaymentOrder(harness.ctx, given);
    const state = await goToBank(harness.ctx, person, given.paymentOrderId);
    const cancel = (paymentOrderId: string) => cancelPayments(harness.ctx, { psu: person.psu, paymentOrderId, paymentId: null });
    expect(statusOfOrder((await cancel(unheard.paymentOrderId)).order)).toBe("cancelled");
    harness.gateway.fault = cut;
    const later = await cancel(given.paymentOrderId);
    expect([statusOfOrder(later.order), later.later?.code]).toEqual(["awaitingAuthorisation", "ERR_BANK_GATEWAY_UNAVAILABLE"]);
    harness.gateway.fault = () => undefined;
    // The way back is closed already.
    harness.gateway.decide(given.paymentOrderId, "authorised");
    expect(await harness.comeBack(person, returned({ state }))).toMatchObject({ outcome: "failed", reason: "ERR_AUTHORISATION_CONSENT_ENDED" });
    harness.clock.advance({ minutes: 2 });
    await runPayments(harness.ctx);
    expect((await orderOf(person, given.paymentOrderId)).status).toBe("cancelled");
    expect(harness.gateway.executions.size).toBe(0);
  });

  it("what was given for execution is not taken back; another person's order does not exist", async () => {
    const person = aPerson();
    harness.gateway.outcome = () => "accepted";
    const { paymentOrderId } = await pay(harness, person);
    await runPayments(harness.ctx);
    await expect(cancelPayments(harness.ctx, { psu: person.psu, paymentOrderId, paymentId: null })).rejects.toMatchObject({
      code: "ERR_PAYMENT_NOT_CANCELLABLE",
    });
    await expect(cancelPayments(harness.ctx, { psu: person.psu, paymentOrderId, paymentId: newId() })).rejects.toMatchObject({ code: "ERR_PAYMENT_NOT_FOUND" });
    await expect(cancelPayments(harness.ctx, { psu: aPerson().psu, paymentOrderId, paymentId: null })).rejects.toMatchObject({
      code: "ERR_PAYMENT_ORDER_NOT_FOUND",
    });
  });

  it("US-37 an erased person's orders are gone; the bank is asked to let go of what was not executed", async () => {
    const person = aPerson();
    const order = wanted(person, [{ firstDate: "2026-12-24", every: null, count: 1 }]);
    await pay(harness, person, order);
    await runPayments(harness.ctx);
    await erasePsu(harness.ctx, person.psu.psuId);
    for (const table of ["paymentOrders", "payments", "paymentExecutions", "paymentHistory"] as const)
      expect(await harness.database.db.selectFrom(table).select("psuId").where("psuId", "=", person.psu.psuId).execute()).toEqual([]);
    await runPayments(harness.ctx);
    expect([...(harness.gateway.orders.get(order.paymentOrderId)?.values() ?? [])].map(({ status }) => status)).toEqual(["revoked"]);
    expect(harness.gateway.tokens.has(order.paymentOrderId)).toBe(false);
    harness.clock.set("2026-12-25T10:00:00Z");
    await runPayments(harness.ctx);
    expect(harness.gateway.executions.size).toBe(0);
    await expect(putPaymentOrder(harness.ctx, wanted(person))).rejects.toMatchObject({ code: "ERR_CONSENT_PSU_ERASED" });
  });
});
