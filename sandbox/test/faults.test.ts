import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { gunzipSync } from "node:zlib";
import { connect as tlsConnect, type ConnectionOptions } from "node:tls";
import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBank, type TestBank } from "./bank.ts";
import { visit } from "./browser.ts";
import { connect, readAll, type Connection } from "./connection.ts";
import { call, plainAgent, readJwt, Tpp, verifiesWith } from "./tpp.ts";
import { x509 } from "../src/ca/x509.ts";
import { allFaults } from "../src/faults/index.ts";

let bank: TestBank;
let tpp: Tpp;
let person: Connection;
let path: string;
beforeAll(async () => {
  bank = await startBank({ env: { SANDBOX_PAGE_SIZE: "40" } });
  tpp = await Tpp.registered(bank);
  person = await connect(tpp, { psuId: "load-5-100" });
  const [account] = (await tpp.api<{ accountId: string }[]>("/accounts", person.token)).body;
  path = `/accounts/${account?.accountId}/transactions`;
});
afterEach(async () => {
  await bank.admin("DELETE", "/faults");
});
afterAll(() => bank[Symbol.asyncDispose]());

async function set(fault: string, options: object = {}, rest: object = {}): Promise<string> {
  const answer = await bank.admin<{ id: string }>("POST", "/faults", { fault, options, ...rest });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
}

interface Rows {
  readonly transactions: Record<string, unknown>[];
  readonly continuationToken?: string;
}

const page = (query = ""): ReturnType<typeof tpp.api<Rows>> => tpp.api<Rows>(`${path}${query}`, person.token);
const after = (token: string | undefined): string => `?continuationToken=${encodeURIComponent(token ?? "")}`;

