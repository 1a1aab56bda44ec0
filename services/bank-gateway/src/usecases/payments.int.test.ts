import { randomUUID } from "node:crypto";
import { inTransaction } from "@opl/postgres";
import { eventually, fixedClock } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../../testing/browser.ts";
import { everythingStored, inClear } from "../../testing/clear-text.ts";
import { register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { TestOrder, accountOf, approveByHelper, bookOf, paymentsAs, sepa } from "../../testing/payments.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { getRawMessage, insertRawMessage } from "../db/raw-message-store.ts";
import { forgetPaymentOrder } from "./forget-payment-order.ts";
import { forgetPsu } from "./forget-psu.ts";
import { retryRevocations } from "./retry-revocations.ts";

let sandbox: Sandbox;
let gateway: TestGateway;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_PAYMENT_SECONDS: "0", SANDBOX_REFRESH_ID_TOKEN: "true" });
  gateway = await startGateway(sandbox, { egress: { limits: { totalTimeoutMs: 15_000 }, probeAfterMs: 0 } });
  await register(gateway);
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const order = (psuId?: string) => TestOrder.of(gateway, psuId);
const refused = (code: string, details?: object) =>
  expect.objectContaining({ code, ...(details !== undefined && { details: expect.objectContaining(details) }) });
/** No token of the person, and nothing of the execution ever left. */
const unsent = refused("ERR_BANK_PAYMENT_UNSENT");

/** Another replica of the gateway whose OP sandbox is asked to let something happen. */
const replicaWith = (scenario: string) => gateway.replica({ env: { OP_SANDBOX_SCENARIO: scenario } });

