import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startForeignHost } from "../../testing/foreign-host.ts";
import type { ForeignHost } from "../../testing/foreign-host.ts";
import { connect, readAll, register, startGateway } from "../../testing/gateway.ts";
import type { TestGateway } from "../../testing/gateway.ts";
import { startSandbox } from "../../testing/sandbox.ts";
import type { Sandbox } from "../../testing/sandbox.ts";
import { getConsent } from "../db/consent-store.ts";
import { getTokenSet } from "../db/token-store.ts";
import { archiveFor } from "../vault/archive.ts";
import { openTokens } from "../vault/sealed-tokens.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
let consentId: string;
let psu: Awaited<ReturnType<typeof connect>>["psu"];
let accountId: string;
let otherId: string;
let cardId: string;
let stranger: ForeignHost;

beforeAll(async () => {
  stranger = await startForeignHost();
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, {
    // Enough for the bank to make an answer of 64 MB on a busy machine.
    egress: { limits: { totalTimeoutMs: 8_000, headersTimeoutMs: 4_000, idleTimeoutMs: 4_000 }, probeAfterMs: 0 },
  });
  await register(gateway);
  ({ consentId, psu } = await connect(gateway));
  const { accounts } = await gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
  const ids = accounts.map(({ account }) => account.resourceId);
  [accountId = "", otherId = ""] = ids.filter((id) => !id.startsWith("card:"));
  cardId = ids.find((id) => id.startsWith("card:")) ?? "";
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await stranger?.[Symbol.asyncDispose]();
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

const page = (resourceId = accountId) => gateway.as.ingest.fetchTransactions({ params: { consentId, resourceId }, query: {}, psu });
const list = () => gateway.as.ingest.fetchAccounts({ params: { consentId }, psu });
const archived = async (hash: string) => gateway.as.bff.getRawMessage({ params: { hash }, query: {}, psu });

describe("an answer that must be refused whole", () => {
  const cases: [title: string, fault: string, options: Record<string, unknown>, code: string, reason: string][] = [
    ["BR-01 amounts as JSON numbers", "body.number-amounts", {}, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-02 decimal comma", "page.wrong-amount", { value: "12,50" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-02 thousands separator", "page.wrong-amount", { value: "1 234.50" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-03 exponent", "page.wrong-amount", { value: "1e3" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-03 hexadecimal", "page.wrong-amount", { value: "0x10" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-03 plus sign", "page.wrong-amount", { value: "+5" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-03 blanks", "page.wrong-amount", { value: " 12 " }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-03 empty", "page.wrong-amount", { value: "" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-04 full-width digits", "page.wrong-amount", { value: "１２.５０" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-05 leading zeros", "page.wrong-amount", { value: "00012.50" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-05 open end", "page.wrong-amount", { value: "12." }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-06 NaN", "page.wrong-amount", { value: "NaN" }, "ERR_ASPSP_PROTOCOL", "amount-grammar"],
    ["BR-06 null", "page.wrong-amount", { value: null }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-06 boolean", "page.wrong-amount", { value: true }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-07 forty digits", "page.wrong-amount", { value: "1".repeat(40) }, "ERR_ASPSP_PROTOCOL", "amount-range"],
    ["BR-08 more decimals than cents", "page.wrong-amount", { value: "1.005" }, "ERR_ASPSP_PROTOCOL", "amount-precision"],
    ["BR-10 unknown currency", "page.field", { name: "currency", value: "QQQ" }, "ERR_ASPSP_PROTOCOL", "amount-currency"],
    ["BR-10 lower-case currency", "page.field", { name: "currency", value: "eur" }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-15 amount as a list", "page.wrong-amount", { value: ["1.00", "2.00"] }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-24 id of 10 kB", "page.field", { name: "archiveId", value: "x".repeat(10_000) }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-24 id with NUL", "page.field", { name: "archiveId", value: "x\0y" }, "ERR_ASPSP_PROTOCOL", "nul-character"],
    ["BR-38 a flood of rows", "page.flood", { rows: 20_000 }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-38 a body beyond the budget", "page.flood", { rows: 60_000 }, "ERR_ASPSP_PROTOCOL", "too-large"],
    ["BR-41 gzip bomb", "network.gzip-bomb", { megabytes: 64 }, "ERR_ASPSP_PROTOCOL", "too-large"],
    ["BR-42 stacked encodings", "network.stacked-encodings", {}, "ERR_ASPSP_PROTOCOL", "content-encoding"],
    ["BR-43 truncated JSON", "body.truncated", {}, "ERR_ASPSP_PROTOCOL", "syntax"],
    ["BR-45 ten thousand headers", "network.many-headers", {}, "ERR_ASPSP_PROTOCOL", "headers-too-large"],
    ["BR-46 a page for people", "network.html-page", {}, "ERR_ASPSP_PROTOCOL", "content-type"],
    ["BR-46 a page for people that calls itself JSON", "network.html-page", { keepContentType: true }, "ERR_ASPSP_PROTOCOL", "syntax"],
    ["BR-46 no content at all", "network.status", { status: 204, shape: "empty" }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-47 invalid UTF-8", "body.invalid-utf8", {}, "ERR_ASPSP_PROTOCOL", "encoding"],
    ["BR-47 UTF-16", "body.utf-16", {}, "ERR_ASPSP_PROTOCOL", "encoding"],
    ["BR-48 duplicate members", "body.duplicate-keys", {}, "ERR_ASPSP_PROTOCOL", "duplicate-member"],
    ["BR-49 prototype members", "body.prototype-keys", {}, "ERR_ASPSP_PROTOCOL", "forbidden-member"],
    ["BR-50 a hundred thousand arrays", "body.deep-nesting", {}, "ERR_ASPSP_PROTOCOL", "too-deep"],
    ["BR-51 a whole number beyond 2^53", "body.unsafe-integer", {}, "ERR_ASPSP_PROTOCOL", "inexact-number"],
    ["BR-52 trailing garbage", "body.trailing-garbage", {}, "ERR_ASPSP_PROTOCOL", "syntax"],
    ["BR-56 31 February", "page.field", { name: "bookingDate", value: "2026-02-31" }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-56 year 0001", "page.field", { name: "bookingDate", value: "0001-01-01" }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-56 epoch milliseconds", "page.field", { name: "bookingDate", value: 1_795_341_600_000 }, "ERR_ASPSP_PROTOCOL", "schema"],
    ["BR-36 a redirect", "network.redirect", { to: "https://evil.example/accounts" }, "ERR_ASPSP_PROTOCOL", "redirect"],
    ["BR-36 a redirect inside the bank", "network.redirect", { to: "/accounts-psd2/v1/accounts", status: 307 }, "ERR_ASPSP_PROTOCOL", "redirect"],
    [
      "BR-66 the answer to another request",
      "network.headers",
      { set: { "x-fapi-interaction-id": "00000000-0000-4000-8000-000000000000" } },
      "ERR_ASPSP_PROTOCOL",
      "another-request",
    ],
    ["BR-43 a body that breaks off", "network.cut-body", {}, "ERR_ASPSP_UNAVAILABLE", "connection"],
    ["BR-44 one byte at a time", "network.drip", { everyMs: 200 }, "ERR_ASPSP_UNAVAILABLE", "timeout"],
    ["BR-44 silence", "network.hang", {}, "ERR_ASPSP_UNAVAILABLE", "timeout"],
  ];
  it.each(cases)("%s", async (_title, fault, options, code, reason) => {
    await sandbox.fault(fault, { for: { endpoint: "A6", account: accountId }, options });
    const error = await page().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code, details: { reason } });
    const { rawHash } = (error as { details: { rawHash?: string } }).details;
    // Whatever was received whole can be looked at; the other account is not touched by it.
    if (rawHash !== undefined) expect((await archived(rawHash)).hash).toBe(rawHash);
    await expect(page(otherId)).resolves.toMatchObject({ entryReferencesStable: true });
  });

  it("says which message and which place in it", async () => {
    await sandbox.fault("page.wrong-amount", { for: { endpoint: "A6" }, options: { value: "1.005", row: 2 } });
    const error = await page().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ details: { pointer: "/transactions/2/amount", rawHash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    const { rawHash, pointer } = (error as { details: { rawHash: string; pointer: string } }).details;
    const message = await gateway.as.bff.getRawMessage({ params: { hash: rawHash }, query: { pointer }, psu });
    expect(message).toMatchObject({ content: '"1.005"', aspspId: "op", statusCode: 200 });
    expect(message.url).toContain("/transactions");
  });

  it("BR-06 a balance that is none refuses the list of accounts", async () => {
    await sandbox.fault("account.field", { for: { endpoint: "A4" }, options: { name: "netBalance", value: "NaN" } });
    await expect(list()).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: "amount-grammar", pointer: "/0/netBalance" } });
  });

  it("an id that would climb out of its path is refused", async () => {
    await sandbox.fault("account.field", { for: { endpoint: "A4" }, options: { name: "accountId", value: ".." } });
    await expect(list()).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: "schema" } });
    await expect(page("card:..")).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: "id" } });
  });
});