describe("fault switches", () => {
  it("have distinct names, and are all listed with their options", async () => {
    const { known } = (await bank.admin<{ known: { name: string; summary: string }[] }>("GET", "/faults")).body;
    expect(new Set(known.map((each) => each.name)).size).toBe(allFaults.length);
    expect(known.every((each) => each.summary.length > 5)).toBe(true);
  });

  it("are refused when unknown, malformed or aimed at nothing that exists", async () => {
    expect((await bank.admin("POST", "/faults", { fault: "network.nothing" })).status).toBe(404);
    expect((await bank.admin("POST", "/faults", { fault: "network.latency", options: { ms: "long" } })).status).toBe(400);
    expect((await bank.admin("POST", "/faults", { fault: "network.hang", for: { endpoints: "A4" } })).status).toBe(400);
  });

  it("bite only where they are aimed, after so many calls, so many times, and show in the books", async () => {
    await set("network.status", { status: 503 }, { for: { endpoint: "A4", psu: "load-5-100" }, after: 1, times: 2 });
    const statuses: number[] = [];
    for (let each = 0; each < 4; each += 1) statuses.push((await tpp.api("/accounts", person.token)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect((await tpp.api("/cards", person.token)).status).toBe(200);
    const { active } = (await bank.admin<{ active: { seen: number; hits: number }[] }>("GET", "/faults")).body;
    expect(active).toEqual([expect.objectContaining({ seen: 4, hits: 2 })]);
    const { calls } = (await bank.admin<{ calls: { faults?: string[] }[] }>("GET", "/books/calls?endpoint=A4")).body;
    expect(calls.filter((each) => each.faults?.includes("network.status"))).toHaveLength(2);
  });

  it("are taken away one by one", async () => {
    const id = await set("network.status", { status: 500 });
    expect((await tpp.api("/accounts", person.token)).status).toBe(500);
    expect((await bank.admin("DELETE", `/faults/${id}`)).body).toEqual({ cleared: 1 });
    expect((await tpp.api("/accounts", person.token)).status).toBe(200);
    expect((await bank.admin("DELETE", `/faults/${id}`)).status).toBe(404);
  });

  it("can be aimed at one account, leaving the others", async () => {
    const rich = await connect(tpp, { psuId: "88888881" });
    const accounts = (await tpp.api<{ accountId: string }[]>("/accounts", rich.token)).body;
    await set("page.wrong-amount", {}, { for: { account: accounts[1]?.accountId, page: 2 } });
    const first = await tpp.api<Rows>(`/accounts/${accounts[1]?.accountId}/transactions`, rich.token);
    const second = await tpp.api<Rows>(`/accounts/${accounts[1]?.accountId}/transactions${after(first.body.continuationToken)}`, rich.token);
    expect([first.body.transactions[0]?.["amount"], second.body.transactions[0]?.["amount"]]).toEqual([expect.stringMatching(/^-?\d+\.\d\d$/), "12,50"]);
    const { rows } = await readAll(tpp, `/accounts/${accounts[0]?.accountId}/transactions`, rich.token);
    expect(rows.every((row) => /^-?\d+\.\d\d$/.test(String(row["amount"])))).toBe(true);
  });
});

describe("network", () => {
  it("BR-60 quota with any Retry-After", async () => {
    await set("network.quota", { retryAfter: "-5" });
    const answer = await tpp.api("/accounts", person.token);
    expect(answer).toMatchObject({ status: 429, body: { fault: { detail: { errorcode: "policies.ratelimit.QuotaViolation" } } } });
    expect(answer.headers["retry-after"]).toBe("-5");
  });

  it.each([
    ["business", { type: "TECHNICAL", message: "The service is unavailable", id: expect.any(String) }],
    ["wrapped", { errors: [expect.objectContaining({ type: "TECHNICAL" })] }],
    ["gateway", { fault: { faultstring: expect.any(String), detail: { errorcode: expect.any(String) } } }],
    ["html", undefined],
    ["empty", undefined],
  ])("BR-62 a status in the shape %s", async (shape, body) => {
    await set("network.status", { status: 502, shape });
    const answer = await tpp.api("/accounts", person.token);
    expect(answer.status).toBe(502);
    expect(answer.body).toEqual(body);
  });

  it.each(["network.reset", "network.cut-body"])("BR-43 %s breaks the connection", async (fault) => {
    await set(fault, {}, { for: { endpoint: "A4" } });
    await expect(tpp.api("/accounts", person.token)).rejects.toThrow();
  });

  it.each(["network.hang", "network.drip"])("BR-44 %s: no complete answer comes, and the call is in the books", async (fault) => {
    await set(fault, {}, { for: { endpoint: "A4" }, times: 1 });
    const before = (await bank.admin<{ lastSeq: number }>("GET", "/books/calls")).body.lastSeq;
    await expect(fetchWithLimit()).rejects.toThrow();
    await expect.poll(async () => (await bank.admin<{ calls: object[] }>("GET", `/books/calls?since=${before}`)).body.calls).toHaveLength(1);
  });

  it("BR-46 a maintenance page, BR-36 a redirect, BR-41 a bomb, BR-45 headers, BR-42 stacked encodings", async () => {
    await set("network.html-page", {}, { times: 1 });
    expect((await tpp.api("/accounts", person.token)).text).toContain("Huoltokatko");
    await set("network.redirect", { to: "https://evil.example/" }, { times: 1 });
    expect((await tpp.api("/accounts", person.token)).headers["location"]).toBe("https://evil.example/");
    await set("network.gzip-bomb", { megabytes: 8 }, { times: 1 });
    const bomb = await rawBytes();
    expect(bomb.length).toBeLessThan(20_000);
    expect(gunzipSync(bomb).length).toBe(8 * 1024 * 1024 + 2);
    await set("network.many-headers", { count: 100 }, { times: 1 });
    expect((await tpp.api("/accounts", person.token)).headers["x-filler-99"]).toBe("padding");
    await set("network.stacked-encodings", {}, { times: 1 });
    expect((await tpp.api("/accounts", person.token)).headers["content-encoding"]).toBe("gzip, gzip, gzip, gzip, gzip");
  });

  it("OA-71 another server certificate, and the right one again", async () => {
    for (const [kind, code] of [
      ["expired", "CERT_HAS_EXPIRED"],
      ["wrong-host", "ERR_TLS_CERT_ALTNAME_INVALID"],
      ["unknown-authority", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
      ["self-signed", "DEPTH_ZERO_SELF_SIGNED_CERT"],
      ["old-tls", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"],
    ]) {
      await set("bank.tls-certificate", { kind });
      expect(await handshake(), kind).toBe(code);
      // Whoever still speaks it is served: nothing else is wrong there.
      if (kind === "old-tls") expect(await handshake({ minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" })).toBe("TLSv1.1");
      await bank.admin("DELETE", "/faults");
    }
    expect(await handshake()).toBe("TLSv1.3");
    expect((await tpp.api("/accounts", person.token)).status).toBe(200);
  });

  it("OA-71 whoever is being answered while the certificate changes meets the other one next", async () => {
    const hold = await set("network.latency", { ms: 600_000 }, { for: { endpoint: "A4" }, times: 1 });
    const answered = tpp.api("/accounts", person.token);
    const hits = async () => (await bank.admin<{ active: { hits: number }[] }>("GET", "/faults")).body.active.map((fault) => fault.hits);
    await expect.poll(hits).toEqual([1]);
    await set("bank.tls-certificate", { kind: "expired" });
    // Only now is it answered.
    await bank.admin("DELETE", `/faults/${hold}`);
    expect(await answered).toMatchObject({ status: 200, headers: { connection: "close" } });
    await expect(tpp.api("/accounts", person.token)).rejects.toMatchObject({ code: "CERT_HAS_EXPIRED" });
  });

  it("OA-71 a certificate that is good in all but one thing: the authority's list names it, and no other", async () => {
    const list = async (): Promise<readonly string[]> => {
      const answer = await request(bank.endpoints.crlUrl);
      expect(answer.headers["content-type"]).toBe("application/pkix-crl");
      const crl = new x509.X509Crl(await answer.body.arrayBuffer());
      // By the intermediate that every connection shows.
      const { issuerCertificate } = await shown();
      expect(await crl.verify({ publicKey: new x509.X509Certificate(issuerCertificate?.raw ?? expect.unreachable()) })).toBe(true);
      expect(crl.nextUpdate?.getTime()).toBeGreaterThan(Date.now());
      return crl.entries.map(({ serialNumber }) => serialNumber.toUpperCase());
    };
    const good = await shown();
    expect(await list()).toEqual([]);
    await set("bank.tls-certificate", { kind: "revoked" });
    expect(await handshake()).toBe("TLSv1.3");
    const revoked = await shown();
    expect(await list()).toEqual([revoked.serialNumber]);
    await bank.admin("DELETE", "/faults");
    expect([good.serialNumber, (await shown()).serialNumber]).not.toContain(revoked.serialNumber);
  });
});

describe("bodies", () => {
  it.each<[string, object, (text: string) => boolean]>([
    ["body.truncated", {}, (text) => !isJson(text)],
    ["body.trailing-garbage", {}, (text) => !isJson(text)],
    ["body.number-amounts", {}, (text) => /"amount":-?\d/.test(text)],
    ["body.duplicate-keys", {}, (text) => /"amount":"[^"]*","amount":"0.01"/.test(text)],
    ["body.prototype-keys", {}, (text) => text.startsWith('{"__proto__":')],
    ["body.unsafe-integer", {}, (text) => text.includes("9007199254740993")],
    ["body.deep-nesting", { depth: 5000 }, (text) => text.startsWith("[[[[") && text.length === 10_000],
    ["body.byte-order-mark", {}, (text) => text.includes('"transactions"')],
    ["body.utf-16", {}, (text) => !isJson(text)],
    ["body.invalid-utf8", {}, (text) => text.includes("\uFFFD")],
    ["body.replace", { text: "null" }, (text) => text === "null"],
  ])("%s", async (fault, options, holds) => {
    await set(fault, options, { for: { endpoint: "A6" } });
    const answer = await page();
    expect(answer.status).toBe(200);
    expect(holds(answer.text), answer.text.slice(0, 200)).toBe(true);
  });
});

describe("pages", () => {
  it.each<[string, object, (rows: Record<string, unknown>[]) => boolean]>([
    ["page.wrong-amount", { value: 12.5 }, (rows) => rows[0]?.["amount"] === 12.5],
    ["page.wrong-amount", { value: null }, (rows) => rows[0]?.["amount"] === null],
    ["page.field", { name: "bookingDate", value: "2026-02-31", row: "all" }, (rows) => rows.every((row) => row["bookingDate"] === "2026-02-31")],
    ["page.drop-field", { name: "archiveId" }, (rows) => rows.every((row) => !("archiveId" in row))],
    ["page.hostile-text", {}, (rows) => String(rows[0]?.["message"]).includes("\u202E")],
    ["page.huge-text", { length: 1000 }, (rows) => String(rows[0]?.["message"]).length === 1000],
    ["page.missing-rows", { rows: 3 }, (rows) => rows.length === 37],
    ["page.repeated-rows", {}, (rows) => rows.length === 80],
    ["page.same-id-other-amount", {}, (rows) => rows.at(-1)?.["archiveId"] === rows[0]?.["archiveId"] && rows.at(-1)?.["amount"] === "-1.00"],
    ["page.stranger", {}, (rows) => JSON.stringify(rows[0]).includes("FI8659986920068681")],
    ["page.flood", { rows: 500 }, (rows) => rows.length === 500],
    ["page.empty", {}, (rows) => rows.length === 0],
  ])("%s %j", async (fault, options, holds) => {
    await set(fault, options);
    const { transactions } = (await page()).body;
    expect(holds(transactions)).toBe(true);
  });

  it("BR-28 reversed rows, BR-21 unstable ids", async () => {
    const honest = (await page()).body.transactions;
    await set("page.reversed", {}, { times: 1 });
    expect((await page()).body.transactions).toEqual(honest.toReversed());
    await set("page.unstable-ids", {}, { times: 2 });
    expect((await page()).body.transactions[0]?.["archiveId"]).not.toBe((await page()).body.transactions[0]?.["archiveId"]);
  });

  it("BR-29 a cycle, and a token that leads to itself", async () => {
    const first = (await page()).body;
    await set("page.cycle");
    const second = (await page(after(first.continuationToken))).body;
    await bank.admin("DELETE", "/faults");
    expect((await page(after(second.continuationToken))).body.transactions).toEqual(first.transactions);
    await set("page.same-token");
    expect((await page(after(first.continuationToken))).body.continuationToken).toBe(first.continuationToken);
  });

  it.each(["page.endless", "page.endless-empty"])("BR-30 BR-31 %s", async (fault) => {
    await set(fault);
    const seen = new Set<string>();
    let token: string | undefined;
    for (let each = 0; each < 12; each += 1) {
      token = (await page(token === undefined ? "" : after(token))).body.continuationToken;
      seen.add(token ?? "");
    }
    expect(seen.size).toBe(12);
    expect(seen.has("")).toBe(false);
  });

  it("BR-17 BR-37 rows of an earlier page come again", async () => {
    const first = (await page()).body;
    await set("page.overlap", { rows: 2 });
    await set("page.first-row-again");
    const second = (await page(after(first.continuationToken))).body;
    expect(second.transactions).toHaveLength(43);
    expect(second.transactions.slice(0, 2)).toEqual(first.transactions.slice(-2));
    expect(second.transactions.at(-1)).toEqual(first.transactions[0]);
  });

  it("an empty last page", async () => {
    await set("page.empty-last");
    const { rows, pages } = await readAll(tpp, path, person.token);
    expect([rows.length, pages]).toEqual([100, 4]);
  });

  it("BR-32 a link to elsewhere", async () => {
    await set("page.next-link", { href: "https://evil.example/next" });
    expect((await page()).body).toMatchObject({ links: { next: { href: "https://evil.example/next" } } });
  });
});

describe("accounts", () => {
  it.each<[string, object, (body: Record<string, unknown>[]) => boolean]>([
    ["account.empty-list", {}, (body) => body.length === 0],
    ["account.field", { name: "netBalance", value: "a lot" }, (body) => body[0]?.["netBalance"] === "a lot"],
    ["account.drop-field", { name: "currency" }, (body) => !("currency" in (body[0] ?? {}))],
    ["account.repeated", {}, (body) => body.length === 2],
    ["answer.set", { path: "0.owner", value: null }, (body) => body[0]?.["owner"] === null],
  ])("%s", async (fault, options, holds) => {
    await set(fault, options, { for: { endpoint: "A4" } });
    expect(holds((await tpp.api<Record<string, unknown>[]>("/accounts", person.token)).body)).toBe(true);
  });
});

describe("consents, tokens and the clock", () => {
  it("BR-61 revoked or expired at the bank", async () => {
    for (const [fault, status] of [
      ["consent.revoke", "Revoked"],
      ["consent.expire", "Expired"],
    ]) {
      const { token, authorizationId } = await connect(tpp, { psuId: "load-6-10" });
      await set(fault ?? "", {}, { for: { authorizationId } });
      expect(await tpp.api("/accounts", token)).toMatchObject({ status: 403, body: { errors: [{ message: expect.stringMatching(/^Authorization /) }] } });
      expect((await tpp.api(`/authorizations/${authorizationId}`, token)).body["status"]).toBe(status);
    }
  });

  it("OA-64 access tokens end and can be refreshed; forgotten refresh tokens cannot", async () => {
    const { token, tokens } = await connect(tpp, { psuId: "load-6-10" });
    await set("token.expire-access", {}, { for: { psu: "load-6-10" } });
    expect(await tpp.api("/accounts", token)).toMatchObject({
      status: 401,
      body: { fault: { detail: { errorcode: "keymanagement.service.access_token_expired" } } },
    });
    const refreshed = (await tpp.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token })).body;
    await set("token.forget-refresh", {}, { for: { psu: "load-6-10" } });
    expect((await tpp.token({ grant_type: "refresh_token", refresh_token: refreshed.refresh_token })).status).toBe(400);
    expect((await tpp.api("/accounts", person.token)).status).toBe(200);
  });

  it("BR-58 OA-70 a clock that is wrong until the switch is taken away", async () => {
    await set("bank.clock", { offsetSeconds: 600 });
    const ahead = Date.parse(String((await tpp.api("/accounts", person.token)).headers["date"])) - Date.now();
    expect(ahead).toBeGreaterThan(590_000);
    await bank.admin("DELETE", "/faults");
    const even = Date.parse(String((await tpp.api("/accounts", person.token)).headers["date"])) - Date.now();
    expect(Math.abs(even)).toBeLessThan(10_000);
  });
});

describe("the token endpoint", () => {
  const ask = (): ReturnType<typeof tpp.token<Record<string, unknown>>> =>
    tpp.token<Record<string, unknown>>({ grant_type: "client_credentials", scope: "accounts" });

  it("OA-53 OA-54 OA-55 OA-56 members set, dropped, or an error inside success", async () => {
    await set("token.set", { name: "expires_in", value: -1 }, { times: 1 });
    expect((await ask()).body["expires_in"]).toBe(-1);
    await set("token.drop", { name: "access_token" }, { times: 1 });
    expect((await ask()).body).not.toHaveProperty("access_token");
    await set("token.error-in-success", {}, { times: 1 });
    expect(await ask()).toMatchObject({ status: 200, body: { error: "invalid_grant" } });
  });

  it("OA-59 refusals in either form, aimed at one person", async () => {
    await set("token.refused", { form: "oauth" }, { for: { psu: "load-5-100" }, times: 1 });
    expect((await ask()).status).toBe(200);
    const refresh = await tpp.token({ grant_type: "refresh_token", refresh_token: person.tokens.refresh_token });
    expect(refresh).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    await set("token.refused", { form: "gateway", error: "invalid_request" }, { times: 1 });
    expect((await ask()).body).toMatchObject({ ErrorCode: "invalid_request" });
  });
});

describe("the authorization response", () => {
  async function answered(): Promise<{ parameters: URLSearchParams; redirectedTo: string }> {
    const { authorizationId } = (await tpp.createAuthorization()).body;
    return visit(tpp.authorizeUrl(tpp.requestObject(authorizationId, { state: "the-state" })), { psuId: "load-5-100" });
  }

  it.each<[string, object, (parameters: URLSearchParams) => boolean]>([
    ["response.wrong-state", {}, (parameters) => parameters.get("state") === "not-the-state"],
    ["response.drop", { name: "state" }, (parameters) => !parameters.has("state") && parameters.has("code")],
    ["response.repeat", { name: "code" }, (parameters) => parameters.getAll("code").length === 2],
    ["response.set", { name: "iss", value: "https://evil.example" }, (parameters) => parameters.get("iss") === "https://evil.example"],
    ["response.error", {}, (parameters) => parameters.get("error") === "server_error" && parameters.get("state") === "the-state" && !parameters.has("code")],
    ["response.error-beside-code", {}, (parameters) => parameters.has("error") && parameters.has("code")],
    ["response.tokens", {}, (parameters) => parameters.has("access_token")],
  ])("%s %j", async (fault, options, holds) => {
    await set(fault, options, { for: { psu: "load-5-100" } });
    expect(holds((await answered()).parameters)).toBe(true);
  });

  it("response.delivery", async () => {
    await set("response.delivery", {}, { for: { psu: "load-5-100" } });
    expect(new URL((await answered()).redirectedTo).search).toContain("code=");
  });

  const front = async (): Promise<string> => (await answered()).parameters.get("id_token") ?? "";

  it.each<[string, (token: ReturnType<typeof readJwt>) => boolean]>([
    ["id-token.wrong-iss", ({ claims }) => claims["iss"] === "https://authorize.evil.example"],
    ["id-token.no-aud", ({ claims }) => !("aud" in claims)],
    ["id-token.second-aud", ({ claims }) => (claims["aud"] as string[]).length === 2],
    ["id-token.second-aud-azp", ({ claims }) => (claims["aud"] as string[]).length === 2 && claims["azp"] === (claims["aud"] as string[])[0]],
    ["id-token.second-aud-other-azp", ({ claims }) => (claims["aud"] as string[]).length === 2 && claims["azp"] === "somebody-else"],
    ["id-token.other-azp", ({ claims }) => typeof claims["aud"] === "string" && claims["azp"] === "somebody-else"],
    ["id-token.aud-as-list", ({ claims }) => (claims["aud"] as string[]).length === 1],
    ["id-token.expired", ({ claims }) => Number(claims["exp"]) < Date.now() / 1000],
    ["id-token.old-iat", ({ claims }) => Number(claims["iat"]) < Date.now() / 1000 - 600_000],
    ["id-token.wrong-nonce", ({ claims }) => claims["nonce"] === "not-the-nonce"],
    ["id-token.no-s-hash", ({ claims }) => !("s_hash" in claims)],
    ["id-token.wrong-c-hash", ({ claims }) => claims["c_hash"] === "AAAAAAAAAAAAAAAAAAAAAA"],
    ["id-token.wrong-authorization", ({ claims }) => String(claims["authorizationId"]).startsWith("00000000")],
    ["id-token.no-sub", ({ claims }) => !("sub" in claims)],
    ["id-token.alg-none", ({ header }) => header["alg"] === "none"],
    ["id-token.alg-None", ({ header }) => header["alg"] === "None"],
    ["id-token.alg-nOnE", ({ header }) => header["alg"] === "nOnE"],
    ["id-token.other-alg", ({ header }) => header["alg"] === "ES256"],
    ["id-token.hs256", ({ header }) => header["alg"] === "HS256"],
    ["id-token.unknown-kid", ({ header }) => String(header["kid"]).startsWith("unknown-")],
    ["id-token.no-kid", ({ header }) => !("kid" in header)],
    ["id-token.own-key-in-header", ({ header }) => ["jwk", "x5c", "jku", "x5u"].every((name) => name in header)],
    ["id-token.unknown-crit", ({ header }) => (header["crit"] as string[])[0] === "urn:example:unknown"],
    ["id-token.logout-token", ({ header }) => header["typ"] === "logout+jwt"],
  ])("%s", async (fault, holds) => {
    await set(fault, {}, { for: { psu: "load-5-100" } });
    expect(holds(readJwt(await front()))).toBe(true);
  });

  it("OA-42 a broken signature; OA-44 a key changed just before signing is published", async () => {
    const keys = async (): Promise<Record<string, unknown>[]> =>
      (await call<{ keys: Record<string, unknown>[] }>(bank.endpoints.oidcJwksUrl, { agent: plainAgent(bank) })).body.keys;
    await set("id-token.broken-signature", {}, { times: 1 });
    expect(verifiesWith(await front(), await keys())).toBe(false);
    const before = await keys();
    await set("bank.rotate-id-token-key");
    const token = await front();
    expect(verifiesWith(token, before)).toBe(false);
    expect(verifiesWith(token, await keys())).toBe(true);
  });

  it("OA-52 a huge ID token from the token endpoint", async () => {
    const { parameters } = await answered();
    await set("id-token.huge", {}, { for: { psu: "load-5-100" } });
    expect((await tpp.exchange(parameters.get("code") ?? "")).body.id_token.length).toBeGreaterThan(1024 * 1024);
  });

  it("can touch the second ID token alone", async () => {
    await set("id-token.wrong-rt-hash", { channel: "token" }, { for: { psu: "load-5-100" } });
    await set("id-token.nonce-again", { channel: "token" }, { for: { psu: "load-5-100" } });
    const { parameters } = await answered();
    const second = readJwt((await tpp.exchange(parameters.get("code") ?? "")).body.id_token).claims;
    expect(second["rt_hash"]).toBe("AAAAAAAAAAAAAAAAAAAAAA");
    expect(second["nonce"]).toBe(readJwt(parameters.get("id_token") ?? "").claims["nonce"]);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function fetchWithLimit(): Promise<unknown> {
  const { request } = await import("undici");
  const headers = { "x-api-key": tpp.client?.api_key ?? "", authorization: `Bearer ${person.token}` };
  const answer = await request(`${bank.endpoints.aisBaseUrl}/accounts`, { dispatcher: tpp.agent, headers, signal: AbortSignal.timeout(1_000) });
  return answer.body.text();
}

async function rawBytes(): Promise<Buffer> {
  const { request } = await import("undici");
  const headers = { "x-api-key": tpp.client?.api_key ?? "", authorization: `Bearer ${person.token}` };
  const answer = await request(`${bank.endpoints.aisBaseUrl}/accounts`, { dispatcher: tpp.agent, headers });
  return Buffer.from(await answer.body.arrayBuffer());
}

/** What a careful client meets when it opens a connection: the version they agree on, or the code of its refusal. */
/** What the mutual-TLS host shows now, with its issuer. */
async function shown(): Promise<X509Certificate> {
  const { port } = new URL(bank.endpoints.aisBaseUrl);
  const socket = tlsConnect({ host: "localhost", port: Number.parseInt(port, 10), ca: bank.ca, servername: "localhost" });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  if (certificate === undefined) throw new TypeError("The server showed nothing.");
  return certificate;
}

function handshake(options: Pick<ConnectionOptions, "minVersion" | "ciphers"> = {}): Promise<string> {
  const { port } = new URL(bank.endpoints.aisBaseUrl);
  return new Promise((resolve) => {
    const socket = tlsConnect(
      { host: "localhost", port: Number.parseInt(port, 10), ca: bank.ca, servername: "localhost", minVersion: "TLSv1.2", ...options },
      () => {
        resolve(socket.getProtocol() ?? "none");
        socket.destroy();
      },
    );
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
