import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { Browser } from "./browser.ts";
import { testClock } from "./clock.ts";
import { ainosCurrent, Payer, sepaBody, type ApiError, type Payment, type Submission } from "./payer.ts";
import { Tpp, type Answer } from "./tpp.ts";

let bank: TestBank;
let payer: Payer;
let savings: { accountId: string; iban: string };
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock, env: { SANDBOX_PAYMENT_SECONDS: "30" } });
  payer = new Payer(await Tpp.registered(bank));
  savings = (await accounts("88888881"))[2] as typeof savings;
});
afterAll(() => bank[Symbol.asyncDispose]());

interface AccountRow {
  readonly accountId: string;
  readonly iban: string;
  readonly netBalance: string;
  readonly grossBalance: string;
  readonly transactions: Record<string, unknown>[];
}

async function accounts(psu: string): Promise<AccountRow[]> {
  return (await bank.admin<{ people: { accounts: AccountRow[] }[] }>("GET", `/books/ledger?psu=${psu}&rows=true`)).body.people[0]?.accounts ?? [];
}

async function movements(paymentId: string): Promise<Record<string, string>[]> {
  return (await bank.admin<{ movements: Record<string, string>[] }>("GET", `/payments?paymentId=${paymentId}`)).body.movements;
}

/** One payment with one submission sent under a scenario, and ways to go on. */
async function begun(scenario?: string, body: object = sepaBody()) {
  const { payment, token } = await payer.approved(body);
  const submissionId = randomUUID();
  const options = (again?: string) => ({ submissionId, ...(again === undefined ? {} : { scenario: again }) });
  const first = await payer.submit<Submission & ApiError>(payment, token, options(scenario));
  return {
    payment,
    token,
    first,
    again: (other?: string): Promise<Answer<Submission & ApiError>> => payer.submit(payment, token, options(other)),
    read: (other?: string): Promise<Answer<Submission>> => payer.submit(payment, token, { ...options(other), method: "GET" }),
    status: async (): Promise<string> => (await payer.submit(payment, token, { submissionId, method: "GET" })).body.status,
  };
}

const cents = (text: string | undefined): bigint => BigInt(String(text).replace(".", ""));

describe("a submission", () => {
  it("is Accepted, then Submitted; sending it again changes nothing", async () => {
    const { payment, first, again, status } = await begun();
    expect(first).toMatchObject({ status: 201, body: { status: "Accepted" } });
    expect(await again()).toMatchObject({ status: 200, body: { status: "Accepted", archiveId: first.body.archiveId } });
    clock.ahead({ seconds: 30 });
    expect(await status()).toBe("Submitted");
    expect((await again()).body.status).toBe("Submitted");
    expect(await movements(payment.paymentId)).toHaveLength(1);
  });

  it("needs approval, a UUID and a known scenario", async () => {
    const { body: pending } = await payer.create();
    const { payment, token } = await payer.approved();
    expect((await payer.submit<ApiError>(pending, await payer.clientToken())).status).toBe(403);
    expect((await payer.submit<ApiError>(payment, token, { submissionId: "1" })).body.violations).toMatchObject([
      { type: "InvalidValue", path: "submissionId" },
    ]);
    expect((await payer.submit<ApiError>(payment, token, { scenario: "Rain" })).body.violations).toMatchObject([
      { type: "InvalidValue", path: "x-sandbox-scenario" },
    ]);
    expect((await payer.submit(payment, token, { method: "GET" })).status).toBe(404);
  });

  it("under another id is refused once the payment was submitted as often as it may be; a recurring one may be as often as its count", async () => {
    const once = await begun();
    expect((await payer.submit<ApiError>(once.payment, once.token)).body.violations).toMatchObject([{ type: "IllegalState" }]);
    const { payment, token } = await payer.approved(sepaBody({ count: 2, amountEUR: "1" }));
    const statuses: number[] = [];
    for (let each = 0; each < 3; each += 1) statuses.push((await payer.submit(payment, token)).status);
    expect(statuses).toEqual([201, 201, 400]);
    clock.ahead({ seconds: 30 });
    const list = await payer.api<{ submissions: Submission[] }>(`/sepa-payments/${payment.paymentId}/submissions`, token);
    expect(list.body.submissions.map((each) => each.status)).toEqual(["Submitted", "Submitted"]);
    expect(new Set((await movements(payment.paymentId)).map((each) => each["archiveId"])).size).toBe(2);
  });

  it("to an account of this bank is instant: Credited, and the payee has the money", async () => {
    const [eetu] = await accounts("88888882");
    const { payment, read } = await begun(
      undefined,
      sepaBody({ amountEUR: "20.00", payee: { iban: eetu?.iban, name: "Eetu" }, message: undefined, reference: "1232" }),
    );
    expect(payment.paymentOrder).toBe("SEPA_INST");
    clock.ahead({ seconds: 30 });
    const { archiveId, status } = (await read()).body;
    expect(status).toBe("Credited");
    expect(await movements(payment.paymentId)).toMatchObject([
      { kind: "debit", iban: ainosCurrent, amount: "-20.00", archiveId },
      { kind: "credit", iban: eetu?.iban, amount: "20.00" },
    ]);
    const [after] = await accounts("88888882");
    expect(cents(after?.grossBalance) - cents(eetu?.grossBalance)).toBe(2000n);
    expect(after?.transactions.at(-1)).toMatchObject({ amount: "20.00", reference: "00000000000000001232", payer: { name: "Aino Hiekkalaatikko-Testinen" } });
  });

  it("without enough money is an Error that may be sent again; two accepted ones never take more than there is", async () => {
    const poor = await payer.approved(sepaBody({ amountEUR: "900000.00" }));
    const submissionId = randomUUID();
    const refused = await payer.submit<ApiError>(poor.payment, poor.token, { submissionId });
    expect(refused).toMatchObject({ status: 400, body: { type: "BUSINESS", violations: [{ type: "InsufficientFunds" }] } });
    expect((await payer.submit(poor.payment, poor.token, { submissionId, method: "GET" })).body.status).toBe("Error");
    await bank.admin("POST", "/transactions", { psu: "88888881", account: ainosCurrent, amount: "900000.00" });
    expect((await payer.submit(poor.payment, poor.token, { submissionId })).body.status).toBe("Accepted");
    const second = await payer.approved(sepaBody({ amountEUR: "100000.00" }));
    expect((await payer.submit(second.payment, second.token)).status).toBe(400);
    clock.ahead({ seconds: 30 });
    expect(await movements(poor.payment.paymentId)).toHaveLength(1);
    expect(await movements(second.payment.paymentId)).toEqual([]);
  });
});

