import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { request } from "undici";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { launchBrowser, newPerson } from "./browser.ts";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

/** What a bank, or something between it and the person, puts into the way back. */
let product: TestProduct;
let browser: Browser;

beforeAll(async () => {
  product = await startTestProduct();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const logOf = (service: string): string => readFileSync(path.join(product.logDir, `${service}.log`), "utf8");
const tokenCalls = async (since: number): Promise<number> =>
  (await product.bank<{ calls: { grant?: string }[] }>("GET", `/books/calls?since=${since}&endpoint=T1`)).calls.filter(
    ({ grant }) => grant === "authorization_code",
  ).length;
const lastSeq = async (): Promise<number> => (await product.bank<{ lastSeq: number }>("GET", "/books/summary")).lastSeq;

describe("on the way back from the bank", () => {
  it("OA-17 script in an error's text is neither run nor shown nor logged; the page is neutral and lets the person try again", async () => {
    const { origin } = product;
    const { page, complaints } = await newPerson(browser);
    const script = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const description = `planted-${"y".repeat(3_000)}${script}`;
    await page.goto(origin);
    await page.getByLabel("Name").fill("Aino Esimerkki");
    await page.getByLabel(/^Email/).fill("script@ledger.example");
    await page.getByLabel(/^Password/).fill("a-long-enough-passphrase");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(`${origin}/connect`);
    await page.getByRole("searchbox").fill("op");
    await page.getByRole("link", { name: /OP/ }).first().click();
    await page.getByRole("button", { name: /Continue to/ }).click();
    await page.waitForURL((url) => url.origin !== origin);
    await product.bank("POST", "/faults", { fault: "response.error", options: { error: "server_error", description } });
    const since = await lastSeq();
    await page.locator("input[name=psuId]").fill("88888882");
    await page.locator("form button").first().click();
    await page.locator('button[name=decision][value="approve"]').click();
    await page.waitForURL((url) => url.origin === origin);
    await page
      .getByRole("link", { name: /try again|choose/i })
      .or(page.getByRole("button", { name: /try again|choose/i }))
      .first()
      .waitFor();
    await product.bank("DELETE", "/faults");
    expect(await page.title()).not.toContain("owned");
    expect(await page.content()).not.toMatch(/planted-|onerror/);
    expect(page.url()).not.toContain("planted");
    expect(complaints.found).toEqual([]);
    expect(await tokenCalls(since)).toBe(0);
    for (const service of ["bff", "consent", "bank-gateway"]) expect(logOf(service), service).not.toContain("planted-");
    // A line is written a moment after the answer.
    await expect.poll(() => reasonsIn(logOf("consent"))).toEqual(["ERR_AUTHORISATION_ASPSP_ERROR"]);
  });

  it("OA-22 HEAD, prefetch, scanners and POST at the return address burn nothing: the person's own return still works", async () => {
    const person = await new Person(product.origin).signUp();
    const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
    const returned = new URL(await visitBank(redirectUrl, "88888881", "approve"));
    const since = await lastSeq();
    // As a bank that answers in the query would have it: the part a scanner gets to see.
    const seen = new URL(returned);
    seen.search = seen.hash.slice(1);
    seen.hash = "";
    const ask = async (method: string, headers: Record<string, string>, body?: string): Promise<number> => {
      const answer = await request(seen, { method: method as "GET", headers: { cookie: person.cookie, ...headers }, ...(body === undefined ? {} : { body }) });
      await answer.body.dump();
      return answer.statusCode;
    };
    const form = { "content-type": "application/x-www-form-urlencoded", origin: new URL(redirectUrl ?? "").origin, "sec-fetch-site": "cross-site" };
    const answers = [
      await ask("HEAD", {}),
      await ask("GET", { "sec-purpose": "prefetch;prerender", purpose: "prefetch" }),
      await ask("GET", { "user-agent": "link scanner" }),
      await ask("POST", form, seen.searchParams.toString()),
    ];
    expect(answers[0]).toBe(405);
    expect(answers.slice(1, 3)).toEqual([200, 200]);
    expect([403, 404, 405]).toContain(answers[3]);
    expect(await tokenCalls(since)).toBe(0);
    expect(await person.comeBack(returned.href)).toMatchObject({ outcome: "authorised" });
    expect(await tokenCalls(since)).toBe(1);
  });

  it("OA-10 US-07 the return again and again, twenty at once: one token call, one connection", async () => {
    const person = await new Person(product.origin).signUp();
    const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
    const returned = await visitBank(redirectUrl, "88888881", "approve");
    const since = await lastSeq();
    await Promise.allSettled(Array.from({ length: 20 }, () => person.comeBack(returned)));
    expect(await person.comeBack(returned)).toMatchObject({ outcome: "authorised" });
    expect(await tokenCalls(since)).toBe(1);
    expect((await person.get("listConnections", "/api/connections")).connections).toHaveLength(1);
  });
});

/** Absence needs a window: for so long after its end an attempt must cause no call. */
const silenceMs = 2_000;
const services = ["bff", "consent", "bank-gateway"];

interface Attempt {
  readonly person: Person;
  readonly psuId: string;
  readonly consentId: string;
  /** Its name in the bank's books. */
  readonly authorizationId: string;
  /** Last call in the bank's books, and length of the log of consent, before the return was brought. */
  readonly since: number;
  readonly logged: number;
  /** The address the bank sent the browser to. */
  readonly returned: string;
}
const ended: (Attempt & { readonly endedAt: number })[] = [];

const parametersOf = (returned: string): URLSearchParams => new URLSearchParams(new URL(returned).hash.slice(1) || new URL(returned).search);

/** The same return with some parameters set, repeated or (null) gone. */
function changed(returned: string, change: Readonly<Record<string, string | null>>): string {
  const url = new URL(returned);
  const parameters = parametersOf(returned);
  for (const [name, value] of Object.entries(change)) {
    parameters.delete(name);
    if (value !== null) parameters.set(name, value);
  }
  url.search = "";
  url.hash = parameters.toString();
  return url.href;
}

/** People of these banks. */
const customerOf = { op: "88888881", "fapi1-sandbox": "77777771", "fapi2-sandbox": "66666661" } as const;

/** The product goes on registering at banks while it runs. */
const registeredAt = (person: Person, aspspId: string) =>
  vi.waitUntil(async () => (await person.get("listBanks", "/api/banks")).banks.some((bank) => bank.aspspId === aspspId && bank.registered), {
    timeout: 60_000,
    interval: 200,
  });

/** A person who was at the bank and approved, while the bank had these switches on. */
async function approvedAt(
  person: Person,
  faults: readonly { fault: string; options?: unknown }[] = [],
  aspspId: keyof typeof customerOf = "op",
): Promise<Attempt> {
  const { consentId, redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId });
  for (const fault of faults) await product.bank("POST", "/faults", fault);
  const returned = await visitBank(redirectUrl, customerOf[aspspId], "approve");
  await product.bank("DELETE", "/faults");
  const { rows } = await asAdmin(product, (db) =>
    sql<{ psuId: string; authorizationId: string }>`
      select psu_id as "psuId", aspsp_consent_id as "authorizationId" from opl_bank_gateway.bank_consents where consent_id = ${consentId}::uuid`.execute(db),
  );
  const { psuId = "", authorizationId = "" } = rows[0] ?? {};
  return { person, psuId, consentId, authorizationId, returned, since: await lastSeq(), logged: logOf("consent").length };
}

/** Brings a return as a browser does: the page is asked for by its address, and its script hands over what is in it. */
async function bring({ person, returned }: Attempt, at = returned) {
  const page = await request(at, { headers: { cookie: person.cookie } });
  await page.body.dump();
  return person.comeBack(at);
}

/** Reasons of the security events in these lines of a log. */
const reasonsIn = (lines: string): string[] =>
  lines
    .split("\n")
    .filter((line) => line.includes('"securityEvent"'))
    .map((line) => (JSON.parse(line) as { reason: string }).reason);

/** Of those that consent noted since the return was brought. */
const eventsSince = ({ logged }: Attempt): string[] => reasonsIn(logOf("consent").slice(logged));

interface BankCall {
  readonly endpoint: string;
  readonly status: number;
}

/** What the bank's books have about an attempt since its return was brought. */
async function heard({ authorizationId, since }: Attempt, from = since): Promise<readonly BankCall[]> {
  expect(authorizationId).not.toBe("");
  return (await product.bank<{ calls: BankCall[] }>("GET", `/books/calls?since=${from}&authorizationId=${authorizationId}`)).calls;
}

/** What the services keep of an attempt, and of the person it belongs to. */
async function kept({ consentId, psuId }: Attempt) {
  return asAdmin(product, async (db) => {
    const { rows } = await sql<{ consent: string; outcome: string | null; tokens: bigint; due: bigint; archived: string[]; accounts: bigint }>`
      select (select status from opl_consent.consents where consent_id = ${consentId}::uuid) as consent,
        (select outcome from opl_consent.authorisations where consent_id = ${consentId}::uuid) as outcome,
        (select count(*) from opl_bank_gateway.token_sets where consent_id = ${consentId}::uuid) as tokens,
        (select count(*) from opl_consent.aspsp_revocations where consent_id = ${consentId}::uuid) as due,
        (select array_agg(distinct operation) from opl_bank_gateway.raw_messages where psu_id = ${psuId}::uuid) as archived,
        (select count(*) from opl_ingest.accounts where psu_id = ${psuId}::uuid) as accounts`.execute(db);
    const [row] = rows;
    return { ...row, tokens: Number(row?.tokens), due: Number(row?.due), accounts: Number(row?.accounts) };
  });
}

describe("a return that a real bank made, and that must not be believed", () => {
  let person: Person;
  beforeAll(async () => {
    person = await new Person(product.origin).signUp();
    await registeredAt(person, "fapi1-sandbox");
  });

  const tokens = { fault: "response.tokens" };
  const repeated = (name: string) => [{ fault: "response.repeat", options: { name } }];
  const otherCode = (value: string) => [{ fault: "response.set", options: { name: "code", value } }];
  const elsewhere = (returned: string): string => returned.replace("/return/op", "/return/fapi2-sandbox");
  const refused: [row: string, faults: { fault: string; options?: unknown }[], change: (attempt: Attempt) => Promise<string> | string, reason: string][] = [
    ["OA-11 brought ten minutes late", [], tooLate, "ERR_AUTHORISATION_TIMED_OUT"],
    ["OA-15 two codes", repeated("code"), same, "ERR_AUTHORISATION_PARAMETER_REPEATED"],
    ["OA-15 two states", repeated("state"), same, "ERR_AUTHORISATION_PARAMETER_REPEATED"],
    // OP names no issuer of its own accord, so both are the switches'.
    ["OA-15 two issuers", [...repeated("iss"), ...repeated("iss")], same, "ERR_AUTHORISATION_PARAMETER_REPEATED"],
    ["OA-15 two ID tokens", repeated("id_token"), same, "ERR_AUTHORISATION_PARAMETER_REPEATED"],
    ["OA-16 at another bank's return address", [], ({ returned }) => elsewhere(returned), "ERR_AUTHORISATION_REDIRECT_CONTEXT"],
    ["OA-19 an error beside the code", [{ fault: "response.error-beside-code" }], same, "ERR_AUTHORISATION_CODE_AND_ERROR"],
    ["OA-20 an empty code", otherCode(""), same, "ERR_AUTHORISATION_CODE_MALFORMED"],
    ["OA-20 a code of 20 kB", otherCode("planted-".repeat(2_560)), same, "ERR_AUTHORISATION_CODE_MALFORMED"],
    ...["\0", "\r\n", "\t", "\u007f"].map((character): (typeof refused)[number] => [
      `OA-20 a code with ${encodeURIComponent(character)}`,
      otherCode(`planted-code${character}and-more`),
      same,
      "ERR_AUTHORISATION_CODE_MALFORMED",
    ]),
    ["OA-21 an access token in the fragment", [tokens], same, "ERR_AUTHORISATION_TOKEN_IN_RESPONSE"],
    ["OA-21 an access token in the query", [tokens, { fault: "response.delivery" }], same, "ERR_AUTHORISATION_TOKEN_IN_RESPONSE"],
  ];
  function same({ returned }: Attempt): string {
    return returned;
  }
  async function tooLate({ consentId, returned }: Attempt): Promise<string> {
    await asAdmin(product, (db) =>
      sql`update opl_consent.authorisations set created_at = created_at - interval '10 minutes', expires_at = expires_at - interval '10 minutes'
        where consent_id = ${consentId}::uuid`.execute(db),
    );
    return returned;
  }

  it.each(refused)("%s: refused with one security event, nothing kept, the state is burnt", async (_row, faults, change, reason) => {
    const attempt = await approvedAt(person, faults);
    expect(await bring(attempt, await change(attempt))).toMatchObject({ outcome: "failed", reason, consentId: attempt.consentId });
    ended.push({ ...attempt, endedAt: performance.now() });
    await expect.poll(() => eventsSince(attempt)).toEqual([reason]);
    expect(await kept(attempt)).toEqual({ consent: "rejected", outcome: "failed", tokens: 0, due: 0, archived: ["consents.create"], accounts: 0 });
    // What the bank should have said comes too late, and so does any other code in place of one that cannot be.
    const honest = parametersOf(attempt.returned);
    const once = Object.fromEntries([...honest.keys()].map((name) => [name, honest.get(name)]));
    const code = honest.get("code") ?? "";
    const mended = { ...once, code: /^[!-~]{1,4096}$/.test(code) ? code : "another-code", error: null, access_token: null, token_type: null };
    expect(await bring(attempt, changed(attempt.returned, mended))).toMatchObject({ outcome: "failed", reason });
  });

  const lost: [row: string, fault: string, options: unknown, reason: string, aspspId?: keyof typeof customerOf][] = [
    ["OA-07 no state", "response.drop", { name: "state" }, "ERR_AUTHORISATION_STATE_MISSING"],
    ["OA-08 another state", "response.wrong-state", {}, "ERR_AUTHORISATION_UNKNOWN"],
    // Whose it is stands inside, where nobody looks.
    ["OA-52 a signed answer of more than 16 kB", "jarm.huge", {}, "ERR_AUTHORISATION_STATE_MISSING", "fapi1-sandbox"],
  ];
  it.each(lost)("%s: it is nobody's, with one security event; nothing is kept", async (_row, fault, options, reason, aspspId = "op") => {
    const attempt = await approvedAt(person, [{ fault, options }], aspspId);
    await expect(bring(attempt)).rejects.toThrow(reason);
    ended.push({ ...attempt, endedAt: performance.now() });
    await expect.poll(() => eventsSince(attempt)).toEqual([reason]);
    expect(await kept(attempt)).toEqual({ consent: "received", outcome: null, tokens: 0, due: 0, archived: ["consents.create"], accounts: 0 });
  });

  it("OA-07 OA-08 OA-11 OA-15 OA-16 OA-19 to OA-21 OA-52: for two seconds the bank hears nothing of them, and no log holds what they carried", async () => {
    expect(ended).toHaveLength(refused.length + lost.length);
    await delay(Math.max(0, Math.max(...ended.map(({ endedAt }) => endedAt)) + silenceMs - performance.now()));
    for (const attempt of ended) {
      expect(await heard(attempt)).toEqual([]);
      const carried = [...parametersOf(attempt.returned)];
      const values = carried.filter(([name]) => ["code", "state", "id_token", "access_token", "response"].includes(name)).map(([, value]) => value);
      // A log would write a control character in another way: what stands before it counts.
      const secrets = values.map((value) => /^[ -~]*/.exec(value)?.[0] ?? "").filter((secret) => secret !== "");
      for (const service of services)
        expect(
          secrets.filter((secret) => logOf(service).includes(secret)),
          service,
        ).toEqual([]);
    }
    expect(await tokenCalls(ended[0]?.since ?? 0)).toBe(0);
  });

  it("OA-18 errors with a guessed state and with a stale one are ignored: what the person has stays, and what is under way goes on", async () => {
    const victim = await new Person(product.origin).signUp();
    const stale = await approvedAt(victim);
    expect(await bring(stale)).toMatchObject({ outcome: "authorised" });
    await victim.untilRead(stale.consentId);
    const attempt = await approvedAt(victim);
    const error = { error: "access_denied", code: null, id_token: null };
    await expect(bring(attempt, changed(attempt.returned, { ...error, state: "guessed".repeat(6) }))).rejects.toThrow("ERR_AUTHORISATION_UNKNOWN");
    // One that is over says again how it ended, whatever is brought with its state.
    expect(await bring(attempt, changed(stale.returned, error))).toMatchObject({ outcome: "authorised", consentId: stale.consentId });
    await delay(silenceMs);
    expect([...(await heard(stale, attempt.since)), ...(await heard(attempt))]).toEqual([]);
    expect(await kept(stale)).toMatchObject({ consent: "valid", outcome: "authorised", tokens: 1, due: 0 });
    expect(await kept(attempt)).toMatchObject({ consent: "received", outcome: null, tokens: 0 });
    expect(await bring(attempt)).toMatchObject({ outcome: "authorised", consentId: attempt.consentId });
  });
});

describe("an answer to the code that a real bank gave, and that must not be taken", () => {
  const text = { set: { "content-type": "text/plain; charset=utf-8" } };
  /**
   * What the bank hears, beginning with the code: then that the tokens which came are withdrawn, by themselves; where none came that could be read, it is told
   * by our own token all the same, which OP does not take for this: it keeps a permission that nobody here can use, until it runs out there. Where OP says
   * that it gave none, it is told nothing.
   */
  const [code, withdrawn, told] = ["T1 200", "A3 200", "A3 403"];
  const answers: [row: string, fault: string, options: unknown, reason: string, hears: readonly string[]][] = [
    ["OA-52 a megabyte of ID token", "id-token.huge", { length: 1_048_576, channel: "token" }, "ERR_AUTHORIZATION_REFUSED", [code, withdrawn]],
    ["OA-52 ten thousand arrays in each other", "id-token.deep", { arrays: 10_000, channel: "token" }, "ERR_AUTHORIZATION_REFUSED", [code, withdrawn]],
    ["OA-52 an ID token that names two persons", "id-token.twice-sub", { channel: "token" }, "ERR_AUTHORIZATION_REFUSED", [code, withdrawn]],
    ["OA-53 an unknown type of token", "token.set", { name: "token_type", value: "mac" }, "ERR_AUTHORIZATION_REFUSED", [code, withdrawn]],
    ["OA-56 a page for people", "network.html-page", {}, "ERR_ASPSP_PROTOCOL", [code, told]],
    ["OA-56 a page that calls itself JSON", "network.html-page", { keepContentType: true }, "ERR_ASPSP_PROTOCOL", [code, told]],
    ["OA-56 tokens that call themselves text", "network.headers", text, "ERR_ASPSP_PROTOCOL", [code, told]],
    ["OA-56 no access token", "token.drop", { name: "access_token" }, "ERR_ASPSP_PROTOCOL", [code, told]],
    ["OA-56 an error inside success, and so no tokens", "token.error-in-success", {}, "ERR_AUTHORIZATION_REFUSED", [code]],
    ["OA-56 tokens beside an error", "token.set", { name: "error", value: "invalid_grant" }, "ERR_AUTHORIZATION_REFUSED", [code, withdrawn]],
    ["OA-54 a scope wider than asked", "token.set", { name: "scope", value: "openid accounts payments" }, "ERR_AUTHORIZATION_REFUSED", [code, withdrawn]],
    ["OA-57 sent elsewhere", "network.redirect", { to: "https://evil.example/token", status: 307 }, "ERR_ASPSP_PROTOCOL", ["T1 307", told]],
    ["OA-59 the code is refused", "token.refused", { error: "invalid_grant" }, "ERR_AUTHORIZATION_REFUSED", ["T1 400"]],
    ["OA-60 the connection breaks once the code is there", "network.reset", {}, "ERR_ASPSP_UNAVAILABLE", [code, told]],
  ];
  const refused: (Attempt & { readonly hears: readonly string[]; readonly endedAt: number })[] = [];
  let person: Person;
  beforeAll(async () => {
    person = await new Person(product.origin).signUp();
  });
  const callsOf = async (attempt: Attempt) => (await heard(attempt)).map(({ endpoint, status }) => `${endpoint} ${status}`);
  const statusAtBank = async ({ authorizationId }: Attempt) => {
    const { authorizations } = await product.bank<{ authorizations: { authorizationId: string; status: string }[] }>("GET", "/authorizations");
    return authorizations.find((each) => each.authorizationId === authorizationId)?.status;
  };

  it.each(answers)("%s: the code was sent once, nothing is kept, and the bank hears once that its tokens are not wanted", async (...row) => {
    const [, fault, options, reason, hears] = row;
    const attempt = await approvedAt(person);
    await product.bank("POST", "/faults", { fault, for: { endpoint: "T1", authorizationId: attempt.authorizationId }, options });
    expect(await bring(attempt)).toMatchObject({ outcome: "failed", reason });
    await product.bank("DELETE", "/faults");
    refused.push({ ...attempt, hears, endedAt: performance.now() });
    await expect.poll(() => callsOf(attempt)).toEqual(hears);
    expect(await statusAtBank(attempt)).toBe(hears.includes(withdrawn) ? "Revoked" : "Authorized");
    await expect.poll(() => kept(attempt)).toEqual({ consent: "rejected", outcome: "failed", tokens: 0, due: 0, archived: ["consents.create"], accounts: 0 });
    // The same return once more takes nothing to the bank.
    expect(await bring(attempt)).toMatchObject({ outcome: "failed", reason });
  });

  it("OA-52 a JWT from userinfo, where a bank is asked who the person is: not read, nothing is kept, and the tokens are given back once", async () => {
    await registeredAt(person, "fapi2-sandbox");
    const attempt = await approvedAt(person, [], "fapi2-sandbox");
    const at = { endpoint: "fapi2-F13" };
    await product.bank("POST", "/faults", { fault: "network.headers", for: at, options: { set: { "content-type": "application/jwt" } } });
    await product.bank("POST", "/faults", { fault: "body.replace", for: at, options: { text: "e30.e30.b" } });
    expect(await bring(attempt)).toMatchObject({ outcome: "failed", reason: "ERR_ASPSP_PROTOCOL" });
    await product.bank("DELETE", "/faults");
    // Token endpoint and userinfo each ask once for a nonce in our proof.
    const hears = ["fapi2-F5 400", "fapi2-F5 200", "fapi2-F13 401", "fapi2-F13 200", "fapi2-A3 200"];
    await expect.poll(() => callsOf(attempt)).toEqual(hears);
    refused.push({ ...attempt, hears, endedAt: performance.now() });
    await expect.poll(() => kept(attempt)).toEqual({ consent: "rejected", outcome: "failed", tokens: 0, due: 0, archived: ["consents.create"], accounts: 0 });
    expect(await bring(attempt)).toMatchObject({ outcome: "failed", reason: "ERR_ASPSP_PROTOCOL" });
  });

  it("OA-52 to OA-54 OA-56 OA-57 OA-59 OA-60: for two seconds after that the bank hears nothing more: one code, one withdrawal where tokens came or may have, and no reading", async () => {
    expect(refused).toHaveLength(answers.length + 1);
    await delay(Math.max(0, Math.max(...refused.map(({ endedAt }) => endedAt)) + silenceMs - performance.now()));
    for (const attempt of refused) expect(await callsOf(attempt)).toEqual(attempt.hears);
    for (const service of services) expect(logOf(service), service).not.toMatch(/\beyJ[\w-]{10,}\./);
  });
});
