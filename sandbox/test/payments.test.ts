import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { Browser, visit } from "./browser.ts";
import { testClock } from "./clock.ts";
import { connect, readAll } from "./connection.ts";
import { ainosCurrent, detached, foreignBody, Payer, sepaBody, type ApiError, type Payment } from "./payer.ts";
import { jws, Tpp, type Answer, type TokenAnswer } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let payer: Payer;
let other: Payer;
let reader: Tpp;
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock, env: { SANDBOX_PAYMENT_SECONDS: "30" } });
  const [first, second] = await Promise.all([Tpp.registered(bank), Tpp.registered(bank)]);
  tpp = first;
  payer = new Payer(first);
  other = new Payer(second);
  reader = await Tpp.make(bank, { roles: "AIS" });
  await reader.register(reader.registrationJwt({ statement: { software_roles: ["AIS"] } }));
});
afterAll(() => bank[Symbol.asyncDispose]());

interface Movement {
  readonly kind: "debit" | "credit";
  readonly paymentId: string;
  readonly submissionId: string;
  readonly iban: string;
  readonly amount: string;
  readonly archiveId: string;
}

async function movements(paymentId: string): Promise<Movement[]> {
  return (await bank.admin<{ movements: Movement[] }>("GET", `/payments?paymentId=${paymentId}`)).body.movements;
}

/** Lets the bank debit what it accepted. */
function settle(): void {
  clock.ahead({ seconds: 30 });
}

describe("the way of a payment", () => {
  it("create, authorize, list, submit, poll: the money moves once, and the account's transactions show it", async () => {
    const created = await payer.create(sepaBody({ amountEUR: "12.50" }));
    expect(created).toMatchObject({
      status: 201,
      body: {
        ...sepaBody(),
        paymentType: "SepaPayment",
        paymentOrder: "SEPA",
        detailsOfCharges: "SHA",
        count: 1,
        status: "Unauthorized",
        created: expect.any(String),
      },
    });
    expect(await payer.verifies(created)).toBe(true);
    const { paymentId, authorizationId } = created.body;
    expect(created.body).not.toHaveProperty("submissions");
    expect(await payer.bundleStatus(authorizationId)).toBe("Unauthorized");

    const { access_token: token } = await payer.approve(authorizationId);
    expect(await payer.bundleStatus(authorizationId)).toBe("Authorized");
    const { payments } = (await payer.api<{ payments: Payment[] }>(`/authorizations/${authorizationId}/payments`, token)).body;
    expect(payments).toEqual([expect.objectContaining({ paymentId, status: "Authorized", paymentType: "SepaPayment", payer: { iban: ainosCurrent } })]);

    const submissionId = randomUUID();
    const path = payments[0] as Payment;
    const submitted = await payer.submit(path, token, { submissionId });
    expect(submitted).toMatchObject({ status: 201, body: { submissionId, status: "Accepted", archiveId: expect.any(String), created: expect.any(String) } });
    expect(await movements(paymentId)).toEqual([]);
    settle();
    expect((await payer.submit(path, token, { submissionId, method: "GET" })).body.status).toBe("Submitted");
    expect((await payer.submit(path, token, { submissionId })).body).toMatchObject({ status: "Submitted", archiveId: submitted.body.archiveId });
    expect(await movements(paymentId)).toEqual([expect.objectContaining({ kind: "debit", submissionId, iban: ainosCurrent, amount: "-12.50" })]);
    expect(await payer.payment(paymentId, "?include=submissions")).toMatchObject({ status: "Completed", submissions: [{ submissionId, status: "Submitted" }] });
    expect(await payer.bundleStatus(authorizationId)).toBe("Completed");

    const aino = await connect(tpp);
    const account = (await tpp.api<{ accountId: string; identifier: string }[]>("/accounts", aino.token)).body.find((each) => each.identifier === ainosCurrent);
    const { rows } = await readAll(tpp, `/accounts/${account?.accountId}/transactions`, aino.token);
    expect(rows.filter((row) => row["archiveId"] === submitted.body.archiveId)).toEqual([
      expect.objectContaining({
        amount: "-12.50",
        bookingDate: today,
        message: "Lunch",
        recipient: expect.objectContaining({ name: "Maija Mallikas", identifier: "FI2112345600000785" }),
      }),
    ]);
  });
});