describe("the way of a payment", () => {
  it("created, approved, executed once: the bank's book shows the money once", async () => {
    const one = await order();
    const { aspspAuthorisationId, payment } = await one.initiate();
    expect(payment).toMatchObject({ status: "unauthorised", debtorIban: null, instant: false });
    expect(await one.read()).toMatchObject({ status: "unauthorised", payments: [{ paymentId: payment.paymentId, status: "unauthorised" }] });
    await one.approve();
    const approved = await one.read();
    expect(approved).toMatchObject({ status: "authorised", payments: [{ status: "authorised", debtorIban: expect.stringMatching(/^FI\d{16}$/) }] });
    const executionId = randomUUID();
    expect(await one.execution(payment.paymentId, executionId)).toMatchObject({ status: "unknown", archiveId: null });
    const sent = await one.submit(payment.paymentId, executionId);
    expect(sent).toMatchObject({ status: "debited", archiveId: expect.any(String), debtorIban: approved.payments[0]?.debtorIban, reason: null });
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "debited", archiveId: sent.archiveId });
    expect(await one.execution(payment.paymentId, executionId)).toMatchObject({ status: "debited", archiveId: sent.archiveId });
    const { payments, movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(payments).toEqual([expect.objectContaining({ idempotencyKey: payment.paymentId, status: "Completed" })]);
    expect(movements.filter(({ kind }) => kind === "debit")).toEqual([
      expect.objectContaining({ submissionId: executionId, amount: "-12.50", archiveId: sent.archiveId }),
    ]);
    expect(await one.read()).toMatchObject({ status: "completed" });
  });

  it("several of an order are approved together, each executed on its own", async () => {
    const one = await order();
    const first = await one.initiate();
    const second = await one.initiate({ instruction: sepa({ amount: { amount: "3.00", currency: "EUR" } }) });
    expect(second.aspspAuthorisationId).toBe(first.aspspAuthorisationId);
    await one.approve();
    const executions = await Promise.all([first, second].map(({ payment }) => one.submit(payment.paymentId)));
    expect(executions.map(({ status }) => status)).toEqual(["debited", "debited"]);
    const { movements } = await bookOf(sandbox, { authorizationId: first.aspspAuthorisationId });
    expect(movements.filter(({ kind }) => kind === "debit").map(({ amount }) => amount)).toEqual(["-12.50", "-3.00"]);
  });

  it("one that recurs is executed as often as was approved, and no more", async () => {
    const one = await order();
    const { payment } = await one.initiate({ count: 2 });
    await one.approve();
    for (let position = 0; position < 2; position += 1) expect(await one.submit(payment.paymentId)).toMatchObject({ status: "debited" });
    await expect(one.submit(payment.paymentId)).rejects.toEqual(refused("ERR_ASPSP_REJECTED", { reason: "illegal-state" }));
  });

  it("a foreign one stands alone", async () => {
    const foreign = {
      scheme: "foreign",
      amount: { amount: "20.00", currency: "USD" },
      creditor: {
        name: "Acme Inc",
        account: { scheme: "BBAN", id: "123456789" },
        agent: { bic: "CHASUS33", clearingSystemId: null, name: null, address: null },
        address: { line1: "1 Main Street", line2: "New York", country: "US" },
      },
      remittance: { kind: "message", text: "Invoice 7" },
      chargeBearer: "shared",
      urgent: false,
    } as const;
    const one = await order();
    const { payment } = await one.initiate({ instruction: foreign });
    await expect(one.initiate()).rejects.toEqual(refused("ERR_PAYMENT_UNFIT", { fields: [{ field: "paymentOrderId", reason: "foreign-alone" }] }));
    await one.approve();
    expect(await one.submit(payment.paymentId)).toMatchObject({ status: "debited" });
  });

  it("a kind of payment that the bank does not take is refused before anything is sent", async () => {
    const adapters = gateway.app.context.banks.adapters.map((adapter) => ({
      ...adapter,
      ...(adapter.payments === undefined ? {} : { payments: { ...adapter.payments, schemes: ["foreign"] as const } }),
    }));
    await using replica = await gateway.replica({ adapters });
    expect((await replica.as.bff.listAspsps()).aspsps.map(({ paymentSchemes }) => paymentSchemes)).toEqual([["foreign"]]);
    const since = await sandbox.lastSeq();
    await expect((await order()).initiate({ gateway: replica })).rejects.toEqual(
      refused("ERR_PAYMENT_UNFIT", { fields: [{ field: "instruction.scheme", reason: "not-offered" }] }),
    );
    expect((await sandbox.calls({ since })).filter(({ endpoint }) => endpoint.startsWith("P"))).toEqual([]);
  });

  it("the person says no: nothing can be executed", async () => {
    const one = await order();
    const { payment } = await one.initiate();
    const { redirectUrl } = await one.authorise();
    await expect(visitBank(redirectUrl, { psuId: "88888881", decision: "refuse" })).resolves.toMatchObject({ error: "access_denied" });
    expect(await one.read()).toMatchObject({ status: "rejected" });
    await expect(one.submit(payment.paymentId)).rejects.toEqual(unsent);
  });

  it("approved, and its answer lost: the bank asks nobody a second time, nothing can be executed, and it lets go of it when it is taken back", async () => {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await visitBank((await one.authorise()).redirectUrl, { psuId: "88888881" });
    expect(await one.read()).toMatchObject({ status: "authorised" });
    const { redirectUrl } = await one.authorise();
    const { headers } = await fetch(redirectUrl, { redirect: "manual" });
    expect(new URLSearchParams(new URL(headers.get("location") ?? "").hash.slice(1)).get("error")).toBe("invalid_request");
    await expect(one.submit(payment.paymentId)).rejects.toEqual(unsent);
    expect(await one.revoke(null)).toMatchObject({ status: "revoked" });
    const { movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(movements).toEqual([]);
  });

  it("its answer did not pass our checks: nobody is told that it was approved, it can be read and is taken back", async () => {
    const one = await order();
    const { aspspAuthorisationId } = await one.initiate();
    const begun = await one.authorise();
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    await expect(one.exchange(begun, { ...returned, code: "another" })).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_REFUSED" });
    await expect(one.authorise()).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "approval-lost" }));
    expect(await one.read()).toMatchObject({ status: "authorised" });
    expect(await one.revoke(null)).toMatchObject({ status: "revoked" });
    expect((await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).movements).toEqual([]);
    const approved = await order();
    await approved.initiate();
    await approved.approve();
    await expect(approved.authorise()).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "approved-before" }));
  });

  it("what an older attempt brings back spends nothing: the bank is not asked, and the newest approves the order", async () => {
    const one = await order();
    const { payment } = await one.initiate();
    const older = await one.authorise();
    const newest = await one.authorise();
    const since = await sandbox.lastSeq();
    const made = { code: "made-up", id_token: "made.up.token" };
    for (let n = 0; n < 2; n += 1) await expect(one.exchange(older, made)).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "superseded" }));
    expect(await sandbox.calls({ since, endpoint: "T1" })).toEqual([]);
    await one.exchange(newest, await visitBank(newest.redirectUrl, { psuId: "88888881" }));
    expect(await one.submit(payment.paymentId)).toMatchObject({ status: "debited" });
  });

  it("its answer is being exchanged in another tab: that is waited for, and only one that nobody sees to its end is lost", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using replica = await gateway.replica({ clock });
    const one = new TestOrder({ ...gateway, app: replica.app }, (await order()).psu);
    await one.initiate();
    const begun = await one.authorise();
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    await sandbox.fault("network.latency", { for: { endpoint: "T1" }, options: { ms: 3_000 } });
    const exchanging = one.exchange(begun, returned);
    const taken = async ({ orderId }: TestOrder) => {
      const { db } = gateway.database.database;
      return (await db.selectFrom("bankConsents").select("status").where("consentId", "=", orderId).executeTakeFirst())?.status === "exchanging";
    };
    await eventually(() => taken(one));
    await expect(one.authorise()).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_RUNNING", retryAfterSeconds: 1 });
    clock.advance({ seconds: 59 });
    await expect(one.authorise()).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_RUNNING" });
    await exchanging;
    await expect(one.authorise()).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "approved-before" }));

    const other = new TestOrder({ ...gateway, app: replica.app }, one.psu);
    const { aspspAuthorisationId } = await other.initiate();
    const late = await other.authorise();
    const answer = await visitBank(late.redirectUrl, { psuId: "88888881" });
    // As good as dead: by the time it comes to its end the person has been told that it has none.
    const slow = other.exchange(late, answer).catch((error: unknown) => error);
    await eventually(() => taken(other));
    clock.advance({ seconds: 60 });
    await expect(other.authorise()).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "approval-lost" }));
    expect(await slow).toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    await sandbox.calm();
    expect(await other.revoke(null)).toMatchObject({ status: "revoked" });
    expect((await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).movements).toEqual([]);
  });

  it("an exchange of a replica that does not note when it began has its time from when somebody asks", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using replica = await gateway.replica({ clock });
    const one = new TestOrder({ ...gateway, app: replica.app }, (await order()).psu);
    await one.initiate();
    await one.authorise();
    const { db } = gateway.database.database;
    await db.updateTable("bankConsents").set({ status: "exchanging", exchangeBeganAt: null }).where("consentId", "=", one.orderId).execute();
    for (const seconds of [0, 59]) {
      clock.advance({ seconds });
      await expect(one.authorise()).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_RUNNING" });
    }
    clock.advance({ seconds: 1 });
    await expect(one.authorise()).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "approval-lost" }));
  });

  it("what is taken back before it is executed never is, and what was executed stays", async () => {
    const one = await order();
    const [first, second] = [await one.initiate(), await one.initiate()];
    await one.approve();
    await one.submit(first.payment.paymentId);
    expect((await one.revoke(second.payment.paymentId)).payments.find(({ paymentId }) => paymentId === second.payment.paymentId)).toMatchObject({
      status: "revoked",
    });
    await expect(one.submit(second.payment.paymentId)).rejects.toEqual(refused("ERR_ASPSP_REJECTED", { reason: "illegal-state" }));
    // All of an order that has nothing open: too late, and said so by its state.
    expect(await one.revoke(null)).toMatchObject({ payments: expect.arrayContaining([expect.objectContaining({ status: "completed" })]) });
    const whole = await order();
    await whole.initiate();
    expect(await whole.revoke(null)).toMatchObject({ status: "revoked" });
    expect(await whole.revoke(null)).toMatchObject({ status: "revoked" });
  });

  it("when the order is over its tokens are gone", async () => {
    const one = await order();
    const { payment } = await one.initiate();
    await one.approve();
    await one.api().forgetPaymentOrder({ params: { orderId: one.orderId } });
    const { db } = gateway.database.database;
    expect(await db.selectFrom("tokenSets").select("consentId").where("consentId", "=", one.orderId).execute()).toEqual([]);
    await expect(one.submit(payment.paymentId)).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_STATE" });
  });
});