describe("an answer that is odd and allowed", () => {
  it.each([
    ["BR-05 minus zero", "page.wrong-amount", { value: "-0.00" }, "0.00"],
    ["BR-08 zeros beyond the cents", "page.wrong-amount", { value: "12.5000" }, "12.50"],
    ["no decimals at all", "page.wrong-amount", { value: "12" }, "12.00"],
  ])("%s", async (_title, fault, options, amount) => {
    await sandbox.fault(fault, { for: { endpoint: "A6" }, options });
    expect((await page()).transactions[0]?.amount).toEqual({ amount, currency: "EUR" });
  });

  it("BR-09 BR-11 a row in a currency of no decimals", async () => {
    await sandbox.fault("page.field", { for: { endpoint: "A6" }, options: { name: "currency", value: "JPY" } });
    await sandbox.fault("page.wrong-amount", { for: { endpoint: "A6" }, options: { value: "-1050" } });
    expect((await page()).transactions[0]?.amount).toEqual({ amount: "-1050", currency: "JPY" });
  });

  it("BR-47 a byte order mark", async () => {
    await sandbox.fault("body.byte-order-mark", { for: { endpoint: "A6" } });
    const { transactions } = await page();
    const raw = transactions[0]?.raw;
    await expect(gateway.as.bff.getRawMessage({ params: { hash: raw?.hash ?? "" }, query: { pointer: "/transactions/0/amount" }, psu })).resolves.toMatchObject(
      {
        content: expect.stringMatching(/^"-?\d+\.\d\d"$/),
      },
    );
  });

  it("BR-54 hostile texts arrive as they are, long ones are cut", async () => {
    await sandbox.fault("page.hostile-text", { for: { endpoint: "A6" } });
    expect((await page()).transactions[0]?.remittanceInformation).toContain("<script>alert(1)</script>\u202E");
    await sandbox.calm();
    await sandbox.fault("page.huge-text", { for: { endpoint: "A6" }, options: { length: 1_000_000 } });
    expect((await page()).transactions[0]?.remittanceInformation).toHaveLength(4000);
  });

  it("BR-65 unknown members are passed over", async () => {
    await sandbox.fault("page.field", { for: { endpoint: "A6" }, options: { name: "mood", value: { deep: [1, 2] }, row: "all" } });
    await expect(page()).resolves.toMatchObject({ transactions: expect.arrayContaining([expect.objectContaining({ bookingStatus: "booked" })]) });
  });

  it("BR-63 an unknown kind of identifier is no IBAN", async () => {
    await sandbox.fault("account.field", { for: { endpoint: "A4" }, options: { name: "identifierSchema", value: "BBAN" } });
    expect((await list()).accounts[0]?.account.iban).toBeNull();
  });

  it("BR-27 an empty list of accounts is what the bank said", async () => {
    await sandbox.fault("account.empty-list", { for: { endpoint: "A4" } });
    const { accounts } = await list();
    expect(accounts.every(({ account }) => account.kind === "card")).toBe(true);
  });

  it("an account that is listed twice is one account", async () => {
    const once = (await list()).accounts.map(({ account }) => account.resourceId);
    await sandbox.fault("account.repeated", { for: { endpoint: "A4" } });
    expect((await list()).accounts.map(({ account }) => account.resourceId)).toEqual(once);
  });

  it("BR-16 BR-28 repeated and reversed rows are handed on as sent: ingest knows its entries", async () => {
    const plain = (await page()).transactions;
    await sandbox.fault("page.repeated-rows", { for: { endpoint: "A6" } });
    expect((await page()).transactions).toHaveLength(plain.length * 2);
  });

  it("card rows have no id and say what was paid abroad", async () => {
    const { transactions } = await readAll(gateway, consentId, cardId, psu);
    expect(transactions.every(({ entryReference }) => entryReference === null)).toBe(true);
    const abroad = transactions.find(({ originalAmount }) => originalAmount !== null);
    expect(abroad?.originalAmount?.currency).toMatch(/^[A-Z]{3}$/);
  });
});

