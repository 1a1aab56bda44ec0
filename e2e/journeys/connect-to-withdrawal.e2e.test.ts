import type { ResponseOf } from "@opl/contracts/http";
import type { listCertificates } from "@opl/contracts/http/tpp-registry";
import { sql } from "kysely";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { launchBrowser, newPerson } from "../browser.ts";
import { keptByPage } from "../kept-by-page.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { asAdmin, bankTruth } from "../truth.ts";

/** The main job of the product in a real browser: sign up, connect the sandbox bank, see figures, withdraw. */
let product: TestProduct;
let browser: Browser;
const password = "a-long-enough-passphrase";

interface Call {
  readonly seq: number;
  readonly endpoint: string;
  readonly status: number;
  readonly qwac?: string | null;
}
/** L1 is no call to the bank: the gateway asks the authority of its certificate for revoked ones, whenever that is due. */
const calls = async (since = 0): Promise<Call[]> =>
  (await product.bank<{ calls: Call[] }>("GET", `/books/calls?since=${since}`)).calls.filter(({ endpoint }) => endpoint !== "L1");

/** What of OP is behind mutual TLS, and what is not: its generator of certificates, its keys, its pages for people. Other banks share the books. */
const overMutualTls = /^(R1|T1|A\d)$/;
const withoutCertificate = /^(C1|J1|Z\d)/;

/** The thumbprint, as the bank's books write it, of the QWAC that we are registered with at OP. */
async function registeredQwac(): Promise<string> {
  const { certificates } = await product.operator<ResponseOf<typeof listCertificates>>("tpp-registry", "GET", "/certificates");
  const used = certificates.filter(
    ({ purpose, status, usedAt }) => purpose === "qwac" && status === "active" && usedAt.some(({ aspspId, current }) => aspspId === "op" && current),
  );
  expect(used).toHaveLength(1);
  return Buffer.from(used[0]?.thumbprint ?? "", "base64url").toString("hex");
}

