import { createPublicKey } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { LiveEvent } from "@opl/contracts/http/bff";
import jws from "jws";
import { sql } from "kysely";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carrySession, launchBrowser, newPerson } from "./browser.ts";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { asAdmin } from "./truth.ts";

/** From the first yes to the end of a permission, over the whole product and the bank's own books. */
let product: TestProduct;
beforeAll(async () => {
  product = await startTestProduct({ SANDBOX_ACCOUNT_IDS: "per-consent" });
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

interface Call {
  readonly seq: number;
  readonly at: string;
  readonly durationMs: number;
  readonly endpoint: string;
  readonly grant?: string;
}
const isRead = ({ endpoint }: Call): boolean => /^(A[4-8]|T1)$/.test(endpoint);
const booksOf = async (on: TestProduct, bankPsu: string, since = 0) =>
  on.bank<{ calls: Call[]; lastSeq: number }>("GET", `/books/calls?since=${since}&psu=${bankPsu}`);

async function renew(person: Person, consentId: string, bankPsu: string): Promise<string> {
  const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op", renews: consentId });
  const { outcome, consentId: renewed } = await person.comeBack(await visitBank(redirectUrl, bankPsu, "approve"));
  expect(outcome).toBe("authorised");
  return renewed;
}
const connectionOf = async (person: Person, consentId: string) => (await person.get("getConnection", `/api/connections/${consentId}`)).connection;
const psuIdOf = async (person: Person) => (await person.get("getMe", "/api/me")).psuId;

/** Ids by which the ledger knows a person's accounts and transactions, and by which the bank names the accounts. */
const idsOf = (on: TestProduct, psuId: string) =>
  asAdmin(on, async (db) => {
    const accounts = await sql<{ id: string; at: string }>`
      select account_id::text as id, resource_id as at from opl_ingest.accounts where psu_id = ${psuId}::uuid order by 1`.execute(db);
    const transactions = await sql<{ id: string }>`
      select transaction_id::text as id from opl_ingest.transactions where psu_id = ${psuId}::uuid order by 1`.execute(db);
    return {
      accounts: accounts.rows.map(({ id }) => id),
      transactions: transactions.rows.map(({ id }) => id),
      atBank: accounts.rows.map(({ at }) => at),
    };
  });

/** @returns the permission that was renewed and the one that took over */
async function renewalKeepsIds(on: TestProduct, bankPsu: string, namesStay: boolean) {
  const person = await new Person(on.origin).signUp();
  const { consentId } = await person.connect("op", bankPsu);
  await person.untilRead(consentId);
  const psuId = await psuIdOf(person);
  const before = await idsOf(on, psuId);
  expect(before.accounts.length).toBeGreaterThan(0);
  expect(before.transactions.length).toBeGreaterThan(100);
  const first = await connectionOf(person, consentId);
  expect([first.lastUsedAt, first.accounts.length]).toEqual([expect.any(String), before.accounts.length]);
  const renewed = await renew(person, consentId, bankPsu);
  expect((await person.untilRead(renewed)).connection.sync?.status).toBe("completed");
  const after = await idsOf(on, psuId);
  expect([after.accounts, after.transactions]).toEqual([before.accounts, before.transactions]);
  expect(JSON.stringify(after.atBank) === JSON.stringify(before.atBank)).toBe(namesStay);
  // Of both the older one says what it said before; that the ledger counts the accounts to the newer one is nothing to it.
  expect(await connectionOf(person, consentId)).toMatchObject({ status: "replaced", lastUsedAt: expect.any(String), accounts: first.accounts });
  expect(await connectionOf(person, renewed)).toMatchObject({ status: "valid" });
  return { person, consentId, renewed };
}

/** Makes the next unattended reading due, and has the plan looked at now instead of within a minute. */
const readBySchedule = (consentId: string) =>
  asAdmin(product, async (db) => {
    await sql`update opl_ingest.consents set next_sync_at = now() - interval '1 hour' where consent_id = ${consentId}::uuid`.execute(db);
    await sql`insert into opl_ingest.job (name) values ('scheduled-syncs')`.execute(db);
  });

describe("a renewal keeps the ids of accounts and transactions", () => {
  it("where the bank names the accounts anew with each consent (BR-25)", async () => {
    await renewalKeepsIds(product, "load-11-300", false);
  });

  it("where the bank's names stay", async () => {
    await using other = await startTestProduct();
    await renewalKeepsIds(other, "load-12-300", true);
  });
});

describe("a bank that wants to see the person again", () => {
  it("is a state with a way on: reading pauses, no call leaves, and a renewal reads on", async () => {
    const bankPsu = "load-13-200";
    const person = await new Person(product.origin).signUp();
    const { consentId } = await person.connect("op", bankPsu);
    await person.untilRead(consentId);
    await product.bank("POST", "/faults", { fault: "consent.require-sca", for: { psu: bankPsu } });
    await readBySchedule(consentId);
    await expect.poll(async () => (await connectionOf(person, consentId)).status).toBe("scaRequired");
    const paused = await connectionOf(person, consentId);
    expect(paused.history.at(-1)).toMatchObject({ what: "paused", by: "aspsp", reason: "sca-required" });
    expect(paused.accounts.length).toBeGreaterThan(0);
    const { attention } = await person.get("getOverview", "/api/overview");
    expect(attention).toContainEqual(expect.objectContaining({ kind: "permission-paused", reason: "scaRequired" }));

    // The ledger hears of it a moment later.
    await expect
      .poll(async () => (await person.ask<{ code: string }>("POST", `/api/connections/${consentId}/refresh`)).body.code)
      .toBe("ERR_SYNC_CONSENT_PAUSED");
    const { lastSeq } = await booksOf(product, bankPsu);
    await person.ask("POST", `/api/connections/${consentId}/refresh`);
    expect((await booksOf(product, bankPsu, lastSeq)).calls).toEqual([]);

    const renewed = await renew(person, consentId, bankPsu);
    expect((await person.untilRead(renewed)).connection).toMatchObject({ status: "valid", sync: { status: "completed" } });
    expect(await connectionOf(person, consentId)).toMatchObject({ status: "replaced" });
  });
});

describe("a withdrawal in the middle of a reading", () => {
  it("G-18 US-36: no call starts later than a second after its commit, tokens are gone and the open page knows within two", async () => {
    const bankPsu = "load-14-4000";
    const person = await new Person(product.origin).signUp();
    await product.bank("POST", "/faults", { fault: "network.latency", options: { ms: 400 }, for: { endpoint: "A6" } });
    const { consentId } = await person.connect("op", bankPsu);
    await expect.poll(async () => (await booksOf(product, bankPsu)).calls.filter(({ endpoint }) => endpoint === "A6").length).toBeGreaterThan(1);

    await using live = await listen(person);
    expect((await connectionOf(person, consentId)).sync?.status).toBe("running");
    await person.post("withdrawConnection", `/api/connections/${consentId}/withdrawal`, { keepData: true });
    const { committed } = await asAdmin(product, async (db) => {
      const { rows } = await sql<{ committed: Date }>`select ended_at as committed from opl_consent.consents where consent_id = ${consentId}::uuid`.execute(db);
      return rows[0] as { committed: Date };
    });
    const since = Date.parse(String(committed));
    const toldAt = async (): Promise<number | undefined> =>
      live.heard.find(({ type, consentId: about }) => type === "consent.revoked" && about === consentId)?.heardAt;
    await expect.poll(toldAt).toBeDefined();
    expect(((await toldAt()) ?? Infinity) - since).toBeLessThanOrEqual(2_000);
    // When it is looked, not when the answer is there: that takes its time on a busy machine.
    const lookedAt = Date.now();
    const tokens = await asAdmin(product, async (db) => {
      const { rows } = await sql<{ left: number }>`select count(*)::int as left from opl_bank_gateway.token_sets where consent_id = ${consentId}::uuid`.execute(
        db,
      );
      return rows[0]?.left;
    });
    expect([tokens, lookedAt - since <= 2_000]).toEqual([0, true]);

    // Every way to read on is tried: the person asks, and the plan comes round.
    await expect
      .poll(async () => (await person.ask<{ code: string }>("POST", `/api/connections/${consentId}/refresh`)).body.code)
      .toBe("ERR_SYNC_CONSENT_ENDED");
    await readBySchedule(consentId);
    await expect.poll(async () => Date.now() - since > 5_000).toBe(true);
    const starts = (await booksOf(product, bankPsu)).calls.filter(isRead).map(({ at, durationMs }) => Date.parse(at) - durationMs - since);
    expect(starts.length).toBeGreaterThan(2);
    expect(Math.max(...starts)).toBeLessThanOrEqual(1_000);
    // The bank was in the middle of it: the reading was cut short, and the stream, open all the while, has nothing to tell of it any more.
    expect((await connectionOf(person, consentId)).sync?.status).toBe("failed");
    expect(live.ended).toBe(false);
    const later = live.heard.filter(({ heardAt, type }) => heardAt - since > 2_000 && /^ingest\.(account|balance|transaction)/.test(type));
    expect(later).toEqual([]);
    await product.bank("DELETE", "/faults");
  });
});

describe("a permission that nothing can be read with any more", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    {
      row: "OA-64 the bank takes the refresh token no more",
      bankPsu: "load-15-200",
      lose: async (bankPsu: string) => void (await product.bank("POST", "/faults", { fault: "token.forget-refresh", for: { psu: bankPsu } })),
      refreshes: ["refresh_token"],
      ended: { status: "revokedByPsu", by: "aspsp", reason: "refresh-refused" },
      badge: "Ended at your bank",
      words: /no longer accepts the permission/,
    },
    {
      row: "OA-62 the process died twice in the middle of a refresh",
      bankPsu: "load-16-200",
      lose: (_bankPsu: string, consentId: string) =>
        asAdmin(product, async (db) => {
          await sql`update opl_bank_gateway.token_sets set refresh_attempts = 2, refresh_lease_until = now() - interval '1 minute'
            where consent_id = ${consentId}::uuid`.execute(db);
        }),
      refreshes: [],
      ended: { status: "terminatedByTpp", by: "tpp", reason: "refresh-interrupted" },
      badge: "Ended by us",
      words: /was interrupted on our side, so the permission ended\. It may still be listed at .+; you can remove it there/,
    },
  ])("$row: asked again and again it is tried once and told once, and the page says what it was and how to go on", async (of) => {
    const { bankPsu, lose, ended } = of;
    const person = await new Person(product.origin).signUp();
    const { consentId } = await person.connect("op", bankPsu);
    await person.untilRead(consentId);
    const { context, page, complaints } = await newPerson(browser);
    await carrySession(person, context);
    await page.goto(`${product.origin}/`);
    await page.getByRole("region", { name: "Net worth" }).waitFor();
    await using live = await listen(person);

    await lose(bankPsu, consentId);
    await product.bank("POST", "/faults", { fault: "token.expire-access", for: { psu: bankPsu } });
    const { lastSeq } = await booksOf(product, bankPsu);
    const askFor = async () => (await person.ask<{ code?: string }>("POST", `/api/connections/${consentId}/refresh`)).body.code;
    const asked = async () => {
      await readBySchedule(consentId);
      return askFor();
    };
    await expect.poll(asked, { interval: 500 }).toBe("ERR_SYNC_CONSENT_ENDED");
    // What we end ourselves the bank is told, whenever that is; all else is the end of asking.
    const callsBut = async (endpoint: string) => (await booksOf(product, bankPsu, lastSeq)).calls.filter((call) => call.endpoint !== endpoint);
    const reads = await callsBut("A3");
    // A token that the bank forgot is nobody's in its books.
    const grants = async () =>
      (await product.bank<{ calls: Call[] }>("GET", `/books/calls?since=${lastSeq}&endpoint=T1`)).calls.flatMap(({ grant }) =>
        grant === "client_credentials" ? [] : [grant],
      );
    expect(await grants()).toEqual(of.refreshes);

    // Told once: to the pages that are open, in what needs attention, and in what is remembered.
    const notice = page.getByRole("main").getByText(/Your permission at .+ has ended/);
    await notice.waitFor();
    expect(await notice.count()).toBe(1);
    expect((await person.get("getOverview", "/api/overview")).attention.filter(({ kind }) => kind.startsWith("permission-"))).toEqual([
      expect.objectContaining({ kind: "permission-ended", consentId }),
    ]);
    const { status, history } = await connectionOf(person, consentId);
    expect([status, history.filter(({ what }) => what === "lost" || what === "revoked")]).toEqual([
      ended.status,
      [expect.objectContaining({ what: "lost", by: ended.by, reason: ended.reason })],
    ]);
    await page.getByRole("link", { name: "Permissions" }).first().click();
    const card = page.getByRole("main").getByRole("region");
    await card.getByText(of.badge, { exact: true }).waitFor();
    expect(await page.getByText("Withdrawn by you").count()).toBe(0);
    await card.getByText(/^History:/).click();
    await card.getByRole("listitem").filter({ hasText: of.words }).waitFor();
    expect(await card.getByRole("link", { name: "Connect again" }).count()).toBe(1);

    // And it stays at that.
    for (let again = 0; again < 3; again += 1) expect(await asked()).toBe("ERR_SYNC_CONSENT_ENDED");
    expect([await grants(), await callsBut("A3")]).toEqual([of.refreshes, reads]);
    const told = async () => (await booksOf(product, bankPsu, lastSeq)).calls.some(({ endpoint }) => endpoint === "A3");
    await expect.poll(told).toBe(ended.by === "tpp");
    expect(live.heard.filter(({ type, consentId: about }) => type === "consent.revoked" && about === consentId)).toHaveLength(1);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

/** What the stream of an open page tells, each with the time it was heard. */
async function listen(person: Person) {
  const leaving = new AbortController();
  const stream = await fetch(`${product.origin}/api/live`, { headers: { cookie: person.cookie, accept: "text/event-stream" }, signal: leaving.signal });
  const live = { heard: [] as (LiveEvent & { readonly heardAt: number })[], ended: false };
  const reading = (async () => {
    let text = "";
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString("utf8");
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      const told = lines.flatMap((line) => (/^data: ?\{/.test(line) ? [JSON.parse(line.slice(line.indexOf("{"))) as LiveEvent] : []));
      live.heard.push(...told.map((event) => ({ ...event, heardAt: Date.now() })));
    }
    live.ended = true;
  })();
  return Object.assign(live, {
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await reading.catch(() => undefined);
    },
  });
}

describe("receipts verify without us", () => {
  const root = path.resolve(import.meta.dirname, "..");
  const cache = path.join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  /** Inside the project only so that the library is found. */
  const folder = mkdtempSync(path.join(cache, "opl-receipts-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The script of the documentation, run as a person would. */
  async function verify(bundle: object | string, keys?: unknown): Promise<{ readonly ok: boolean; readonly said: string }> {
    const script = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(root, "docs/consent-receipts.md"), "utf8"))?.[1] ?? "";
    const written = (name: string, content: string): string => {
      writeFileSync(path.join(folder, name), content);
      return name;
    };
    const args = [written("verify.mjs", script), written("receipts.json", typeof bundle === "string" ? bundle : JSON.stringify(bundle))];
    if (keys !== undefined) args.push(written("keys.json", JSON.stringify(keys)));
    return promisify(execFile)(process.execPath, args, { cwd: folder }).then(
      ({ stdout }) => ({ ok: true, said: stdout }),
      (error: { stderr: string }) => ({ ok: false, said: error.stderr }),
    );
  }

  it("each change has one, in a chain; changed, left out or exchanged, it shows", async () => {
    const person = await new Person(product.origin).signUp();
    const { consentId } = await person.connect("op", "88888881");
    await person.untilRead(consentId);
    const { accounts } = await connectionOf(person, consentId);
    const renewed = await renew(person, consentId, "88888881");
    await person.untilRead(renewed);
    await person.post("withdrawConnection", `/api/connections/${renewed}/withdrawal`, { keepData: true });
    const receiptsOf = (id: string) => person.get("getReceipts", `/api/connections/${id}/receipts`);
    const signed = async (id: string) => (await receiptsOf(id)).receipts.map(({ happened, jws: signature }) => [happened, signature !== null]);
    await expect
      .poll(() => signed(consentId), { timeout: 90_000, interval: 500 })
      .toEqual([
        ["granted", true],
        ["replaced", true],
      ]);
    await expect
      .poll(() => signed(renewed), { timeout: 90_000, interval: 500 })
      .toEqual([
        ["renewed", true],
        ["withdrawn", true],
      ]);
    const answer = await receiptsOf(renewed);
    const receipts = answer.receipts.map((receipt) => receipt.jws ?? "");
    const bundle = { receipts, keys: answer.keys };
    expect(await verify(bundle)).toMatchObject({ ok: true, said: expect.stringContaining("2 receipts, whole and in order.") });

    // The key set that everybody can read, not ours of this answer, and a library that shares no code with the one that signed.
    const published = (await (await fetch(`${product.origin}/.well-known/tpp-jwks.json`)).json()) as { keys: { kid: string }[] };
    expect(await verify({ receipts }, published)).toMatchObject({ ok: true });
    const [jwk] = answer.keys;
    if (jwk?.kty !== "EC") throw new Error("a key of another kind");
    const { kty, crv, x, y } = jwk;
    const pem = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" }).export({ type: "spki", format: "pem" });
    for (const receipt of receipts) expect(jws.verify(receipt, "ES256", pem)).toBe(true);
    const told = receipts.map((receipt) => JSON.parse(jws.decode(receipt)?.payload ?? "null") as Record<string, unknown>);
    expect(told[0]).toMatchObject({ replaces: consentId, provider: { name: expect.any(String) }, bank: { aspspId: "op" }, issuer: product.origin });
    const masked = accounts.flatMap(({ maskedNumber }) => (maskedNumber === null ? [] : [maskedNumber])).toSorted();
    expect(masked.length).toBeGreaterThan(0);
    expect(told.map((receipt) => receipt["accounts"])).toEqual([masked, masked]);

    const [first = "", second = ""] = receipts;
    const [header, , signature] = first.split(".");
    const changed = `${header}.${Buffer.from(JSON.stringify({ ...told[0], until: "2037-01-01T00:00:00Z" })).toString("base64url")}.${signature}`;
    const foreign = (await receiptsOf(consentId)).receipts[0]?.jws ?? "";
    for (const [what, wrong] of Object.entries({
      changed: [changed, second],
      "left out": [second],
      exchanged: [foreign, second],
      "out of order": [second, first],
      doubled: [first, first, second],
    })) {
      expect(await verify({ ...bundle, receipts: wrong }), what).toMatchObject({ ok: false, said: expect.stringMatching(/^Receipt \d/) });
    }
    expect(await verify({ ...bundle, keys: [] })).toMatchObject({ ok: false, said: expect.stringContaining("unknown key") });
  });

  it("the file that the page saves of a permission to read, just as it was downloaded", async () => {
    const person = await new Person(product.origin).signUp();
    const { consentId } = await person.connect("op", "88888882");
    await person.untilRead(consentId);
    await person.post("withdrawConnection", `/api/connections/${consentId}/withdrawal`, { keepData: true });
    const signed = async () =>
      (await person.get("getReceipts", `/api/connections/${consentId}/receipts`)).receipts.map(({ jws: signature }) => signature !== null);
    await expect.poll(signed, { timeout: 90_000, interval: 500 }).toEqual([true, true]);
    const browser = await launchBrowser();
    try {
      const { context, page, complaints } = await newPerson(browser);
      await carrySession(person, context);
      await page.goto(`${product.origin}/permissions`);
      const card = page.getByRole("region", { name: "OP (sandbox)" });
      await card.getByText("Receipts", { exact: true }).click();
      const saved = page.waitForEvent("download");
      await card.getByRole("button", { name: "Download receipts" }).click();
      const file = await saved;
      expect(file.suggestedFilename()).toMatch(/^receipts-op-\d{4}-\d{2}-\d{2}\.json$/);
      const { ok, said } = await verify(readFileSync(await file.path(), "utf8"));
      expect([ok, said.split("\n").map((line) => line.split(" ").slice(1, 3).join(" "))]).toEqual([
        true,
        ["granted at", "withdrawn at", "receipts, whole", ""],
      ]);
      expect(complaints.found).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
