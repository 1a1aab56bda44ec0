import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPerson } from "../browser.ts";
import { Keyboard } from "../keyboard.ts";
import { startTestProduct, type TestProduct } from "../product.ts";

/** The main job by keyboard alone: the focus is always visible, never lost, and moves to the heading of a new page. */
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

describe("without a mouse", () => {
  it("a person signs up, connects a bank, looks into a transaction and a chart, and withdraws", async () => {
    const { page, complaints, context } = await newPerson(browser);
    const keys = new Keyboard(page);
    const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });

    // Sign up.
    await page.goto(product.origin);
    await page.waitForURL(/\/welcome$/);
    for (const [field, text] of [
      [page.getByLabel("Name"), "Kaisa Esimerkki"],
      [page.getByLabel(/^Email/), "kaisa@ledger.example"],
      [page.getByRole("textbox", { name: /^Password/ }), "a-long-enough-passphrase"],
    ] as const) {
      await keys.tabTo(field);
      await keys.type(text);
    }
    await keys.press("Enter");

    // Choose the bank and leave for it.
    await keys.arrivesAt(heading("Connect a bank"));
    await keys.tabTo(page.getByRole("searchbox"));
    await keys.type("op");
    await keys.use(page.getByRole("link", { name: /OP/ }).first());
    await keys.arrivesAt(heading(/Before you go to/));
    await keys.use(page.getByRole("button", { name: /Continue to/ }));

    // Say yes at the bank.
    await page.waitForURL((url) => url.origin !== product.origin);
    await keys.tabTo(page.locator("input[name=psuId]"));
    await keys.type("88888881");
    await keys.press("Enter");
    await keys.use(page.locator('button[name=decision][value="approve"]'));

    // Back, and on to the overview.
    await page.waitForURL((url) => url.origin === product.origin);
    await keys.arrivesAt(heading(/is connected/));
    await page.getByText(/Everything is read/).waitFor({ timeout: 60_000 });
    await keys.use(page.getByRole("link", { name: "Go to the overview" }));
    await keys.arrivesAt(heading("Overview"));

    // The first stop of a fresh page leads past the navigation.
    await page.reload();
    await page.getByRole("region", { name: "Net worth" }).waitFor();
    await keys.use(page.getByRole("link", { name: "Skip to content" }));
    await keys.arrivesAt(page.getByRole("main"));
    await keys.press("g");
    await keys.press("t");

    // Transactions: search, open one, go through them, close.
    await keys.arrivesAt(heading("Transactions"));
    const found = page.waitForResponse(/text=palkka/);
    await keys.tabTo(page.getByRole("searchbox"));
    await keys.type("palkka");
    await found;
    await expect.poll(() => page.url()).toMatch(/q=palkka/);
    await page.locator('main [aria-busy="true"]').waitFor({ state: "detached" });
    await keys.tabTo(page.getByRole("button", { name: "Period" }));
    await keys.press("Enter");
    await keys.arrivesIn(page.getByRole("dialog", { name: "Period" }));
    await keys.press("Escape");
    await keys.arrivesAt(page.getByRole("button", { name: "Period" }));
    const rows = page.locator("main [data-index] a");
    await keys.use(rows.first());
    await page.getByRole("complementary", { name: "Transaction" }).getByRole("heading", { name: "The bank’s own words" }).waitFor();
    await keys.press("ArrowDown");
    await keys.arrivesAt(rows.nth(1));
    await expect.poll(() => rows.nth(1).getAttribute("aria-current")).toBe("true");
    await keys.use(page.getByRole("button", { name: "Proof: as received from the bank" }));
    await page.getByLabel("The bank’s message").waitFor();
    await keys.press("Escape");
    await page.getByRole("complementary", { name: "Transaction" }).waitFor({ state: "detached" });
    await keys.arrivesAt(rows.nth(1));

    // Insights: another month, a point of the chart, another span.
    await keys.press("g");
    await keys.press("i");
    await keys.arrivesAt(heading("Insights"));
    const months = page.getByRole("group", { name: "Cash flow by month" }).getByRole("link");
    await keys.tabTo(months.last());
    await keys.press("ArrowLeft");
    await keys.arrivesAt(months.nth((await months.count()) - 2));
    await keys.use(page.getByRole("button", { name: "Earlier month" }));
    await expect.poll(() => page.url()).toMatch(/month=\d{4}-\d{2}/);
    await keys.arrivesAt(page.getByRole("button", { name: "Earlier month" }));
    // What lies further down comes as the focus goes towards it, and brings such links of its own.
    await keys.tabTo(
      page
        .getByRole("region", { name: /^Recurring payments/ })
        .locator('a[href*="recurring="]:visible')
        .last(),
    );
    await keys.tabTo(page.getByRole("radio", { name: "1 year" }));
    await keys.press("ArrowLeft");
    await expect.poll(() => page.url()).toMatch(/span=3m/);
    const balance = page.getByRole("slider", { name: /Balance by day/ });
    await keys.tabTo(balance);
    const before = await balance.getAttribute("aria-valuetext");
    await keys.press("ArrowLeft");
    await expect.poll(() => balance.getAttribute("aria-valuetext")).not.toBe(before);

    // Withdraw.
    await keys.press("g");
    await keys.press("p");
    await keys.arrivesAt(heading("Permissions"));
    await keys.use(page.getByRole("button", { name: "Withdraw" }));
    await keys.arrivesIn(page.getByRole("dialog"));
    await keys.press("Escape");
    await keys.arrivesAt(page.getByRole("button", { name: "Withdraw" }));
    await keys.press("Enter");
    await keys.use(page.getByRole("button", { name: "Withdraw and keep data" }));
    await page.getByText("Withdrawn by you").waitFor();
    await keys.arrivesAt(page.getByRole("heading", { level: 2, name: /^OP/ }));

    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