describe("links that lead to another host", () => {
  /** Where anything of it could be kept in clear. */
  async function keptOfStranger(): Promise<unknown[]> {
    const { db } = gateway.database.database;
    const rows = [
      await db.selectFrom("rawMessages").select(["url", "operation"]).execute(),
      await db.selectFrom("readPages").select("continuation").execute(),
      await db.selectFrom("outbox").select("data").execute(),
    ];
    return rows.flat().filter((row) => JSON.stringify(row).includes(stranger.origin));
  }

  it("OA-65 BR-32 BR-40 a link to the next page: it is not followed, the rows are the bank's, nothing of it is kept", async () => {
    const honest = await readAll(gateway, consentId, accountId, psu);
    for (const endpoint of ["A6", "A8"]) await sandbox.fault("page.next-link", { for: { endpoint }, options: { href: `${stranger.origin}/next` } });
    const since = await sandbox.lastSeq();
    const read = await readAll(gateway, consentId, accountId, psu);
    await readAll(gateway, consentId, cardId, psu);
    expect(read.transactions.map(({ entryReference }) => entryReference)).toEqual(honest.transactions.map(({ entryReference }) => entryReference));
    expect(JSON.stringify(read.pages)).not.toContain(stranger.origin);
    expect(new Set((await sandbox.calls({ since })).map(({ endpoint }) => endpoint))).toEqual(new Set(["A6", "A8"]));
    expect(stranger.connections()).toBe(0);
    expect(await keptOfStranger()).toEqual([]);
  });

  it("OA-65 a standard that follows links gets nowhere with the person's token: the request is not made, nothing is archived", async () => {
    const { db, vault, banks } = gateway.app.context;
    const [consent, sealed] = [await getConsent(db, consentId, "unattended"), await getTokenSet(db, consentId)];
    if (consent === undefined || sealed === undefined) throw new TypeError("There is no consent to read with.");
    const bank = await banks.under(consent.registrationId);
    const calls = bank.psuCalls(await openTokens(vault, consent, sealed), { psu, archive: archiveFor(gateway.app.context, consent) });
    await sandbox.fault("page.next-link", { for: { endpoint: "A6" }, options: { href: `${stranger.origin}/next` } });
    const first = await calls({
      operation: "accounts.transactions",
      method: "GET",
      url: new URL(`${sandbox.endpoints.aisBaseUrl}/accounts/${accountId}/transactions`),
    });
    const { href } = (first.json as { links: { next: { href: string } } }).links.next;
    expect(href).toBe(`${stranger.origin}/next`);
    const since = await sandbox.lastSeq();
    await expect(calls({ operation: "accounts.transactions", method: "GET", url: new URL(href) })).rejects.toMatchObject({ code: "ERR_ASPSP_ORIGIN_REFUSED" });
    expect(await sandbox.calls({ since })).toEqual([]);
    expect(stranger.connections()).toBe(0);
    expect(await keptOfStranger()).toEqual([]);
  });

  it("OA-65 an address in place of the token of the next page is sent to nobody but the bank, which refuses it", async () => {
    await sandbox.fault("answer.set", { for: { endpoint: "A6" }, options: { path: "continuationToken", value: `${stranger.origin}/next` } });
    const since = await sandbox.lastSeq();
    await expect(readAll(gateway, consentId, accountId, psu)).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED" });
    expect((await sandbox.calls({ since })).map(({ endpoint, status }) => [endpoint, status])).toEqual([
      ["A6", 200],
      ["A6", 400],
    ]);
    expect(stranger.connections()).toBe(0);
  });
});