describe("TM-26 a payment is made once", () => {
  it("asked twice it is answered from our row; asked with other content it is refused", async () => {
    const one = await order();
    const first = await one.initiate();
    const { paymentId } = first.payment;
    const since = await sandbox.lastSeq();
    expect(await one.initiate({ paymentId })).toEqual(first);
    await expect(one.initiate({ paymentId, instruction: sepa({ amount: { amount: "99.00", currency: "EUR" } }) })).rejects.toMatchObject({
      code: "ERR_BANK_PAYMENT_EXISTS",
    });
    expect((await sandbox.calls({ since })).filter(({ endpoint }) => endpoint.startsWith("P"))).toEqual([]);
  });

  it("twenty at once from two replicas are one at the bank", async () => {
    const one = await order();
    const paymentId = randomUUID();
    await using replica = await gateway.replica();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => one.initiate({ paymentId, gateway: n % 2 === 0 ? gateway : replica })));
    const made = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ payment }) => payment.aspspPaymentId)).size).toBe(1);
    expect(outcomes.flatMap((each) => (each.status === "rejected" ? [(each.reason as { code: string }).code] : []))).toEqual(
      Array.from({ length: 20 - made.length }, () => "ERR_BANK_PAYMENT_RUNNING"),
    );
    expect((await bookOf(sandbox, { authorizationId: made[0]?.aspspAuthorisationId ?? "" })).payments).toHaveLength(1);
  });

  it("the answer to the creation is lost: the same key and bytes bring back the same payment", async () => {
    const one = await order();
    const paymentId = randomUUID();
    await sandbox.fault("payment.no-answer", { for: { endpoint: "P1" }, times: 2 });
    // Our own client asks the gateway twice.
    await expect(one.initiate({ paymentId })).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
    // Until that is known no other payment opens an authorisation of its own, and nobody is sent to approve half an order.
    await expect(one.initiate()).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "earlier-payment-unanswered" }));
    const found = await one.initiate({ paymentId });
    const { payments } = await bookOf(sandbox, { authorizationId: found.aspspAuthorisationId });
    expect(payments.map((each) => [each.idempotencyKey, each.paymentId])).toEqual([[paymentId, found.payment.aspspPaymentId]]);
  });

  it.each([
    ["the answer to the execution is lost: the bank is asked, and nothing is sent again", "payment.no-answer", ["P4-submit", "P4"]],
    ["the execution never arrived: the bank is asked, does not know it, and gets it under the same id", "network.reset", ["P4-submit", "P4", "P4-submit"]],
  ])("%s", async (_, fault, calls) => {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await one.approve();
    const executionId = randomUUID();
    const since = await sandbox.lastSeq();
    await sandbox.fault(fault, { for: { endpoint: "P4-submit" }, times: 1 });
    // Our own client asks the gateway again after the first loss.
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "debited" });
    expect((await sandbox.calls({ since })).map(({ endpoint }) => endpoint).filter((endpoint) => endpoint.startsWith("P4"))).toEqual(calls);
    const { payments, movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(payments[0]?.submissions.map(({ submissionId }) => submissionId)).toEqual([executionId]);
    expect(movements.filter(({ kind }) => kind === "debit")).toHaveLength(1);
  });

  it("the id of one payment's execution executes no other payment", async () => {
    const one = await order();
    const [first, second] = [await one.initiate(), await one.initiate()];
    await one.approve();
    const executionId = randomUUID();
    await one.submit(first.payment.paymentId, executionId);
    await expect(one.submit(second.payment.paymentId, executionId)).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_EXISTS" });
  });
});