/** Status and types of the violations of a refusal. */
function refusal({ status, body }: Answer<unknown>): [number, string, ...string[]] {
  const { type, violations = [] } = body as ApiError;
  return [status, type, ...violations.map((each) => `${each.type}${each.path === undefined ? "" : ` ${each.path}`}`)];
}

async function accountsOf(psu: string): Promise<{ accountId: string; iban: string; netBalance: string; grossBalance: string }[]> {
  const { body } = await bank.admin<{ people: { accounts: { accountId: string; iban: string; netBalance: string; grossBalance: string }[] }[] }>(
    "GET",
    `/books/ledger?psu=${psu}`,
  );
  return body.people[0]?.accounts ?? [];
}

describe("a new payment", () => {
  it("that breaks a rule is refused with every violation, and nothing is made", async () => {
    const before = (await bank.admin<{ payments: object[] }>("GET", "/payments")).body.payments.length;
    const answer = await payer.create<ApiError>(sepaBody({ amountEUR: "1.5", message: "x".repeat(141) }));
    expect(refusal(answer)).toEqual([400, "VALIDATION", "EuroCents amountEUR", "Size message"]);
    expect(answer.body).toMatchObject({ id: expect.any(String), violations: [{}, { min: 1, max: 140 }] });
    expect(answer.headers).not.toHaveProperty("x-jws-signature");
    expect((await bank.admin<{ payments: object[] }>("GET", "/payments")).body.payments).toHaveLength(before);
  });

  it("needs JSON, an idempotency key that is a UUID, and the scope payments", async () => {
    expect((await payer.create(sepaBody(), { headers: { "content-type": "text/plain" } })).status).toBe(415);
    expect(refusal(await payer.create(sepaBody(), { key: "1" }))).toEqual([400, "VALIDATION", "InvalidValue x-idempotency-key"]);
    expect(refusal(await payer.create(sepaBody(), { key: " " }))).toEqual([400, "VALIDATION", "Required x-idempotency-key"]);
    expect(await payer.create(sepaBody(), { token: await tpp.clientToken() })).toMatchObject({
      status: 403,
      body: { fault: { detail: { errorcode: "steps.oauth.v2.InsufficientScope" } } },
    });
  });

  it("must be signed by the client's QSealC over exactly its bytes", async () => {
    const text = JSON.stringify(sepaBody());
    const signed = (headers: Record<string, string>): Promise<Answer<Payment>> => payer.create(sepaBody(), { headers });
    expect((await payer.create(sepaBody(), { signer: tpp.sealRsa })).status).toBe(201);
    expect(refusal(await payer.create(sepaBody(), { sent: ` ${text}` }))).toEqual([401, "SECURITY"]);
    expect(refusal(await payer.create(sepaBody(), { signer: tpp.qwac }))).toEqual([401, "SECURITY"]);
    expect(refusal(await payer.create(sepaBody(), { signer: other.tpp.seal }))).toEqual([401, "SECURITY"]);
    expect(refusal(await signed({ "x-jws-signature": "" }))).toEqual([400, "VALIDATION", "Required x-jws-signature"]);
    expect(refusal(await signed({ "x-jws-signature": jws(sepaBody(), tpp.seal) }))).toEqual([400, "VALIDATION", "InvalidValue x-jws-signature"]);
    expect(refusal(await signed({ "x-jws-signature": detached(text, tpp.seal, { b64: false, crit: ["b64"] }) }))).toEqual([
      400,
      "VALIDATION",
      "InvalidValue x-jws-signature",
    ]);
  });

  it("with the same key and body is the same payment, as long as nobody looked at it; else a DuplicatePayment", async () => {
    const key = randomUUID();
    const first = await payer.create(sepaBody(), { key });
    const again = await payer.create(sepaBody(), { key });
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await payer.verifies(again)).toBe(true);
    const duplicate = [409, "VALIDATION", "DuplicatePayment x-idempotency-key"];
    expect(refusal(await payer.create(sepaBody({ amountEUR: "12.51" }), { key }))).toEqual(duplicate);
    expect((await other.create(sepaBody(), { key })).body.paymentId).not.toBe(first.body.paymentId);
    await new Browser(bank.endpoints.issuer).open(payer.authorizeUrl(first.body.authorizationId));
    expect(refusal(await payer.create(sepaBody(), { key }))).toEqual(duplicate);
  });

  it("abroad stands alone, in another currency, and costs the account its value in euro", async () => {
    const { payment, token } = await payer.approved(foreignBody(), { path: "/foreign-payments" });
    expect(payment).toMatchObject({ ...foreignBody(), paymentType: "ForeignPayment", paymentOrder: "NORM", detailsOfCharges: "SHA", count: 1 });
    expect(refusal(await payer.create(sepaBody({ authorizationId: payment.authorizationId })))).toEqual([400, "VALIDATION", "IllegalState"]);
    const submissionId = randomUUID();
    await payer.submit(payment, token, { submissionId });
    settle();
    expect((await payer.submit(payment, token, { submissionId, method: "GET" })).body.status).toBe("Submitted");
    expect(await movements(payment.paymentId)).toEqual([expect.objectContaining({ kind: "debit", amount: "-91.75" })]);
    expect((await payer.api(`/sepa-payments/${payment.paymentId}`, token)).status).toBe(404);
    expect((await payer.api(`/foreign-payments/${payment.paymentId}`, token)).body.status).toBe("Completed");
  });
});

