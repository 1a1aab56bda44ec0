import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBank, today, type TestBank } from "./bank.ts";
import { testClock } from "./clock.ts";
import { connect, readAll, type Connection } from "./connection.ts";
import { inDays, plainAgent, portalKey, Tpp } from "./tpp.ts";

let bank: TestBank;
let tpp: Tpp;
let other: Tpp;
let aino: Connection;
let accounts: Record<string, string>[];
const clock = testClock(today);
beforeAll(async () => {
  bank = await startBank({ clock });
  [tpp, other] = await Promise.all([Tpp.registered(bank), Tpp.registered(bank)]);
  aino = await connect(tpp);
  accounts = (await tpp.api<Record<string, string>[]>("/accounts", aino.token)).body;
});
afterAll(() => bank[Symbol.asyncDispose]());

interface LedgerEntry {
  readonly accountId: string;
  readonly cardId: string;
  readonly count: number;
  readonly sum: string;
  readonly grossBalance: string;
}

async function ledger(query: string): Promise<{ accounts: LedgerEntry[]; cards: LedgerEntry[] }> {
  const { body } = await bank.admin<{ people: { accounts: LedgerEntry[]; cards: LedgerEntry[] }[] }>("GET", `/books/ledger?${query}`);
  return body.people[0] ?? { accounts: [], cards: [] };
}

const cents = (text: unknown): bigint => BigInt(String(text).replace(".", ""));