describe("the debit", () => {
  it("does not happen where the money went elsewhere after the bank accepted: Rejected", async () => {
    const { payment, token } = await payer.approved(sepaBody({ amountEUR: "1.00" }), { psuId: "load-9-50" });
    const submissionId = randomUUID();
    expect((await payer.submit(payment, token, { submissionId })).body.status).toBe("Accepted");
    const [account] = await accounts("load-9-50");
    await bank.admin("POST", "/transactions", { psu: "load-9-50", account: account?.iban, amount: `-${account?.netBalance}` });
    clock.ahead({ seconds: 30 });
    expect((await payer.submit(payment, token, { submissionId, method: "GET" })).body.status).toBe("Rejected");
    expect(await movements(payment.paymentId)).toEqual([]);
  });

  it("that was booked before a kill is not booked again", async () => {
    const { payment, first, status } = await begun(undefined, sepaBody({ amountEUR: "4.00" }));
    const { archiveId } = first.body;
    await bank.admin("POST", "/transactions", { psu: "88888881", account: ainosCurrent, amount: "-4.00", archiveId });
    clock.ahead({ seconds: 30 });
    expect(await status()).toBe("Submitted");
    expect(await movements(payment.paymentId)).toHaveLength(1);
    const [current] = await accounts("88888881");
    expect(current?.transactions.filter((each) => each["archiveId"] === archiveId)).toHaveLength(1);
  });
});

describe("x-sandbox-scenario", () => {
  it("InsufficientFunds: an Error, which the same id overcomes", async () => {
    const { payment, first, again, status } = await begun("InsufficientFunds");
    expect(first).toMatchObject({ status: 400, body: { type: "BUSINESS", violations: [{ type: "InsufficientFunds" }] } });
    expect(await status()).toBe("Error");
    expect((await payer.payment(payment.paymentId)).status).toBe("Authorized");
    expect((await again()).body.status).toBe("Accepted");
  });

  it.each(["PaymentFail", "PaymentFail=AccountClosed", "PaymentFail=InvalidPayee", "PaymentFail=LimitExceeded"])(
    "%s: Rejected for good, nothing moves",
    async (scenario) => {
      const { payment, first, again } = await begun(scenario);
      expect(first).toMatchObject({ status: 400, body: { type: "BUSINESS", violations: [{ type: "PaymentFail" }] } });
      expect(first.body.message).toContain(scenario.split("=")[1] ?? "failed");
      expect(await again()).toMatchObject({ status: 200, body: { status: "Rejected" } });
      expect(await movements(payment.paymentId)).toEqual([]);
    },
  );

  it("PaymentSystemUnavailable: Pending, sent again until midnight in Finland", async () => {
    const { payment, token, first, again, status } = await begun("PaymentSystemUnavailable");
    expect(first).toMatchObject({ status: 201, body: { status: "Pending" } });
    expect((await payer.payment(payment.paymentId)).status).toBe("Authorized");
    expect((await again("PaymentSystemUnavailable")).body.status).toBe("Pending");
    expect((await payer.submit<ApiError>(payment, token)).body.violations).toMatchObject([{ type: "IllegalState" }]);
    expect((await again()).body.status).toBe("Accepted");
    clock.ahead({ seconds: 30 });
    expect(await status()).toBe("Submitted");
  });

  it("FutureSimulation: as if the call came later, here after midnight", async () => {
    const late = await begun("PaymentSystemUnavailable");
    expect((await late.again("FutureSimulation=PT24H")).body.status).toBe("Rejected");
    expect(await late.status()).toBe("Rejected");
    const soon = await begun();
    expect((await soon.read("FutureSimulation=PT1H")).body.status).toBe("Submitted");
  });

  it("a Pending one that nobody sends again is Rejected when the day is over", async () => {
    const { status } = await begun("PaymentSystemUnavailable");
    await bank.admin("POST", "/faults", { fault: "bank.clock", options: { offsetSeconds: 86_400 } });
    await bank.admin("GET", "/payments");
    await bank.admin("DELETE", "/faults");
    expect(await status()).toBe("Rejected");
  });

  it("PaymentSubmitFailed: Accepted, then Rejected; the payment stays Completed", async () => {
    const { payment, first, status } = await begun("PaymentSubmitFailed");
    expect(first.body.status).toBe("Accepted");
    clock.ahead({ seconds: 30 });
    expect(await status()).toBe("Rejected");
    expect((await payer.payment(payment.paymentId)).status).toBe("Completed");
    expect(await movements(payment.paymentId)).toEqual([]);
  });

  it("PaymentSubmitSuccess and PaymentSubmitFailed on reading end at once what was Accepted", async () => {
    const { first, read } = await begun("PaymentSubmitSuccess");
    expect(first.body.status).toBe("Accepted");
    expect((await read("PaymentSubmitSuccess")).body.status).toBe("Submitted");
    expect((await read("PaymentSubmitFailed")).body.status).toBe("Submitted");
    const failing = await begun();
    expect((await failing.read("PaymentSubmitFailed")).body.status).toBe("Rejected");
  });
});