describe("pages that lead nowhere", () => {
  const manyPages = async () => {
    let longest = accountId;
    for (const id of [accountId, otherId]) if ((await page(id)).nextCursor !== null) longest = id;
    return longest;
  };

  it.each([
    ["BR-29 back to the first page", "page.cycle"],
    ["BR-29 to itself", "page.same-token"],
  ])("%s", async (_title, fault) => {
    const resourceId = await manyPages();
    await sandbox.fault(fault, { for: { endpoint: "A6" } });
    const outcome = await readAll(gateway, consentId, resourceId, psu).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: expect.stringMatching(/^(pages-in-a-circle|endless-pages)$/) } });
  });

  it("BR-31 empty pages for ever are stopped by the page budget", { timeout: 60_000 }, async () => {
    await sandbox.fault("page.endless-empty", { for: { endpoint: "A6" } });
    const since = await sandbox.lastSeq();
    const outcome = await readAll(gateway, consentId, accountId, psu).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: "ERR_ASPSP_PROTOCOL", details: { reason: "endless-pages" } });
    expect((await sandbox.calls({ since, endpoint: "A6" })).length).toBeLessThanOrEqual(500);
  });

  it("an empty last page ends the account", async () => {
    await sandbox.fault("page.empty-last", { for: { endpoint: "A6" } });
    const { pages } = await readAll(gateway, consentId, accountId, psu);
    expect(pages.at(-1)).toMatchObject({ transactions: [], nextCursor: null });
  });

  it("a cursor of another account or consent is refused", async () => {
    const { pages } = await readAll(gateway, consentId, await manyPages(), psu);
    const cursor = pages[0]?.nextCursor ?? "";
    expect(cursor).not.toBe("");
    for (const bad of [cursor.replace(/\.\d+$/, ".9"), "x", `${crypto.randomUUID()}.2`]) {
      await expect(gateway.as.ingest.fetchTransactions({ params: { consentId, resourceId: accountId }, query: { cursor: bad }, psu })).rejects.toMatchObject({
        code: "ERR_CURSOR_INVALID",
      });
    }
    await expect(gateway.as.ingest.fetchTransactions({ params: { consentId, resourceId: cardId }, query: { cursor }, psu })).rejects.toMatchObject({
      code: "ERR_CURSOR_INVALID",
    });
  });
});