describe("what the sandbox lets happen to an execution", () => {
  async function executedUnder(scenario: string) {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await one.approve();
    await using replica = await replicaWith(scenario);
    const executionId = randomUUID();
    const sent = await one.submit(payment.paymentId, executionId, replica);
    const seen = await one.execution(payment.paymentId, executionId, replica);
    return { one, payment, aspspAuthorisationId, executionId, sent, seen };
  }
  const debits = async (aspspAuthorisationId: string) =>
    (await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).movements.filter(({ kind }) => kind === "debit").length;

  it.each([
    ["InsufficientFunds", { status: "error", reason: "insufficient-funds" }, "error"],
    ["PaymentSystemUnavailable", { status: "pending", reason: null }, "pending"],
    ["PaymentFail", { status: "rejected", reason: "payment-fail" }, "rejected"],
    ["PaymentFail=AccountClosed", { status: "rejected", reason: "account-closed" }, "rejected"],
    ["PaymentFail=InvalidPayee", { status: "rejected", reason: "invalid-payee" }, "rejected"],
    ["PaymentFail=LimitExceeded", { status: "rejected", reason: "limit-exceeded" }, "rejected"],
    ["PaymentSubmitFailed", { status: "accepted", reason: null }, "rejected"],
    ["PaymentSubmitSuccess", { status: "accepted", reason: null }, "debited"],
    ["FutureSimulation=PT24H", { status: "debited", reason: null }, "debited"],
  ])("%s", async (scenario, atOnce, later) => {
    const { sent, seen, aspspAuthorisationId } = await executedUnder(scenario);
    expect(sent).toMatchObject({ ...atOnce, debtorIban: atOnce.status === "debited" ? expect.any(String) : null });
    expect(seen.status).toBe(later);
    expect(await debits(aspspAuthorisationId)).toBe(later === "debited" ? 1 : 0);
  });

  it.each(["InsufficientFunds", "PaymentSystemUnavailable"])("after %s the same execution is tried again and moves money once", async (scenario) => {
    const { one, payment, executionId, aspspAuthorisationId } = await executedUnder(scenario);
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "debited" });
    expect(await debits(aspspAuthorisationId)).toBe(1);
  });

  it("after a final no it is not sent again", async () => {
    const { one, payment, executionId, aspspAuthorisationId } = await executedUnder("PaymentFail");
    const since = await sandbox.lastSeq();
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "rejected" });
    expect((await sandbox.calls({ since })).map(({ endpoint }) => endpoint)).not.toContain("P4-submit");
    expect(await debits(aspspAuthorisationId)).toBe(0);
  });

  it("FutureSimulation: a day later what was pending is over, and no money moved", async () => {
    const { one, payment, executionId, aspspAuthorisationId, seen } = await executedUnder("PaymentSystemUnavailable");
    expect(seen.status).toBe("pending");
    await using aDayLater = await replicaWith("FutureSimulation=PT24H");
    expect(await one.execution(payment.paymentId, executionId, aDayLater)).toMatchObject({ status: "rejected" });
    expect(await one.execution(payment.paymentId, executionId)).toMatchObject({ status: "rejected" });
    expect(await debits(aspspAuthorisationId)).toBe(0);
  });

  it("SandboxAuthorized: what the helper approved is executed without a person's token, that order alone and only where we ask for it", async () => {
    const [approved, other] = [await order(), await order()];
    const { payment, aspspAuthorisationId } = await approved.initiate();
    const unapproved = await other.initiate();
    await approveByHelper(gateway, aspspAuthorisationId);
    expect(await approved.read()).toMatchObject({ status: "authorised" });
    const executionId = randomUUID();
    await expect(approved.submit(payment.paymentId, executionId)).rejects.toEqual(unsent);
    await using replica = await replicaWith(`SandboxAuthorized=${aspspAuthorisationId}`);
    await expect(other.submit(unapproved.payment.paymentId, randomUUID(), replica)).rejects.toEqual(unsent);
    expect(await approved.submit(payment.paymentId, executionId, replica)).toMatchObject({ status: "debited", debtorIban: expect.any(String) });
    expect(await approved.submit(payment.paymentId, executionId, replica)).toMatchObject({ status: "debited" });
    expect([await debits(aspspAuthorisationId), await debits(unapproved.aspspAuthorisationId)]).toEqual([1, 0]);
  });

  it("SandboxAuthorized: the helper said nothing, so nothing is executed", async () => {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await using replica = await replicaWith(`SandboxAuthorized=${aspspAuthorisationId}`);
    await expect(one.submit(payment.paymentId, randomUUID(), replica)).rejects.toMatchObject({ kind: "rejected" });
    expect(await one.read()).toMatchObject({ status: "unauthorised" });
    expect(await debits(aspspAuthorisationId)).toBe(0);
  });
});