describe("a bundle", () => {
  it("takes payments until a person looks at it, and is approved as one", async () => {
    const first = (await payer.create()).body;
    const { authorizationId } = first;
    const second = (await payer.create(sepaBody({ amountEUR: "3", authorizationId }))).body;
    expect(second.authorizationId).toBe(authorizationId);
    expect(second).not.toHaveProperty("submissions");
    const { parameters, selection } = await visit(payer.authorizeUrl(authorizationId), { psuId: "88888881" });
    for (const shown of ["Maija Mallikas", "FI21 1234 5600 0007 85", "€12.50", "€3", "Message: Lunch", "Käyttötili"]) expect(selection.text).toContain(shown);
    expect(refusal(await payer.create(sepaBody({ authorizationId })))).toEqual([400, "VALIDATION", "IllegalState"]);
    const { access_token: token } = (await tpp.exchange(parameters.get("code") ?? "")).body;
    const bundle = await payer.api(`/authorizations/${authorizationId}?include=payments`, token);
    expect(bundle.body).toMatchObject({ authorizationId, status: "Authorized", authorized: expect.any(String), sepaPayments: [{}, {}], foreignPayments: [] });
    await payer.submit(first, token);
    expect(await payer.bundleStatus(authorizationId)).toBe("Authorized");
    await payer.submit(second, token);
    expect(await payer.bundleStatus(authorizationId)).toBe("Completed");
  });

  it("of nobody, of another client or of another kind cannot be joined", async () => {
    const foreign = (await other.create()).body.authorizationId;
    expect(refusal(await payer.create(sepaBody({ authorizationId: foreign })))).toEqual([403, "SECURITY"]);
    for (const authorizationId of ["nothing", (await tpp.createAuthorization()).body.authorizationId])
      expect(refusal(await payer.create(sepaBody({ authorizationId })))).toEqual([400, "VALIDATION", "InvalidValue authorizationId"]);
  });

  it("is Authorizing while a person looks, Rejected when they refuse or never decide", async () => {
    const refused = (await payer.create()).body;
    const { parameters } = await visit(payer.authorizeUrl(refused.authorizationId), { psuId: "88888881", decision: "refuse" });
    expect(parameters.get("error")).toBe("access_denied");
    expect(await payer.payment(refused.paymentId)).toMatchObject({ status: "Rejected" });
    const left = (await payer.create()).body;
    await new Browser(bank.endpoints.issuer).open(payer.authorizeUrl(left.authorizationId));
    expect(await payer.payment(left.paymentId)).toMatchObject({ status: "Authorizing" });
    await new Browser(bank.endpoints.issuer).open(payer.authorizeUrl(left.authorizationId));
    await bank.admin("POST", "/faults", { fault: "bank.clock", options: { offsetSeconds: 900 } });
    expect(await payer.bundleStatus(left.authorizationId)).toBe("Rejected");
    await bank.admin("DELETE", "/faults");
  });

  it("is paid from the account the person chooses, whatever was proposed", async () => {
    const accounts = await accountsOf("88888881");
    const chosen = accounts[1];
    const { payment, token } = await payer.approved(sepaBody({ payer: { iban: ainosCurrent } }), { accountId: chosen?.accountId ?? "" });
    expect(payment.payer).toEqual({ iban: ainosCurrent });
    expect((await payer.payment(payment.paymentId)).payer).toEqual({ iban: chosen?.iban });
    await payer.submit(payment, token);
    settle();
    expect(await movements(payment.paymentId)).toEqual([expect.objectContaining({ iban: chosen?.iban })]);
  });

  it("preselects the account proposed, says when it is not theirs, and asks again when none is chosen", async () => {
    const [, household] = await accountsOf("88888881");
    const { authorizationId } = (await payer.create(sepaBody({ payer: { iban: household?.iban } }))).body;
    const visitor = new Browser(bank.endpoints.issuer);
    const page = await visitor.press(await visitor.open(payer.authorizeUrl(authorizationId)), "88888881");
    expect(page.forms[0]?.fields.filter((each) => each.checked).map((each) => each.value)).toEqual([household?.accountId]);
    const again = await visitor.press(page, "approve", { only: { account: [] } });
    expect([again.status, again.text]).toEqual([422, expect.stringContaining("Choose one account")]);
    const stranger = await visit(payer.authorizeUrl(authorizationId), { psuId: "88888882", decision: "refuse" });
    expect(stranger.selection.text).toContain("not yours");
  });

  it("answers an ID token that names it", async () => {
    const { tokens, payment } = await payer.approved();
    const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({ authorizationId: payment.authorizationId, iss: bank.endpoints.issuer });
    expect(tokens.scope).toBe("openid payments");
  });
});