describe("the helpers of the sandbox", () => {
  const helper = async (authorizationId: string, what: "authorize" | "reject", tpp = payer.tpp): Promise<Answer<Payment>> =>
    tpp.api<Payment>(
      `/authorizations/${authorizationId}/sandbox-${what}`,
      "",
      { method: "POST", headers: { authorization: "", "x-api-key": "" } },
      bank.endpoints.pisBaseUrl,
    );

  it("authorize a bundle without a person, and SandboxAuthorized submits it with the client's token", async () => {
    const { body: payment } = await payer.create(sepaBody({ payer: { iban: savings.iban } }));
    expect(await helper(payment.authorizationId, "authorize")).toMatchObject({
      status: 200,
      body: { authorizationId: payment.authorizationId, status: "Authorized" },
    });
    const token = await payer.clientToken();
    expect((await payer.submit(payment, token)).status).toBe(403);
    expect((await payer.submit(payment, token, { scenario: `SandboxAuthorized=${randomUUID()}` })).status).toBe(403);
    expect((await payer.submit(payment, token, { scenario: `SandboxAuthorized=${payment.authorizationId}` })).body.status).toBe("Accepted");
    clock.ahead({ seconds: 30 });
    expect(await movements(payment.paymentId)).toMatchObject([{ iban: savings.iban }]);
    const byPerson = await payer.approved();
    expect((await payer.submit(byPerson.payment, token, { scenario: `SandboxAuthorized=${byPerson.payment.authorizationId}` })).status).toBe(403);
  });

  it("reject a bundle; decide only once; and only for the client whose certificate calls", async () => {
    const { body: payment } = await payer.create();
    const stranger = new Tpp(bank, (await Tpp.make(bank)).generated);
    expect((await helper(payment.authorizationId, "authorize", stranger)).status).toBe(403);
    expect((await helper(payment.authorizationId, "reject")).body.status).toBe("Rejected");
    expect((await helper(payment.authorizationId, "authorize")).status).toBe(400);
    expect((await helper(randomUUID(), "authorize")).status).toBe(404);
  });
});

describe("settings", () => {
  it("SANDBOX_PAYMENT_SECONDS=0 debits at once; SANDBOX_PAYMENT_REFUSALS=status answers the submission", async () => {
    await using quick = await startBank({ env: { SANDBOX_PAYMENT_SECONDS: "0", SANDBOX_PAYMENT_REFUSALS: "status" } });
    const their = new Payer(await Tpp.registered(quick));
    const { payment, token } = await their.approved();
    const submissionId = randomUUID();
    expect(await their.submit(payment, token, { submissionId, scenario: "InsufficientFunds" })).toMatchObject({ status: 201, body: { status: "Error" } });
    expect(await their.submit(payment, token, { submissionId })).toMatchObject({ status: 200, body: { status: "Submitted" } });
  });

  it("the page of a payment is Finnish too", async () => {
    const { authorizationId } = (await payer.create()).body;
    const visitor = new Browser(bank.endpoints.issuer, "fi");
    const login = await visitor.open(payer.authorizeUrl(authorizationId));
    expect(login.text).toContain("pyytää sinua hyväksymään maksun");
    expect((await visitor.press(login, "88888881")).text).toContain("Maksutili");
  });
});