describe("instant", () => {
  it("SEPA_INST: to a payee at the same bank the money is there at once, once on either side", async () => {
    const payee = await accountOf(sandbox, "88888882");
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate({
      instruction: sepa({ creditor: { iban: payee, name: "Eetu Esimerkki", address: null, country: null } }),
    });
    expect(payment).toMatchObject({ instant: true, status: "unauthorised" });
    await one.approve();
    const executionId = randomUUID();
    const sent = await one.submit(payment.paymentId, executionId);
    expect(sent).toMatchObject({ status: "credited", archiveId: expect.any(String), debtorIban: expect.stringMatching(/^FI\d{16}$/) });
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "credited", archiveId: sent.archiveId });
    expect(await one.execution(payment.paymentId, executionId)).toMatchObject({ status: "credited" });
    const { movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(movements.map(({ kind, iban, amount }) => [kind, iban, amount])).toEqual([
      ["debit", sent.debtorIban, "-12.50"],
      ["credit", payee, "12.50"],
    ]);
    expect(await one.read()).toMatchObject({ status: "completed", payments: [{ instant: true }] });
  });
});

describe("a bank that is not believed", () => {
  it.each([
    ["payment.no-signature", {}, "signature-malformed", "signature-missing"],
    ["payment.wrong-signature", {}, "signature-signature"],
    ["payment.foreign-signature", {}, "signature-signature"],
    ["payment.unknown-key", {}, "signature-unknown-key"],
    ["payment.wrong-amount", {}, "another-payment"],
    ["payment.wrong-payee", {}, "another-payment"],
    ["payment.wrong-payee", { name: "Kahvila Oy", iban: "FI4950009420028730" }, "another-payment"],
    ["payment.wrong-payee", { name: "Somebody Else", iban: "FI2112345600000785" }, "another-payment"],
  ])("TM-26 %s %o at the creation: unknown, alarmed, and never made a second time", async (fault, options, ...reasons) => {
    const one = await order();
    const paymentId = randomUUID();
    await sandbox.fault(fault, { for: { endpoint: "P1" }, times: 1, options });
    await expect(one.initiate({ paymentId })).rejects.toEqual(
      refused("ERR_ASPSP_PROTOCOL", { reason: expect.toSatisfy((reason: string) => reasons.includes(reason)) }),
    );
    await expect(one.authorise()).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_STATE" });
    const { aspspAuthorisationId } = await one.initiate({ paymentId });
    const { payments } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(payments.map(({ idempotencyKey }) => idempotencyKey)).toEqual([paymentId]);
    expect((await bookOf(sandbox, {})).payments.filter(({ idempotencyKey }) => idempotencyKey === paymentId)).toHaveLength(1);
  });

  it("a payment that joins another order than it was made for", async () => {
    const one = await order();
    await one.initiate();
    await sandbox.fault("payment.other-bundle", { for: { endpoint: "P1" }, times: 1 });
    await expect(one.initiate()).rejects.toEqual(refused("ERR_ASPSP_PROTOCOL", { reason: "another-order" }));
  });

  it("an answer about another execution, or in a word that nobody knows", async () => {
    const one = await order();
    const { payment } = await one.initiate();
    await one.approve();
    const executionId = randomUUID();
    await sandbox.fault("payment.other-submission", { for: { endpoint: "P4-submit" }, times: 1 });
    await expect(one.submit(payment.paymentId, executionId)).rejects.toEqual(refused("ERR_ASPSP_PROTOCOL", { reason: "another-execution" }));
    await sandbox.fault("payment.status", { for: { endpoint: "P4" }, times: 1, options: { status: "Paid" } });
    await expect(one.execution(payment.paymentId, executionId)).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "debited" });
  });

  it("payment.other-id at the creation: nothing can be executed under a name that the bank does not know, and no money moves", async () => {
    const one = await order();
    await sandbox.fault("payment.other-id", { for: { endpoint: "P1" }, times: 1 });
    const { payment, aspspAuthorisationId } = await one.initiate();
    await one.approve();
    // What the order holds at the bank is none of ours.
    expect(await one.read()).toMatchObject({ status: "authorised", payments: [] });
    await expect(one.submit(payment.paymentId)).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED" });
    const { payments, movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(payments.map(({ paymentId, submissions }) => [paymentId === payment.aspspPaymentId, submissions])).toEqual([[false, []]]);
    expect(movements).toEqual([]);
  });

  it("payment.status-back: what was executed is not executed again because the bank says that it is not there yet", async () => {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await one.approve();
    const executionId = randomUUID();
    const { archiveId } = await one.submit(payment.paymentId, executionId);
    await sandbox.fault("payment.status-back");
    const since = await sandbox.lastSeq();
    expect(await one.execution(payment.paymentId, executionId)).toMatchObject({ status: "accepted", archiveId });
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "accepted", archiveId });
    expect((await sandbox.calls({ since, endpoint: "P4-submit" })).length).toBe(0);
    await sandbox.calm();
    expect(await one.submit(payment.paymentId, executionId)).toMatchObject({ status: "debited", archiveId });
    const { movements } = await bookOf(sandbox, { authorizationId: aspspAuthorisationId });
    expect(movements.filter(({ kind }) => kind === "debit")).toHaveLength(1);
  });

  it("payment.repeated: a payment that the bank lists twice is one", async () => {
    const one = await order();
    const [first, second] = [await one.initiate(), await one.initiate()];
    await sandbox.fault("payment.repeated");
    const { payments } = await one.read();
    expect(payments.map(({ paymentId }) => paymentId).toSorted()).toEqual([first, second].map(({ payment }) => payment.paymentId).toSorted());
  });

  it("OA-54 a token that may do more than pay is refused, and the bank has it back", async () => {
    const one = await order();
    const { aspspAuthorisationId } = await one.initiate();
    const begun = await one.authorise();
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    await sandbox.fault("token.set", { for: { endpoint: "T1" }, times: 1, options: { name: "scope", value: "openid payments accounts" } });
    await expect(one.exchange(begun, returned)).rejects.toEqual(refused("ERR_AUTHORIZATION_REFUSED", { reason: "scope" }));
    await eventually(async () => (await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).payments[0]?.status === "Revoked");
  });

  it.each([
    ["OA-49", "wrong-authorization", "id-token-intent"],
    ["OA-36", "wrong-s-hash", "id-token-s_hash"],
    ["OA-37", "wrong-c-hash", "id-token-c_hash"],
    ["OA-42", "broken-signature", "id-token-signature"],
  ])("%s %s in the ID token of a payment ends the attempt before the code is sent", async (_row, lie, reason) => {
    const one = await order();
    await one.initiate();
    const begun = await one.authorise();
    await sandbox.fault(`id-token.${lie}`, { times: 1 });
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    const since = await sandbox.lastSeq();
    await expect(one.exchange(begun, returned)).rejects.toEqual(refused("ERR_AUTHORIZATION_REFUSED", { reason }));
    expect((await sandbox.calls({ since, endpoint: "T1" })).map(({ grant }) => grant)).not.toContain("authorization_code");
  });

  it("OA-08 an earlier return cannot complete a later attempt", async () => {
    const one = await order();
    await one.initiate();
    const first = await one.authorise();
    const returned = await visitBank(first.redirectUrl, { psuId: "88888881" });
    const second = await one.authorise();
    await expect(one.exchange(first, returned)).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "superseded" }));
    await expect(one.exchange(second, returned)).rejects.toMatchObject({
      code: "ERR_AUTHORIZATION_REFUSED",
      details: { reason: expect.stringMatching(/^id-token-/) },
    });
  });
});