describe("creating an authorization", () => {
  it("answers 201, and refuses the token of a person", async () => {
    expect(await tpp.createAuthorization()).toMatchObject({
      status: 201,
      body: { status: "Unauthorized", created: expect.any(String), expires: expect.any(String) },
    });
    expect(await tpp.api("/authorizations", aino.token, { method: "POST", body: "{}" })).toMatchObject({ status: 403, body: { type: "SECURITY" } });
  });

  it.each<[string, object, string]>([
    ["neither end nor period", {}, "ExpirationOrTransactionRange"],
    ["more than 180 days", { expires: inDays(181) }, "Date"],
    ["an unknown member", { expires: inDays(10), accounts: [] }, "UnrecognizedProperty"],
    ["a wrong type", { expires: 7 }, "TypeMismatch"],
  ])("refuses %s as a violation", async (_what, body, type) => {
    const answer = await tpp.createAuthorization(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      id: expect.any(String),
      type: "VALIDATION",
      message: expect.any(String),
      violations: [{ type, message: expect.any(String) }],
    });
  });

  it("needs JSON", async () => {
    const answer = await tpp.api("/authorizations", await tpp.clientToken(), {
      method: "POST",
      body: "a=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(415);
  });
});

describe("reading and revoking an authorization", () => {
  it("is open to either token of the same client, and to nobody else", async () => {
    const path = `/authorizations/${aino.authorizationId}`;
    for (const token of [aino.token, await tpp.clientToken()])
      expect(await tpp.api(path, token)).toMatchObject({ status: 200, body: { status: "Authorized", authorized: expect.any(String) } });
    expect((await other.api(path, await other.clientToken())).status).toBe(403);
    expect((await tpp.api("/authorizations/unknown", await tpp.clientToken())).status).toBe(404);
  });

  it("ends everything at once: data calls get the wrapped error, a second DELETE an IllegalState", async () => {
    const { token, authorizationId } = await connect(tpp);
    const path = `/authorizations/${authorizationId}`;
    expect((await tpp.api(path, await tpp.clientToken(), { method: "DELETE" })).status).toBe(403);
    expect((await tpp.api(path, aino.token, { method: "DELETE" })).status).toBe(403);
    expect(await tpp.api(path, token, { method: "DELETE" })).toMatchObject({ status: 200, body: { status: "Revoked" } });
    for (const data of ["/accounts", "/cards", `/accounts/${accounts[0]?.["accountId"]}/transactions`]) {
      expect(await tpp.api(data, token)).toMatchObject({
        status: 403,
        body: { errors: [{ id: expect.any(String), type: "SECURITY", message: expect.stringMatching(/^Authorization /) }] },
      });
    }
    expect(await tpp.api(path, token, { method: "DELETE" })).toMatchObject({ status: 400, body: { violations: [{ type: "IllegalState" }] } });
    expect(await tpp.api(path, token)).toMatchObject({ status: 200, body: { status: "Revoked" } });
  });
});

describe("accounts", () => {
  it("come as a bare list with both balances", async () => {
    expect(accounts).toHaveLength(3);
    expect(accounts[0]).toEqual({
      accountId: expect.any(String),
      productName: "Käyttötili",
      identifierSchema: "IBAN",
      identifier: "FI8659986920068681",
      servicerSchema: "BIC",
      servicer: "OKOYFIHH",
      owner: "Aino Hiekkalaatikko-Testinen",
      netBalance: expect.stringMatching(/^-?\d+\.\d\d$/),
      grossBalance: expect.stringMatching(/^-?\d+\.\d\d$/),
      coverReservationAmount: expect.stringMatching(/^\d+\.\d\d$/),
      currency: "EUR",
    });
    for (const account of accounts) {
      expect(cents(account["netBalance"])).toBe(cents(account["grossBalance"]) - cents(account["coverReservationAmount"] ?? "0.00"));
      expect((await tpp.api(`/accounts/${account["accountId"]}`, aino.token)).body).toEqual(account);
    }
  });

  it("of others are refused, unknown ones not found", async () => {
    const foreign = (await ledger("psu=88888882")).accounts[0]?.accountId;
    expect(await tpp.api(`/accounts/${foreign}`, aino.token)).toMatchObject({ status: 403, body: { type: "SECURITY" } });
    expect(await tpp.api(`/accounts/${foreign}/transactions`, aino.token)).toMatchObject({ status: 403 });
    expect(await tpp.api("/accounts/unknown", aino.token)).toMatchObject({ status: 404, body: { type: "VALIDATION" } });
    expect(await tpp.api("/balances", aino.token)).toMatchObject({ status: 404 });
  });
});

describe("transactions", () => {
  it("are complete: counts and sums equal the books, the sum is the balance, no entry comes twice", async () => {
    const truth = await ledger("psu=88888881");
    for (const [index, account] of accounts.entries()) {
      const { rows, pages } = await readAll(tpp, `/accounts/${account["accountId"]}/transactions`, aino.token);
      expect(rows).toHaveLength(truth.accounts[index]?.count ?? -1);
      expect(pages).toBe(Math.ceil(rows.length / 250));
      const sum = rows.reduce((total, row) => total + cents(row["amount"]), 0n);
      expect(sum).toBe(cents(truth.accounts[index]?.sum));
      expect(sum).toBe(cents(account["grossBalance"]));
    }
  });

  it("are newest first, with a name on the side that acted", async () => {
    const { rows } = await readAll(tpp, `/accounts/${accounts[0]?.["accountId"]}/transactions`, aino.token);
    const dates = rows.map((row) => String(row["bookingDate"]));
    expect(dates).toEqual(dates.toSorted().toReversed());
    for (const row of rows) {
      const debit = String(row["amount"]).startsWith("-");
      if (row["proprietaryTransactionDescription"] !== "OIKAISU") expect(debit ? row["recipient"] : row["payer"]).toBeDefined();
    }
  });

  it("carry links beside the token; the token belongs to one list of one authorization", async () => {
    const path = `/accounts/${accounts[0]?.["accountId"]}/transactions`;
    const first = (await tpp.api<{ continuationToken: string; links: { self: { href: string }; next: { href: string } } }>(path, aino.token)).body;
    expect(first.links.self.href).toBe(`${bank.endpoints.aisBaseUrl}${path}`);
    expect(first.links.next.href).toBe(`${bank.endpoints.aisBaseUrl}${path}?continuationToken=${encodeURIComponent(first.continuationToken)}`);
    const query = `?continuationToken=${encodeURIComponent(first.continuationToken)}`;
    const refused = { status: 400, body: { violations: [{ type: "InvalidValue", path: "continuationToken" }] } };
    expect(await tpp.api(`/accounts/${accounts[1]?.["accountId"]}/transactions${query}`, aino.token)).toMatchObject(refused);
    expect(await tpp.api(`${path}${query}`, (await connect(tpp)).token)).toMatchObject(refused);
    expect(await tpp.api(`${path}?continuationToken=guessed`, aino.token)).toMatchObject(refused);
  });

  it("know no date filter and no page size", async () => {
    const answer = await tpp.api(`/accounts/${accounts[0]?.["accountId"]}/transactions?from=2026-01-01`, aino.token);
    expect(answer).toMatchObject({ status: 400, body: { violations: [{ type: "UnrecognizedProperty", path: "from" }] } });
  });

  it("of a period stay inside it", async () => {
    const period = { transactionFrom: "2026-03-01", transactionTo: "2026-03-31" };
    const { token, authorizationId } = await connect(tpp, { body: period });
    const { rows } = await readAll(tpp, `/accounts/${accounts[0]?.["accountId"]}/transactions`, token);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.every((row) => String(row["bookingDate"]).startsWith("2026-03"))).toBe(true);
    expect((await ledger(`authorizationId=${authorizationId}`)).accounts[0]?.count).toBe(rows.length);
  });

  it("of somebody heavy are 12,000, and of load people as many as their id says", async () => {
    const { token } = await connect(tpp, { psuId: "88888883" });
    let count = 0;
    for (const { accountId } of (await tpp.api<{ accountId: string }[]>("/accounts", token)).body)
      count += (await readAll(tpp, `/accounts/${accountId}/transactions`, token)).rows.length;
    expect(count).toBe(12_000);
    const load = await connect(tpp, { psuId: "load-1-300" });
    const [only] = (await tpp.api<{ accountId: string }[]>("/accounts", load.token)).body;
    expect((await readAll(tpp, `/accounts/${only?.accountId}/transactions`, load.token)).rows).toHaveLength(300);
  });
});