describe("tokens", () => {
  it("a person's token submits its own payments only, the client's none; others see nothing", async () => {
    const [one, two] = [await payer.approved(), await payer.approved()];
    expect(refusal(await payer.submit(one.payment, two.token))).toEqual([403, "SECURITY"]);
    expect(refusal(await payer.submit(one.payment, await payer.clientToken()))).toEqual([403, "SECURITY"]);
    expect(refusal(await other.submit(one.payment, await other.clientToken()))).toEqual([403, "SECURITY"]);
    const list = `/authorizations/${one.payment.authorizationId}/payments`;
    expect(refusal(await payer.api(list, two.token))).toEqual([403, "SECURITY"]);
    expect(refusal(await payer.api(list, await payer.clientToken()))).toEqual([403, "SECURITY"]);
    expect(refusal(await payer.api(`/sepa-payments/${one.payment.paymentId}`, two.token, { method: "DELETE" }))).toEqual([403, "SECURITY"]);
    expect((await payer.api(`/sepa-payments/${randomUUID()}`, one.token)).status).toBe(404);
    expect((await tpp.api("/accounts", one.token)).status).toBe(403);
  });

  it("are renewed after everything was submitted, so that its fate can be read, and not once it was revoked", async () => {
    const done = await payer.approved();
    await payer.submit(done.payment, done.token);
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: done.tokens.refresh_token })).status).toBe(200);
    const revoked = await payer.approved();
    await payer.api(`/authorizations/${revoked.payment.authorizationId}`, revoked.token, { method: "DELETE" });
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: revoked.tokens.refresh_token })).status).toBe(400);
  });

  it("Z1 wants the scope of the authorization, and the role", async () => {
    const { authorizationId } = (await payer.create()).body;
    const page = await new Browser(bank.endpoints.issuer).open(payer.authorizeUrl(authorizationId, {}, "openid accounts"));
    expect(page.url).toContain("error=invalid_request");
    expect((await reader.token({ grant_type: "client_credentials", scope: "payments" })).status).toBe(400);
  });
});

