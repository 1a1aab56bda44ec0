import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { Browser, visit } from "./browser.ts";
import { testClock } from "./clock.ts";
import { ainosCurrent, Payer } from "./payer.ts";
import { inDays, Tpp, type Answer } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let payer: Payer;
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock });
  tpp = await Tpp.registered(bank);
  payer = new Payer(tpp);
});
afterAll(() => bank[Symbol.asyncDispose]());

const scope = "openid fundsconfirmations";

interface FundsAuthorization {
  readonly authorizationId: string;
  readonly status: string;
  readonly expires: string;
  readonly iban?: string;
}

function api<T = FundsAuthorization>(path: string, token: string, method = "GET", body?: object, headers: Record<string, string> = {}): Promise<Answer<T>> {
  return tpp.api<T>(path, token, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, bank.endpoints.cofBaseUrl);
}

async function create<T = FundsAuthorization>(body: object = {}, headers: Record<string, string> = {}): Promise<Answer<T>> {
  return api<T>("/authorizations", await tpp.clientToken("fundsconfirmations"), "POST", body, headers);
}

async function approved(body: object = {}): Promise<{ authorizationId: string; token: string; ask: (amountEUR: string) => Promise<Answer> }> {
  const { authorizationId } = (await create(body)).body;
  const token = (await payer.approve(authorizationId, { scope })).access_token;
  return { authorizationId, token, ask: (amountEUR) => api("/funds-confirmations", token, "POST", { authorizationId, amountEUR }) };
}