describe("cards", () => {
  it("are listed without a balance, and their rows without an id", async () => {
    const cards = (await tpp.api<Record<string, string>[]>("/cards", aino.token)).body;
    expect(cards[0]).toEqual({ cardId: expect.any(String), productName: "OP-Visa Gold", cardNumber: "5444 **** **** 8812" });
    const truth = await ledger("psu=88888881");
    for (const [index, card] of cards.entries()) {
      const { rows } = await readAll(tpp, `/cards/${card["cardId"]}/transactions`, aino.token);
      expect(rows).toHaveLength(truth.cards[index]?.count ?? -1);
      expect(rows.reduce((total, row) => total + cents(row["amount"]), 0n)).toBe(cents(truth.cards[index]?.sum));
      expect(rows.every((row) => !("archiveId" in row) && "postingDate" in row)).toBe(true);
    }
    const visa = await readAll(tpp, `/cards/${cards[0]?.["cardId"]}/transactions`, aino.token);
    expect(visa.rows.find((row) => row["originalCurrency"] === "SEK")).toMatchObject({
      originalAmount: expect.stringMatching(/^-\d+\.\d\d$/),
      currency: "EUR",
    });
    expect((await tpp.api("/cards/unknown/transactions", aino.token)).status).toBe(404);
    expect((await tpp.api(`/cards/${cards[0]?.["cardId"]}`, aino.token)).status).toBe(404);
  });
});

describe("who may call", () => {
  it.each<[string, () => Parameters<Tpp["api"]>[2], number, object]>([
    ["no API key", () => ({ headers: { "x-api-key": "" } }), 401, { fault: { detail: { errorcode: "steps.oauth.v2.FailedToResolveAPIKey" } } }],
    ["a wrong API key", () => ({ headers: { "x-api-key": "wrong" } }), 401, { fault: { detail: { errorcode: "oauth.v2.InvalidApiKey" } } }],
    ["no token", () => ({ headers: { authorization: "" } }), 401, { fault: { detail: { errorcode: "keymanagement.service.invalid_access_token" } } }],
    [
      "a guessed token",
      () => ({ headers: { authorization: "Bearer guessed" } }),
      401,
      { fault: { detail: { errorcode: "keymanagement.service.invalid_access_token" } } },
    ],
    ["no client certificate", () => ({ agent: plainAgent(bank) }), 401, { type: "SECURITY" }],
    ["another's client certificate", () => ({ agent: other.agent }), 401, { type: "SECURITY" }],
  ])("not with %s", async (_what, options, status, body) => {
    expect(await tpp.api("/accounts", aino.token, options())).toMatchObject({ status, body });
  });

  it("with the portal key as well as the one from registration", async () => {
    expect((await tpp.api("/accounts", aino.token, { headers: { "x-api-key": portalKey } })).status).toBe(200);
  });

  it("not with a client token, nor with one of another scope", async () => {
    expect(await tpp.api("/accounts", await tpp.clientToken())).toMatchObject({ status: 403, body: { type: "SECURITY" } });
    const payments = (await tpp.token({ grant_type: "client_credentials", scope: "payments" })).body.access_token;
    expect(await tpp.api("/authorizations", payments, { method: "POST", body: "{}" })).toMatchObject({
      status: 403,
      body: { fault: { detail: { errorcode: "steps.oauth.v2.InsufficientScope" } } },
    });
  });

  it("until the token ends (gateway fault), and until the consent ends (wrapped error)", async () => {
    const { token, tokens } = await connect(tpp, { body: { expires: inDays(2) } });
    clock.ahead({ seconds: 3601 });
    expect(await tpp.api("/accounts", token)).toMatchObject({
      status: 401,
      body: { fault: { faultstring: expect.any(String), detail: { errorcode: "keymanagement.service.access_token_expired" } } },
    });
    clock.ahead({ hours: 46, minutes: 30 });
    const late = (await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).body.access_token;
    clock.ahead({ minutes: 31 });
    expect(await tpp.api("/accounts", late)).toMatchObject({ status: 403, body: { errors: [{ message: expect.stringContaining("Expired") }] } });
    clock.ahead({ hours: -48, minutes: -1 });
  });
});