describe("refusals in the three shapes of the bank", () => {
  const status = (options: Record<string, unknown>) => sandbox.fault("network.status", { for: { endpoint: "A6" }, options });
  it.each([
    ["BR-62 500 flat", { status: 500, shape: "business" }, { code: "ERR_ASPSP_UNAVAILABLE", kind: "unavailable" }],
    ["BR-62 503 from the gateway", { status: 503, shape: "gateway" }, { code: "ERR_ASPSP_UNAVAILABLE" }],
    ["BR-62 502 as a page", { status: 502, shape: "html" }, { code: "ERR_ASPSP_UNAVAILABLE" }],
    ["400 flat", { status: 400, shape: "business", type: "VALIDATION" }, { code: "ERR_ASPSP_REJECTED", kind: "rejected" }],
    ["403 for another reason than the consent", { status: 403, shape: "wrapped", type: "SECURITY", message: "Not yours" }, { code: "ERR_ASPSP_REJECTED" }],
    ["404 empty", { status: 404, shape: "empty" }, { code: "ERR_ASPSP_REJECTED" }],
    ["401 for our API key", { status: 401, shape: "gateway", code: "oauth.v2.InvalidApiKey" }, { code: "ERR_ASPSP_REJECTED" }],
  ])("%s", async (_title, options, expected) => {
    await status(options);
    await expect(page()).rejects.toMatchObject(expected);
  });

  it.each([
    ["none", undefined, 60],
    ["seconds", "30", 30],
    ["negative", "-5", 60],
    ["a date", "Wed, 21 Oct 2027 07:28:00 GMT", 60],
    ["ten years", "315360000", 86_400],
  ])("BR-60 429 with Retry-After: %s", async (_title, retryAfter, seconds) => {
    await sandbox.fault("network.quota", { for: { endpoint: "A6" }, options: retryAfter === undefined ? {} : { retryAfter } });
    await expect(page()).rejects.toMatchObject({ code: "ERR_ASPSP_RATE_LIMITED", kind: "rate-limited", retryAfterSeconds: seconds, details: { by: "aspsp" } });
  });
});

describe("a connection that is lost", () => {
  it("BR-69 one repetition for a read, counted; then the failure is told", async () => {
    await sandbox.fault("network.reset", { for: { endpoint: "A6" }, times: 1 });
    const reads = async () =>
      (await gateway.database.database.db.selectFrom("bankReads").select("readId").where("resourceId", "=", accountId).execute()).length;
    const before = await reads();
    await expect(page()).resolves.toMatchObject({ entryReferencesStable: true });
    expect(await reads()).toBe(before + 2);
    await sandbox.fault("network.reset", { for: { endpoint: "A6" } });
    const since = await sandbox.lastSeq();
    await expect(page()).rejects.toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE", details: { reason: "connection" } });
    expect((await sandbox.calls({ since, endpoint: "A6" })).length).toBeLessThanOrEqual(4);
  });
});

describe("after it all", () => {
  it("BR-70 nothing is left over: the same reading gives the same rows", async () => {
    const [first, second] = [await readAll(gateway, consentId, accountId, psu), await readAll(gateway, consentId, accountId, psu)];
    const bare = (rows: typeof first.transactions) => rows.map(({ raw: _raw, ...row }) => row);
    expect(bare(second.transactions)).toEqual(bare(first.transactions));
  });

  it("OA-65 nobody ever connected to the host that the links named", () => {
    expect(stranger.connections()).toBe(0);
  });
});