describe("a process is killed", () => {
  // Long enough that the other one comes while the first still waits.
  const egress = { limits: { totalTimeoutMs: 8_000, headersTimeoutMs: 8_000 }, probeAfterMs: 0 };

  it("between the note and the answer: another one goes on with the same bytes after the lease", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using first = await gateway.replica({ clock, egress });
    await using second = await gateway.replica({ clock, egress });
    const one = await order();
    const paymentId = randomUUID();
    await sandbox.fault("payment.no-answer", { for: { endpoint: "P1" }, times: 1, options: { how: "hang" } });
    const hanging = one.initiate({ paymentId, gateway: first });
    hanging.catch(() => undefined);
    await eventually(async () => (await bookOf(sandbox, {})).payments.some(({ idempotencyKey }) => idempotencyKey === paymentId));
    await expect(one.initiate({ paymentId, gateway: second })).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_RUNNING" });
    // The first is as good as dead: nobody waits for it any more.
    clock.advance({ seconds: 61 });
    const made = await one.initiate({ paymentId, gateway: second });
    expect((await bookOf(sandbox, { authorizationId: made.aspspAuthorisationId })).payments.map(({ idempotencyKey }) => idempotencyKey)).toEqual([paymentId]);
    // Whoever waited for the first is told the same in the end.
    expect(await hanging).toEqual(made);
    expect((await bookOf(sandbox, {})).payments.filter(({ idempotencyKey }) => idempotencyKey === paymentId)).toHaveLength(1);
  });

  it("between the note of an execution and its answer: the other one asks first and sends no second", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await one.approve();
    await using first = await gateway.replica({ clock, egress });
    await using second = await gateway.replica({ clock, egress });
    const executionId = randomUUID();
    const since = await sandbox.lastSeq();
    await sandbox.fault("payment.no-answer", { for: { endpoint: "P4-submit" }, times: 1, options: { how: "hang" } });
    const hanging = one.submit(payment.paymentId, executionId, first);
    hanging.catch(() => undefined);
    await eventually(async () => (await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).payments[0]?.submissions.length === 1);
    await expect(one.submit(payment.paymentId, executionId, second)).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_RUNNING" });
    clock.advance({ seconds: 61 });
    expect(await one.submit(payment.paymentId, executionId, second)).toMatchObject({ status: "debited" });
    expect(await hanging).toMatchObject({ status: "debited" });
    expect((await sandbox.calls({ since, endpoint: "P4-submit" })).length).toBe(1);
    expect((await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).movements.filter(({ kind }) => kind === "debit")).toHaveLength(1);
  });
});

