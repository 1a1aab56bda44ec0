import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { Payer, sepaBody, type Payment } from "./payer.ts";
import { call, Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let payer: Payer;
beforeAll(async () => {
  bank = await startBank({ env: { SANDBOX_PAYMENT_SECONDS: "0" } });
  tpp = await Tpp.registered(bank);
  payer = new Payer(tpp);
});
afterEach(async () => {
  await bank.admin("DELETE", "/faults");
});
afterAll(() => bank[Symbol.asyncDispose]());

async function set(fault: string, endpoint: string, options: object = {}): Promise<void> {
  const answer = await bank.admin("POST", "/faults", { fault, options, for: { endpoint }, times: 1 });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
}

async function book(query = ""): Promise<{ payments: Payment[]; movements: { submissionId: string; kind: string }[] }> {
  return (await bank.admin<{ payments: Payment[]; movements: { submissionId: string; kind: string }[] }>("GET", `/payments${query}`)).body;
}

describe("payments without an answer", () => {
  it("a create that broke off was made; the same key finds it", async () => {
    await set("payment.no-answer", "P1");
    const key = randomUUID();
    const before = (await book()).payments.length;
    await expect(payer.create(sepaBody(), { key })).rejects.toThrow();
    const again = await payer.create(sepaBody(), { key });
    expect(again.status).toBe(201);
    const { payments } = await book();
    expect([payments.length - before, payments.at(-1)?.paymentId]).toEqual([1, again.body.paymentId]);
  });

  it.each(["reset", "hang", "status"])("a submission is debited once, whatever became of the answer: %s", async (how) => {
    const { payment, token } = await payer.approved();
    const submissionId = randomUUID();
    await set("payment.no-answer", "P4-submit", { how });
    const lost = sendAndLeave(payment, token, submissionId, how);
    if (how === "status") expect(await lost).toBe(504);
    else await expect(lost).rejects.toThrow();
    expect(await payer.submit(payment, token, { submissionId })).toMatchObject({ status: 200, body: { status: "Submitted" } });
    expect((await book(`?paymentId=${payment.paymentId}`)).movements).toMatchObject([{ kind: "debit", submissionId }]);
  });

  it("a create that the bank never saw was not made", async () => {
    await set("network.status", "P1", { status: 503 });
    const before = (await book()).payments.length;
    expect((await payer.create()).status).toBe(503);
    expect((await book()).payments).toHaveLength(before);
  });
});

/** Submits, waits until the bank has moved the money, and hangs up where no answer will come. */
async function sendAndLeave(payment: Payment, token: string, submissionId: string, how: string): Promise<number> {
  const agent = tpp.agentWith(tpp.qwac);
  const answer = call(`${bank.endpoints.pisBaseUrl}/sepa-payments/${payment.paymentId}/submissions/${submissionId}`, {
    method: "PUT",
    agent,
    headers: { "x-api-key": tpp.client?.api_key ?? "", authorization: `Bearer ${token}` },
  });
  answer.catch(() => undefined);
  await expect.poll(async () => (await book(`?paymentId=${payment.paymentId}`)).movements.length).toBe(1);
  if (how === "hang") await agent.destroy();
  return (await answer).status;
}

describe("answers that lie, under a signature that is right", () => {
  it.each<[string, object, object]>([
    ["payment.wrong-amount", { amount: "999.00" }, { amountEUR: "999.00" }],
    ["payment.wrong-payee", {}, { payee: { name: "Somebody Else", iban: "FI4950009420028730" } }],
    ["payment.status", { status: "Authorized" }, { status: "Authorized" }],
  ])("%s", async (fault, options, told) => {
    await set(fault, "P1", options);
    const answer = await payer.create();
    expect(answer.body).toMatchObject(told);
    expect(await payer.verifies(answer)).toBe(true);
    expect(await payer.payment(answer.body.paymentId)).toMatchObject({ ...sepaBody(), status: "Unauthorized" });
  });

  it.each<[string, "paymentId" | "authorizationId"]>([
    ["payment.other-id", "paymentId"],
    ["payment.other-bundle", "authorizationId"],
  ])("%s", async (fault, member) => {
    const key = randomUUID();
    await set(fault, "P1");
    const told = (await payer.create(sepaBody(), { key })).body[member];
    expect((await payer.create(sepaBody(), { key })).body[member]).not.toBe(told);
  });

  it("another submission, a status going backwards, and lists with repetitions", async () => {
    const { payment, token } = await payer.approved();
    const submissionId = randomUUID();
    await set("payment.other-submission", "P4-submit");
    expect((await payer.submit(payment, token, { submissionId })).body.submissionId).not.toBe(submissionId);
    await set("payment.status-back", "P4");
    const read = async (): Promise<string> => (await payer.submit(payment, token, { submissionId, method: "GET" })).body.status;
    expect([await read(), await read()]).toEqual(["Accepted", "Submitted"]);
    await set("payment.repeated", "P3");
    expect((await payer.api<{ submissions: object[] }>(`/sepa-payments/${payment.paymentId}/submissions`, token)).body.submissions).toHaveLength(2);
    await set("payment.repeated", "P10");
    expect((await payer.api<{ payments: object[] }>(`/authorizations/${payment.authorizationId}/payments`, token)).body.payments).toHaveLength(2);
  });
});

describe("signatures that do not hold", () => {
  it.each(["payment.no-signature", "payment.wrong-signature", "payment.foreign-signature", "payment.unknown-key", "body.trailing-garbage"])(
    "%s",
    async (fault) => {
      await set(fault, "P1");
      const key = randomUUID();
      const bad = await payer.create(sepaBody(), { key });
      expect(bad.status).toBe(201);
      expect(await payer.verifies(bad)).toBe(false);
      expect("x-jws-signature" in bad.headers).toBe(fault !== "payment.no-signature");
      expect(await payer.verifies(await payer.create(sepaBody(), { key }))).toBe(true);
    },
  );
});

describe("payment.scenario", () => {
  it("brings a scenario about that nobody asked for", async () => {
    const { payment, token } = await payer.approved();
    await set("payment.scenario", "P4-submit", { scenario: "PaymentSubmitFailed" });
    const submissionId = randomUUID();
    expect((await payer.submit(payment, token, { submissionId })).body.status).toBe("Accepted");
    expect((await payer.submit(payment, token, { submissionId, method: "GET" })).body.status).toBe("Rejected");
  });

  it("consent.revoke revokes what a bundle still holds", async () => {
    const { payment } = await payer.approved();
    await bank.admin("POST", "/faults", { fault: "consent.revoke", for: { authorizationId: payment.authorizationId } });
    expect((await payer.payment(payment.paymentId)).status).toBe("Revoked");
  });
});