describe("confirmation of funds", () => {
  it("create, authorize, ask: yes up to the balance, no beyond it, and never the balance itself", async () => {
    const created = await create();
    expect(created).toMatchObject({ status: 201, body: { status: "Unauthorized", created: expect.any(String) } });
    expect(created.body).not.toHaveProperty("iban");
    const days = Temporal.Instant.from(created.body.expires).since(clock.now()).total("hours") / 24;
    expect(days).toBeGreaterThan(364.9);
    expect(days).toBeLessThan(366.1);
    const { authorizationId, token, ask } = await approved();
    expect((await api(`/authorizations/${authorizationId}`, token)).body).toMatchObject({
      status: "Authorized",
      iban: ainosCurrent,
      authorized: expect.any(String),
      modified: expect.any(String),
    });
    const { body } = await bank.admin<{ people: { accounts: { iban: string; netBalance: string }[] }[] }>("GET", "/books/ledger?psu=88888881");
    const balance = body.people[0]?.accounts[0]?.netBalance ?? "";
    const more = (BigInt(balance.replace(".", "")) + 1n).toString();
    const yes = await ask(balance);
    expect(yes).toMatchObject({
      status: 201,
      body: { authorizationId, amountEUR: balance, fundsAvailable: true, fundsConfirmationId: expect.any(String), created: expect.any(String) },
    });
    expect(Object.keys(yes.body)).toHaveLength(5);
    expect((await ask(`${more.slice(0, -2)}.${more.slice(-2)}`)).body["fundsAvailable"]).toBe(false);
  });

  it.each<[string, object, object]>([
    ["more than a year", { expires: inDays(367) }, { type: "Date", path: "expires" }],
    ["the past", { expires: inDays(-1) }, { type: "Date", path: "expires" }],
    ["no date", { expires: "soon" }, { type: "TypeMismatch", path: "expires" }],
    ["no IBAN", { iban: "FI00" }, { type: "Iban", path: "iban" }],
    ["an unknown member", { amount: "1" }, { type: "UnrecognizedProperty", path: "amount" }],
  ])("refuses %s, and says where it looked", async (_what, body, violation) => {
    expect(await create(body)).toMatchObject({ status: 400, body: { type: "VALIDATION", violations: [{ ...violation, location: "body" }] } });
  });

  it("wants Accept to be application/json and nothing else", async () => {
    for (const accept of ["*/*", "application/json, text/plain"])
      expect(await create({}, { accept })).toMatchObject({ status: 400, body: { violations: [{ path: "accept", location: "header" }] } });
  });

  it("of a named account can be approved by whoever has it, for that account only", async () => {
    const { authorizationId } = (await create({ iban: ainosCurrent, expires: inDays(30) })).body;
    const visitor = new Browser(bank.endpoints.issuer);
    const foreign = await visitor.press(await visitor.open(payer.authorizeUrl(authorizationId, {}, scope)), "88888882");
    expect(foreign.forms[0]?.fields.filter((each) => each.name === "account")).toEqual([]);
    expect((await visitor.press(foreign, "approve")).status).toBe(422);
    const own = await bank.admin<{ people: { accounts: { accountId: string }[] }[] }>("GET", "/books/ledger?psu=88888881");
    const tampering = new Browser(bank.endpoints.issuer);
    const page = await tampering.press(await tampering.open(payer.authorizeUrl(authorizationId, {}, scope)), "88888881");
    const value = own.body.people[0]?.accounts[1]?.accountId ?? "";
    const forms = page.forms.map((form) => ({ ...form, fields: form.fields.map((field) => (field.name === "account" ? { ...field, value } : field)) }));
    expect((await tampering.press({ ...page, forms }, "approve")).status).toBe(422);
    const { selection, parameters } = await visit(payer.authorizeUrl(authorizationId, {}, scope), { psuId: "88888881" });
    expect(selection.text).toContain("never the balance");
    expect(selection.forms[0]?.fields.filter((each) => each.name === "account")).toHaveLength(1);
    expect(parameters.get("code")).not.toBeNull();
  });

  it("is Authorizing while a person looks, Rejected when they refuse, Expired when they never decide", async () => {
    const status = async (id: string): Promise<string> => (await api(`/authorizations/${id}`, await tpp.clientToken("fundsconfirmations"))).body.status;
    const [left, refused] = [(await create()).body.authorizationId, (await create()).body.authorizationId];
    await new Browser(bank.endpoints.issuer).open(payer.authorizeUrl(left, {}, scope));
    expect(await status(left)).toBe("Authorizing");
    await visit(payer.authorizeUrl(refused, {}, scope), { psuId: "88888881", decision: "refuse" });
    expect(await status(refused)).toBe("Rejected");
    clock.ahead({ minutes: 15 });
    expect(await status(left)).toBe("Expired");
  });

  it("ends with DELETE: wrapped errors, no refresh, and nothing left to revoke", async () => {
    const { authorizationId, token, ask } = await approved();
    const other = await approved();
    expect((await api(`/authorizations/${authorizationId}`, other.token, "DELETE")).status).toBe(403);
    expect(await api(`/authorizations/${authorizationId}`, token, "DELETE")).toMatchObject({ status: 200, body: { status: "Revoked" } });
    expect(await ask("1")).toMatchObject({ status: 403, body: { errors: [{ type: "SECURITY", message: expect.stringMatching(/^Authorization /) }] } });
    expect(await api(`/authorizations/${authorizationId}`, token, "DELETE")).toMatchObject({ status: 400, body: { violations: [{ type: "IllegalState" }] } });
  });

  it("refuses the client's own token, another authorization, and amounts that are none", async () => {
    const { authorizationId, token, ask } = await approved();
    const question = { authorizationId, amountEUR: "1" };
    expect((await api("/funds-confirmations", await tpp.clientToken("fundsconfirmations"), "POST", question)).status).toBe(403);
    expect((await api("/funds-confirmations", token, "POST", { ...question, authorizationId: "x" })).status).toBe(403);
    expect(await ask("1.5")).toMatchObject({ status: 400, body: { violations: [{ type: "EuroCents", path: "amountEUR", location: "body" }] } });
    expect((await create({}, { authorization: `Bearer ${token}` })).status).toBe(403);
    expect((await tpp.api("/accounts", token)).status).toBe(403);
  });
});