describe("revoking", () => {
  it("one payment of a bundle leaves the other; what is over cannot be revoked", async () => {
    const first = (await payer.create()).body;
    const second = (await payer.create(sepaBody({ authorizationId: first.authorizationId }))).body;
    const { access_token: token } = await payer.approve(first.authorizationId);
    const revoke = (id: string): Promise<Answer<Payment>> => payer.api(`/sepa-payments/${id}`, token, { method: "DELETE" });
    expect(await revoke(first.paymentId)).toMatchObject({ status: 200, body: { status: "Revoked" } });
    expect(refusal(await payer.submit(first, token))).toEqual([400, "VALIDATION", "IllegalState"]);
    expect(await payer.bundleStatus(first.authorizationId)).toBe("Authorized");
    await payer.submit(second, token);
    expect(await payer.bundleStatus(first.authorizationId)).toBe("PartiallyRevoked");
    for (const each of [first, second]) expect(refusal(await revoke(each.paymentId))).toEqual([400, "VALIDATION", "IllegalState"]);
  });

  it("a bundle before anybody approved it ends it, also while a person looks at it", async () => {
    const { authorizationId, paymentId } = (await payer.create()).body;
    const visitor = new Browser(bank.endpoints.issuer);
    const page = await visitor.press(await visitor.open(payer.authorizeUrl(authorizationId)), "88888881");
    const revoke = await payer.api(`/authorizations/${authorizationId}`, await payer.clientToken(), { method: "DELETE" });
    expect(revoke).toMatchObject({ status: 200, body: { authorizationId, status: "Revoked" } });
    expect((await payer.payment(paymentId)).status).toBe("Revoked");
    expect((await visitor.press(page, "approve")).url).toContain("error=server_error");
    expect(refusal(await payer.api(`/authorizations/${authorizationId}`, await payer.clientToken(), { method: "DELETE" }))).toEqual([
      400,
      "VALIDATION",
      "IllegalState",
    ]);
  });

  it("a recurring payment keeps what was submitted: PartiallyRevoked", async () => {
    const { payment, token } = await payer.approved(sepaBody({ count: 3 }));
    await payer.submit(payment, token);
    const revoke = await payer.api(`/authorizations/${payment.authorizationId}`, token, { method: "DELETE" });
    expect(revoke.body.status).toBe("PartiallyRevoked");
    expect(refusal(await payer.submit(payment, token))).toEqual([400, "VALIDATION", "IllegalState"]);
    settle();
    expect(await movements(payment.paymentId)).toHaveLength(1);
  });
});

