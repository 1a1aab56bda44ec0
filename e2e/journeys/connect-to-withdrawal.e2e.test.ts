import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPerson } from "../browser.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { bankTruth } from "../truth.ts";

/** The main job of the product in a real browser: sign up, connect the sandbox bank, see figures, withdraw. */
let product: TestProduct;
let browser: Browser;

interface Call {
  readonly seq: number;
  readonly endpoint: string;
  readonly status: number;
  readonly qwac?: string | null;
}
const calls = async (since = 0): Promise<Call[]> => (await product.bank<{ calls: Call[] }>("GET", `/books/calls?since=${since}`)).calls;

beforeAll(async () => {
  product = await startTestProduct();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((violation) => `${where}: ${violation.id} ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
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
    await page.getByLabel(/^Password/).fill("a-long-enough-passphrase");
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
    await page.locator('button[name=decision][value="approve"]').click();

    // Back: the address holds nothing of what the bank put there.
    await page.waitForURL((url) => url.origin === origin);
    await page.getByRole("heading", { name: /is connected/ }).waitFor({ timeout: 30_000 });
    expect(page.url()).not.toMatch(/code=|id_token=|state=/);
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
    const listed = await page.evaluate(async () => (await (await fetch("/api/transactions?limit=1")).json()) as { total: number });
    expect(listed.total).toBe(all);
    const found = page.waitForResponse(/text=palkka/);
    await page.getByRole("searchbox").first().fill("palkka");
    await found;
    await expect.poll(() => page.url()).toMatch(/palkka/);
    // While it looks, the old rows stay, dimmed.
    await page.locator('main [aria-busy="true"]').waitFor({ state: "detached" });
    await page.waitForFunction("[...document.querySelectorAll('main *')].every((element) => element.getAnimations().length === 0)");
    await expectAccessible(page, "transactions");

    // Insights with charts.
    await page.getByRole("link", { name: "Insights" }).first().click();
    await page.getByText("Show as a table").first().waitFor();
    await expect.poll(() => page.locator("main svg path").count(), { timeout: 15_000 }).toBeGreaterThan(3);
    await page.getByText("Show as a table").first().click();
    await page.getByRole("table").first().waitFor();
    await expectAccessible(page, "insights");

    // The bank's books say how it was done: over the wire, with the certificate, person present only where one was.
    const before = await calls();
    for (const endpoint of ["C1", "R1", "T1", "A1", "A4", "A6"]) expect(before.map((call) => call.endpoint)).toContain(endpoint);
    for (const call of before.filter((one) => /^(R1|T1|A\d)$/.test(one.endpoint)))
      expect(call.qwac, `${call.endpoint} without its QWAC`).toMatch(/^[\w-]{20,}$/);

    // Withdraw, and keep the data.
    await page.getByRole("link", { name: "Permissions" }).first().click();
    await expectAccessible(page, "permissions");
    await page.getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("button", { name: "Withdraw and keep data" }).click();
    await page.getByText("Withdrawn by you").waitFor();
    await expect.poll(async () => (await calls()).some((call) => call.endpoint === "A3" && call.status === 200)).toBe(true);
    const last = (await calls()).at(-1)?.seq ?? 0;
    const refused = await page.evaluate(async () => {
      const { connections } = (await (await fetch("/api/connections")).json()) as { connections: { consentId: string }[] };
      const answer = await fetch(`/api/connections/${connections[0]?.consentId}/refresh`, {
        method: "POST",
        headers: { "opl-csrf": "1", "content-type": "application/json" },
        body: "{}",
      });
      return answer.status;
    });
    expect(refused).toBeGreaterThanOrEqual(400);
    expect(await calls(last)).toEqual([]);

    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("a person who says no at the bank is told so, and nothing was read", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await page.goto(`${product.origin}/welcome`);
    await page.getByLabel("Name").fill("Eino Esimerkki");
    await page.getByLabel(/^Email/).fill("eino@ledger.example");
    await page.getByLabel(/^Password/).fill("a-long-enough-passphrase");
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