describe("the person at hand", () => {
  it("is recorded as the third party says, and the correlation id comes back", async () => {
    const id = "6f1c8a52-0000-4000-8000-0000000000aa";
    const answer = await tpp.api("/accounts", aino.token, {
      headers: {
        "x-fapi-interaction-id": id,
        "x-fapi-customer-ip-address": "192.0.2.7",
        "x-customer-user-agent": "Firefox",
        "x-fapi-customer-last-logged-time": "Sun, 10 Sep 2017 19:43:31 GMT",
      },
    });
    expect(answer.headers["x-fapi-interaction-id"]).toBe(id);
    const { calls } = (await bank.admin<{ calls: Record<string, unknown>[] }>("GET", "/books/calls?endpoint=A4")).body;
    expect(calls.at(-1)).toMatchObject({
      interactionId: id,
      psuPresent: true,
      psuHeaders: { "x-fapi-customer-ip-address": "192.0.2.7", "x-customer-user-agent": "Firefox" },
      authorizationId: aino.authorizationId,
      psuId: "88888881",
      clientId: tpp.client?.client_id,
      status: 200,
    });
    expect(calls.some((each) => each["psuPresent"] === false)).toBe(true);
  });

  it("lifts the daily limit of unattended reads, where the bank has one", async () => {
    await using limited = await startBank({ env: { SANDBOX_UNATTENDED_PER_DAY: "4", SANDBOX_PAGE_SIZE: "40" } });
    const third = await Tpp.registered(limited);
    const { token } = await connect(third, { psuId: "load-9-100" });
    const present = { headers: { "x-fapi-customer-ip-address": "192.0.2.7" } };
    expect((await third.api("/accounts", token, present)).status).toBe(200);
    for (let read = 0; read < 4; read += 1) expect((await third.api("/accounts", token)).status).toBe(200);
    const fifth = await third.api("/accounts", token);
    expect(fifth).toMatchObject({ status: 429, body: { fault: { detail: { errorcode: "policies.ratelimit.QuotaViolation" } } } });
    expect(Number(fifth.headers["retry-after"])).toBeGreaterThan(80_000);
    const [account] = (await third.api<{ accountId: string }[]>("/accounts", token, present)).body;
    // Pages of one reading count once.
    for (let read = 0; read < 4; read += 1) expect((await readAll(third, `/accounts/${account?.accountId}/transactions`, token)).pages).toBe(3);
    expect((await third.api(`/accounts/${account?.accountId}/transactions`, token)).status).toBe(429);
  });
});

describe("other banks this one can be", () => {
  it("BR-25 gives accounts and cards new ids with each consent", async () => {
    await using changing = await startBank({ env: { SANDBOX_ACCOUNT_IDS: "per-consent" } });
    const third = await Tpp.registered(changing);
    const [one, two] = [await connect(third), await connect(third)];
    const list = async (connection: Connection): Promise<Record<string, string>[]> =>
      (await third.api<Record<string, string>[]>("/accounts", connection.token)).body;
    const [first, second] = [await list(one), await list(two)];
    expect(first.map((each) => each["identifier"])).toEqual(second.map((each) => each["identifier"]));
    expect(first[0]?.["accountId"]).not.toBe(second[0]?.["accountId"]);
    expect((await third.api(`/accounts/${first[0]?.["accountId"]}`, one.token)).status).toBe(200);
    expect((await third.api(`/accounts/${first[0]?.["accountId"]}`, two.token)).status).toBe(404);
    const cards = (await third.api<{ cardId: string }[]>("/cards", one.token)).body;
    expect((await readAll(third, `/cards/${cards[0]?.cardId}/transactions`, one.token)).rows.length).toBeGreaterThan(100);
    const { people } = (
      await changing.admin<{ people: { accounts: { resourceId: string }[] }[] }>("GET", `/books/ledger?authorizationId=${one.authorizationId}`)
    ).body;
    expect(people[0]?.accounts.map((each) => each.resourceId)).toEqual(first.map((each) => each["accountId"]));
  });

  it("waits before every answer over mutual TLS, where the bank is set so", async () => {
    const waits: number[] = [];
    await using slow = await startBank({ env: { SANDBOX_LATENCY_MS: "200" }, pause: async (ms) => waits.push(ms) });
    const third = await Tpp.registered(slow);
    await third.clientToken();
    expect(waits).toEqual([200, 200]);
  });

  it("OA-72 issues certificates that end soon", async () => {
    await using brief = await startBank({ env: { SANDBOX_CERTIFICATE_DAYS: "20" } });
    const third = await Tpp.registered(brief);
    const { validTo } = new X509Certificate(Buffer.from(third.qwac.x5c[0] ?? "", "base64"));
    expect(Math.round((Date.parse(validTo) - Date.now()) / 86_400_000)).toBe(20);
  });
});