beforeAll(async () => {
  product = await startTestProduct();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

/**
 * Makes the ended consent look due in every way the ledger could read again: its plan, a queued sync, and a run of the planning job, which
 * otherwise comes once a minute.
 * @returns asks whether the plan has been gone through, and the sync has failed
 */
async function temptToRead(consentId: string): Promise<() => Promise<boolean>> {
  const job = await asAdmin(product, async (db) => {
    await sql`update opl_ingest.consents set next_sync_at = now() - interval '1 hour' where consent_id = ${consentId}::uuid`.execute(db);
    const { numAffectedRows } = await sql`
      update opl_ingest.syncs set status = 'queued', due_at = now() - interval '1 hour', finished_at = null, accounts_at = null, run_id = null, leased_until = null
      where consent_id = ${consentId}::uuid`.execute(db);
    expect(numAffectedRows).toBe(1n);
    const { rows } = await sql<{ id: string }>`insert into opl_ingest.job (name) values ('scheduled-syncs') returning id::text`.execute(db);
    return rows[0]?.id ?? "";
  });
  return () =>
    asAdmin(product, async (db) => {
      const { rows } = await sql<{ done: boolean }>`
        select (select state = 'completed' from opl_ingest.job where id = ${job}::uuid)
          and (select status = 'failed' from opl_ingest.syncs where consent_id = ${consentId}::uuid) as done`.execute(db);
      return rows[0]?.done ?? false;
    });
}

describe("from sign-up to charts to withdrawal", () => {
  it("a person connects the sandbox bank and sees balances, transactions and insights; after withdrawal the bank hears nothing more (G-18)", async () => {
    const { page, complaints, context } = await newPerson(browser);
    const { origin } = product;
    // Sign up.
    await page.goto(origin);
    await page.waitForURL(`${origin}/welcome`);
    await expectAccessible(page, "welcome");
    await page.getByLabel("Name").fill("Aino Esimerkki");
    await page.getByLabel(/^Email/).fill("aino@ledger.example");
    await page.getByLabel(/^Password/).fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(`${origin}/connect`);

    // Choose the bank, read what will happen, leave.
    await expectAccessible(page, "choose a bank");
    await page.getByRole("searchbox").fill("op");
    await page.getByRole("link", { name: /OP/ }).first().click();
    await page.getByRole("heading", { name: /Before you go to/ }).waitFor();
    await expectAccessible(page, "before leaving");
    await page.getByRole("button", { name: /Continue to/ }).click();

    // The bank's own page.
    await page.waitForURL((url) => url.origin !== origin);
    await page.locator("input[name=psuId]").fill("88888881");
    await page.locator("form button").first().click();
    const answered = page.waitForResponse((response) => (response.headers()["location"] ?? "").startsWith(origin));
    await page.locator('button[name=decision][value="approve"]').click();
    const handedOver = new URLSearchParams(new URL((await answered).headers()["location"] ?? "").hash.slice(1));
    expect([...handedOver.keys()]).toEqual(expect.arrayContaining(["code", "id_token", "state"]));

    // Back: the page holds nothing of what the bank put into its address.
    await page.waitForURL((url) => url.origin === origin);
    await page.getByRole("heading", { name: /is connected/ }).waitFor({ timeout: 30_000 });
    for (const [where, text] of Object.entries(await keptByPage(page))) {
      expect(text, where).not.toMatch(/(?:^|[^a-z])(?:code|state|[a-z_]*token)["']?[=:]/i);
      for (const [name, value] of handedOver) expect(text.includes(value), `${name} in ${where}`).toBe(false);
    }
    await page.getByText(/Everything is read/).waitFor({ timeout: 60_000 });
    await expectAccessible(page, "connected");
    const truth = await bankTruth(product, "88888881");
    const all = truth.reduce((sum, account) => sum + account.count, 0);

    // Overview.
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await page.getByRole("heading", { name: "Overview" }).first().waitFor();
    await page.getByRole("region", { name: "Net worth" }).waitFor();
    await expectAccessible(page, "overview");

    // Transactions: everything is there, and searching finds.
    await page.getByRole("link", { name: "Transactions" }).first().click();
    await page.waitForURL(/\/transactions/);
    const listed = () => page.evaluate(async () => ((await (await fetch("/api/transactions?limit=1")).json()) as { total: number }).total);
    // The list knows categories, so it follows the ledger by a moment.
    await expect.poll(listed, { interval: 100 }).toBe(all);
    const found = page.waitForResponse(/text=palkka/);
    await page.getByRole("searchbox").first().fill("palkka");
    await found;
    await expect.poll(() => page.url()).toMatch(/palkka/);
    // While it looks, the old rows stay, dimmed.
    await page.locator('main [aria-busy="true"]').waitFor({ state: "detached" });
    await expectAccessible(page, "transactions");

    // Insights with charts.
    await page.getByRole("link", { name: "Insights" }).first().click();
    await page.getByText("Show as a table").first().waitFor();
    await expect.poll(() => page.locator("main svg path").count()).toBeGreaterThan(3);
    await page.getByText("Show as a table").first().click();
    await page.getByRole("table").first().waitFor();
    await expectAccessible(page, "insights");

    // The bank's books say how it was done: over the wire, with the certificate, person present only where one was.
    const before = await calls();
    for (const endpoint of ["C1", "R1", "T1", "A1", "Z1", "A4", "A6"]) expect(before.map((call) => call.endpoint)).toContain(endpoint);
    const qwac = await registeredQwac();
    for (const { endpoint, qwac: shown } of before) {
      if (overMutualTls.test(endpoint)) expect([endpoint, shown]).toEqual([endpoint, qwac]);
      if (withoutCertificate.test(endpoint)) expect([endpoint, shown]).toEqual([endpoint, undefined]);
    }

    // Withdraw, and keep the data.
    await page.getByRole("link", { name: "Permissions" }).first().click();
    await page.getByRole("button", { name: "Withdraw" }).waitFor();
    await expectAccessible(page, "permissions");
    await page.getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("button", { name: "Withdraw and keep data" }).click();
    await page.getByText("Withdrawn by you").waitFor();
    await expect.poll(async () => (await calls()).some((call) => call.endpoint === "A3" && call.status === 200)).toBe(true);
    const last = (await calls()).at(-1)?.seq ?? 0;
    const { consentId, status: refused } = await page.evaluate(async () => {
      const { connections } = (await (await fetch("/api/connections")).json()) as { connections: { consentId: string }[] };
      const consentId = connections[0]?.consentId ?? "";
      const answer = await fetch(`/api/connections/${consentId}/refresh`, {
        method: "POST",
        headers: { "opl-csrf": "1", "content-type": "application/json" },
        body: "{}",
      });
      return { consentId, status: answer.status };
    });
    expect(refused).toBeGreaterThanOrEqual(400);
    const lookedAt = await temptToRead(consentId);
    await expect.poll(lookedAt, { interval: 200 }).toBe(true);
    // A call that was begun would be in the books by now, or within moments.
    await expect(expect.poll(async () => (await calls(last)).length, { timeout: 3_000, interval: 200 }).toBeGreaterThan(0)).rejects.toThrow();
    expect(await calls(last)).toEqual([]);

    // In the end a script on the page still finds nothing that would open anything.
    const session = (await context.cookies()).map(({ value }) => decodeURIComponent(value)).filter((value) => value.length > 20);
    expect(session.length).toBeGreaterThan(0);
    for (const [where, text] of Object.entries(await keptByPage(page))) {
      for (const value of [...handedOver.values(), ...session, ...session.flatMap((signed) => signed.split(".")), password])
        expect(text.includes(value), `a secret in ${where}`).toBe(false);
    }

    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("a person who says no at the bank is told so, and nothing was read", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await page.goto(`${product.origin}/welcome`);
    await page.getByLabel("Name").fill("Eino Esimerkki");
    await page.getByLabel(/^Email/).fill("eino@ledger.example");
    await page.getByLabel(/^Password/).fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(/\/connect$/);
    await page.getByRole("link", { name: /OP/ }).first().click();
    await page.getByRole("button", { name: /Continue to/ }).click();
    await page.waitForURL((url) => url.origin !== product.origin);
    await page.locator("input[name=psuId]").fill("88888882");
    await page.locator("form button").first().click();
    await page.locator('button[name=decision][value="refuse"]').click();
    await page.getByRole("heading", { name: /You said no/ }).waitFor({ timeout: 30_000 });
    await expectAccessible(page, "refused");
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