describe("the exemption", () => {
  const bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  function assertion(authorizationId: string, overrides: object = {}): string {
    const intent = { value: authorizationId, essential: true };
    const claims = {
      ...tpp.requestObject(authorizationId, {
        scope: "payments",
        response_type: "token",
        iat: undefined,
        exp: undefined,
        redirect_uri: undefined,
        claims: { userinfo: { authorizationId: intent }, id_token: { authorizationId: intent, acr: { essential: true, values: ["urn:openbanking:psd2:ca"] } } },
      }),
      ...overrides,
    };
    return jws(claims, tpp.seal);
  }
  const ask = (authorizationId: string, overrides?: object): Promise<Answer<TokenAnswer>> =>
    tpp.token({ grant_type: bearer, scope: "payments", assertion: assertion(authorizationId, overrides) });

  it("pays a small amount again without the person, from their account", async () => {
    const { token } = await payer.approved();
    const small = await payer.create(sepaBody({ amountEUR: "9.00", payer: { iban: ainosCurrent } }), { token });
    expect(small.status).toBe(201);
    const grant = await ask(small.body.authorizationId);
    expect(grant).toMatchObject({ status: 200, body: { access_token: expect.any(String), scope: "payments" } });
    expect((await payer.submit(small.body, grant.body.access_token)).body.status).toBe("Accepted");
  });

  it("wants the payer, one of the person's accounts, and a payment made with their token", async () => {
    const { token } = await payer.approved();
    expect(refusal(await payer.create(sepaBody(), { token }))).toEqual([400, "VALIDATION", "Required payer.iban"]);
    const [strange] = await accountsOf("88888882");
    expect(refusal(await payer.create(sepaBody({ payer: { iban: strange?.iban } }), { token }))).toEqual([400, "VALIDATION", "InvalidValue payer.iban"]);
    const { authorizationId } = (await payer.create(sepaBody({ amountEUR: "1", payer: { iban: ainosCurrent } }))).body;
    expect(await ask(authorizationId)).toMatchObject({ status: 400, body: { ErrorCode: "access_denied" } });
  });

  it("is refused for more, and the person can still approve; and for anything but the acr ca", async () => {
    const { token } = await payer.approved();
    const { authorizationId } = (await payer.create(sepaBody({ amountEUR: "30.01", payer: { iban: ainosCurrent } }), { token })).body;
    expect((await ask(authorizationId)).body).toMatchObject({ ErrorCode: "access_denied" });
    const intent = { value: authorizationId };
    const strong = { claims: { id_token: { authorizationId: intent, acr: { values: ["urn:openbanking:psd2:sca"] } } } };
    for (const overrides of [strong, { aud: "https://evil.example" }, { iss: "somebody" }, { scope: "accounts" }])
      expect((await ask(authorizationId, overrides)).body).toMatchObject({ ErrorCode: "invalid_request" });
    expect(await payer.approve(authorizationId)).toMatchObject({ access_token: expect.any(String) });
  });
});

describe("the book of payments", () => {
  it("names each payment, submission and movement once, and is the same after a restart", async () => {
    const { payment, token } = await payer.approved(sepaBody({ amountEUR: "2.00" }));
    await payer.submit(payment, token);
    settle();
    const { payments, movements: moved } = (
      await bank.admin<{ payments: Record<string, unknown>[]; movements: object[] }>("GET", `/payments?authorizationId=${payment.authorizationId}`)
    ).body;
    expect(payments).toEqual([
      expect.objectContaining({
        paymentId: payment.paymentId,
        status: "Completed",
        psuId: "88888881",
        submissions: [expect.objectContaining({ status: "Submitted" })],
      }),
    ]);
    expect(moved).toHaveLength(1);
    expect((await bank.admin<{ payments: object[] }>("GET", `/payments?psu=nobody`)).body.payments).toEqual([]);
    await using again = await startBank({ env: { SANDBOX_PAYMENT_SECONDS: "0" } });
    const their = new Payer(await Tpp.registered(again));
    const kept = await their.approved();
    expect((await their.submit(kept.payment, kept.token)).body.status).toBe("Submitted");
    await again.stop();
    await using restarted = await startBank({ folder: again.folder });
    const book = (await restarted.admin<{ payments: { paymentId: string; status: string }[]; movements: Movement[] }>("GET", "/payments")).body;
    expect(book.payments).toMatchObject([{ paymentId: kept.payment.paymentId, status: "Completed" }]);
    expect(book.movements).toMatchObject([{ kind: "debit", amount: "-12.50" }]);
  });
});