describe("who may ask", () => {
  it("US-01 another person's order does not exist", async () => {
    const one = await order();
    const { payment } = await one.initiate();
    const stranger = await gateway.tokens.psu(randomUUID());
    const params = { orderId: one.orderId };
    const api = one.api();
    await expect(api.readPaymentOrder({ params, psu: stranger })).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_NOT_FOUND" });
    await expect(api.revokePayments({ params, psu: stranger, body: { paymentId: null } })).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_NOT_FOUND" });
    const other = await order();
    await other.initiate();
    await expect(other.submit(payment.paymentId)).rejects.toMatchObject({ code: "ERR_BANK_PAYMENT_NOT_FOUND" });
  });

  it("only consent", async () => {
    const one = await order();
    await one.initiate();
    for (const service of ["ingest", "bff", "tpp-registry"])
      await expect(paymentsAs(gateway, service).readPaymentOrder({ params: { orderId: one.orderId } })).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("a permission to pay reads no account", async () => {
    const one = await order();
    await one.initiate();
    await one.approve();
    await expect(gateway.as.ingest.fetchAccounts({ params: { consentId: one.orderId }, psu: one.psu })).rejects.toMatchObject({
      code: "ERR_BANK_CONSENT_NOT_FOUND",
    });
  });
});

describe("what is kept", () => {
  it("D15 every answer about a payment as it was received, and nothing of it in clear", async () => {
    const one = await order();
    const { payment } = await one.initiate({
      instruction: sepa({ creditor: { iban: "FI2112345600000785", name: "Salaperäinen Saaja", address: null, country: null } }),
    });
    await one.approve();
    await one.submit(payment.paymentId);
    const { db } = gateway.database.database;
    const kept = await db.selectFrom("rawMessages").select("operation").where("psuId", "=", one.psu.psuId).execute();
    expect(new Set(kept.map(({ operation }) => operation))).toEqual(new Set(["payments.create", "payments.execute", "payments.read"]));
    expect(inClear(await everythingStored(gateway), ["Salaperäinen Saaja", "Kiitos"])).toEqual([]);
  });

  it.each([
    ["an approved", async (one: TestOrder) => void (await one.approve())],
    [
      "one whose approval failed",
      async (one: TestOrder) => {
        const begun = await one.authorise();
        const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
        await expect(one.exchange(begun, { ...returned, code: "another" })).rejects.toMatchObject({ code: "ERR_AUTHORIZATION_REFUSED" });
      },
    ],
  ])("what the bank says of an order when it is over is not kept: %s", async (_, comeSoFar) => {
    const one = await order();
    await one.initiate();
    await comeSoFar(one);
    await one.read();
    const { db } = gateway.database.database;
    const kept = () => db.selectFrom("rawMessages").select("hash").where("psuId", "=", one.psu.psuId).execute();
    const before = await kept();
    await sandbox.fault("network.latency", { for: { endpoint: "P9" }, options: { ms: 1_500 } });
    await sandbox.fault("payment.status", { for: { endpoint: "P9" }, options: { status: "Revoked" } });
    const reading = one.read().catch((error: unknown) => error);
    await eventually(async () => (await sandbox.admin<{ active: { hits: number }[] }>("GET", "/faults")).active.some(({ hits }) => hits > 0));
    await forgetPaymentOrder(gateway.app.context, one.orderId);
    expect(await reading).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(await kept()).toEqual(before);
  });

  it("a person who is forgotten leaves nothing, and what was not executed is taken back at the bank", async () => {
    const one = await order();
    const { aspspAuthorisationId } = await one.initiate();
    await one.approve();
    const { context } = gateway.app;
    await inTransaction(context.db, (tx) => forgetPsu(context, tx, one.psu.psuId));
    for (const table of ["paymentOrders", "bankConsents", "rawMessages"] as const)
      expect(await context.db.selectFrom(table).select("psuId").where("psuId", "=", one.psu.psuId).execute()).toEqual([]);
    await retryRevocations(context, new AbortController().signal);
    // The gateway's own job may have been first, and be telling the bank still.
    const statuses = async () => (await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).payments.map(({ status }) => status);
    await expect.poll(statuses).toEqual(["Revoked"]);
  });

  it("a person is forgotten while an answer about their order is being kept, and the order is being ended: one waits for the other, and nothing is left", async () => {
    const one = await order();
    await one.initiate();
    await one.approve();
    const { psuId } = one.psu;
    const { context } = gateway.app;
    const kept = () => context.db.selectFrom("rawMessages").select("hash").where("psuId", "=", psuId).execute();
    const [{ hash } = { hash: "" }] = await kept();
    const message = (await getRawMessage(context.db, psuId, hash)) ?? expect.unreachable();
    const waiting = sql<{ yes: boolean }>`
      select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as yes`;
    let forgetting: Promise<unknown> = Promise.resolve();
    await inTransaction(context.db, async (tx) => {
      await tx.selectFrom("paymentOrders").select("orderId").where("orderId", "=", one.orderId).forShare().execute();
      forgetting = inTransaction(context.db, (other) => forgetPsu(context, other, psuId));
      forgetting.catch(() => undefined);
      await eventually(async () => (await waiting.execute(context.db)).rows[0]?.yes === true);
      expect(await insertRawMessage(tx, { ...message, hash: "0".repeat(64) }, one.orderId)).toBe(true);
      // As where an order ends: its consent is held after it.
      await tx.selectFrom("bankConsents").select("consentId").where("consentId", "=", one.orderId).forUpdate().noWait().execute();
    });
    await forgetting;
    expect(await kept()).toEqual([]);
  });
});

describe("tokens of an order grow old", () => {
  it("OA-73 a refused one is refreshed once, and the execution is sent once", async () => {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate();
    await one.approve();
    await sandbox.fault("token.expire-access", { for: { authorizationId: aspspAuthorisationId } });
    const since = await sandbox.lastSeq();
    expect(await one.submit(payment.paymentId)).toMatchObject({ status: "debited" });
    expect((await sandbox.calls({ since, endpoint: "T1" })).map(({ grant }) => grant)).toEqual(["refresh_token"]);
    expect((await bookOf(sandbox, { authorizationId: aspspAuthorisationId })).movements.filter(({ kind }) => kind === "debit")).toHaveLength(1);
  });

  it("OA-35 a refresh that repeats the nonce goes on, after one with another nonce nothing more is executed", async () => {
    const one = await order();
    const { payment, aspspAuthorisationId: authorizationId } = await one.initiate({ count: 2 });
    const begun = await one.authorise();
    await one.exchange(begun, await visitBank(begun.redirectUrl, { psuId: "88888881" }));
    const refreshedWith = async (nonce: string) => {
      await sandbox.calm();
      await sandbox.fault("token.expire-access", { for: { authorizationId } });
      await sandbox.fault("id-token.claims", { for: { authorizationId }, options: { set: { nonce }, channel: "refresh" } });
      return one.submit(payment.paymentId);
    };
    expect(await refreshedWith(begun.nonce)).toMatchObject({ status: "debited" });
    await expect(refreshedWith("another")).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID", details: { reason: "id-token-refused" } });
    await expect(one.submit(payment.paymentId)).rejects.toEqual(unsent);
  });

  it("OA-64 once they are lost nothing more is executed, but what became of an execution is still told", async () => {
    const one = await order();
    const { payment, aspspAuthorisationId } = await one.initiate({ count: 2 });
    await one.approve();
    const executionId = randomUUID();
    await one.submit(payment.paymentId, executionId);
    await sandbox.fault("token.expire-access", { for: { authorizationId: aspspAuthorisationId } });
    await sandbox.fault("token.refused", { for: { endpoint: "T1", authorizationId: aspspAuthorisationId } });
    await expect(one.submit(payment.paymentId)).rejects.toMatchObject({ code: "ERR_ASPSP_TOKEN_INVALID" });
    await sandbox.calm();
    const never = randomUUID();
    for (const _ of ["once", "again"]) await expect(one.submit(payment.paymentId, never)).rejects.toEqual(unsent);
    // Of what left nobody says that it did not.
    await expect(one.submit(payment.paymentId, executionId)).rejects.toEqual(refused("ERR_BANK_PAYMENT_STATE", { reason: "not-authorised" }));
    expect(await one.execution(payment.paymentId, executionId)).toMatchObject({ status: "debited" });
  });
});
