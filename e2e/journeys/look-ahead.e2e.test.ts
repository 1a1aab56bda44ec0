import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { untilSettled } from "../settled.ts";
import { firstAccountOf, minorOf } from "../truth.ts";

/** A person looks at what their balance is heading for, and says what they mean to spend at most. */
let product: TestProduct;
let browser: Browser;
let person: Person;
const bankPsu = "88888881";

beforeAll(async () => {
  product = await startTestProduct();
  // Groceries of this month, whatever day it is: in its first days the household's own are not booked yet.
  const bought = { amount: "-12.30", recipient: { name: "K-MARKET KAMPPI" }, description: "PKORTTIMAKSU" };
  await product.bank("POST", "/transactions", { psu: bankPsu, account: await firstAccountOf(product, bankPsu), ...bought });
  person = await new Person(product.origin).signUp();
  await person.untilRead((await person.connect("op", bankPsu)).consentId);
  browser = await launchBrowser();
  await untilSettled(product);
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const decimal = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, "0")}`;
const hasFocus = (target: Locator): Promise<boolean> => target.evaluate((node) => node === node.ownerDocument.activeElement);
const forecastOf = async (days: number) => {
  const { currencies } = await person.get("getForecast", `/api/insights/forecast?days=${days}`);
  const euros = currencies.find(({ currency }) => currency === "EUR");
  if (euros === undefined) throw new Error("a forecast in euros was expected");
  return euros;
};

/** The page with what lies further down, which loads when somebody comes near it. */
async function insights(page: Page, until: Locator): Promise<void> {
  await page.goto(`${product.origin}/insights`);
  await page.getByText("Show as a table").first().waitFor();
  await expect
    .poll(
      async () => {
        await page.keyboard.press("End");
        return until.count();
      },
      { timeout: 90_000 },
    )
    .toBeGreaterThan(0);
  await until.first().scrollIntoViewIfNeeded();
}

describe("a person looks ahead", () => {
  it("at the balance in its band, day by day, as a table, and at the payments it is made of", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    const [near, far] = [await forecastOf(30), await forecastOf(90)];
    expect([near.days.length, far.days.length]).toEqual([31, 91]);
    const worth = await person.get("getNetWorth", `/api/insights/net-worth?from=${near.days[0]?.date}&to=${near.days[0]?.date}`);
    expect(near.days[0]?.expected).toEqual(worth.currencies.find(({ currency }) => currency === "EUR")?.days[0]?.amount);

    const slider = page.getByRole("slider", { name: "Balance ahead by day" });
    await insights(page, slider);
    const section = page.locator("section").filter({ has: slider });
    const today = await slider.getAttribute("aria-valuetext");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => slider.getAttribute("aria-valuetext")).not.toBe(today);
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/Expected balance .+, 8 of 10 between .+ – .+/);
    await page.getByText("90 days", { exact: true }).click();
    await expect.poll(() => slider.getAttribute("aria-valuemax")).toBe("90");
    await expectAccessible(page, "balance ahead");

    await section.getByText("Show as a table").click();
    await expect.poll(() => page.getByRole("table", { name: "Balance ahead by day" }).getByRole("row").count()).toBe(92);
    await page.getByText("Show as a chart").click();

    const due = far.due[0];
    if (due === undefined) throw new Error("something that is due was expected");
    await section.getByRole("link", { name: due.counterpartyName }).first().click();
    await page.waitForURL((url) => url.pathname === "/transactions" && url.searchParams.get("recurring") === due.recurringId);
    await page.getByText(due.counterpartyName).first().waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("by headings: what lies further down is named while nobody is near it, and is not said to load", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    // Nobody ever comes near.
    await page.addInitScript("window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} }");
    await page.goto(`${product.origin}/insights`);
    const main = page.getByRole("main");
    await main.getByRole("heading", { name: /^Recurring payments come to/ }).waitFor();
    await main.getByText("Loading").first().waitFor({ state: "detached" });
    expect((await main.getByRole("heading", { level: 2 }).allTextContents()).slice(-3)).toEqual(["Balance over time", "Balance ahead", "Budgets"]);
    await expectAccessible(page, "insights with their places", { bestPractice: true });
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("and back: from a day of the balance to its transactions, by keyboard, by mouse and from the table", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    const section = page.locator("section").filter({ has: page.getByRole("slider", { name: "Balance by day: Net worth" }) });
    const line = section.getByRole("slider");
    await insights(page, line);
    const shown = async (): Promise<string[]> => {
      await page.waitForURL((url) => url.pathname === "/transactions" && url.searchParams.has("from"));
      const { searchParams } = new URL(page.url());
      await page.goBack();
      await line.waitFor();
      return [searchParams.get("from") ?? "", searchParams.get("to") ?? ""];
    };
    await line.press("ArrowLeft");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    const [day, until] = await shown();
    expect(until).toBe(day);

    await line.hover({ position: { x: 300, y: 100 } });
    const link = section.getByRole("link", { name: /^Transactions: / });
    const href = await link.getAttribute("href");
    await link.click();
    const [hovered = ""] = await shown();
    expect(href).toContain(`from=${hovered}&to=${hovered}`);
    expect(hovered < (day ?? "")).toBe(true);

    await section.getByRole("button", { name: /table/i }).click();
    await page.getByRole("table", { name: "Balance by day: Net worth" }).getByRole("link").nth(1).click();
    expect(await shown()).toEqual([day, day]);
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("at a budget that they set, exceed, change and remove, and at the transactions behind its figure", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    const { others, month } = await person.get("getBudgets", "/api/budgets");
    const one = others.find(({ category, spent }) => category === "groceries" && spent.currency === "EUR");
    if (one === undefined) throw new Error("groceries were expected");
    const spent = BigInt(minorOf(one.spent.amount));

    const set = page.getByRole("button", { name: "Set a budget for Groceries" });
    await insights(page, page.getByText("Say what you mean to spend at most in a month"));
    const all = page
      .locator("section")
      .filter({ has: page.getByRole("heading", { name: "Budgets" }) })
      .getByText("Show all");
    if ((await set.count()) === 0) await all.click();
    await set.click();
    const limit = page.getByRole("dialog").getByLabel(/^At most in a month/);
    await page.getByRole("dialog").getByText("a month on average over the last half year").waitFor();
    await limit.fill("0");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Write an amount above zero").waitFor();
    expect((await person.get("getBudgets", "/api/budgets")).budgets).toEqual([]);
    await limit.fill(decimal(spent + 1000n));
    await page.keyboard.press("Enter");
    await page.getByText(/^€10\.00 left for /).waitFor();
    const change = page.getByRole("button", { name: "Change the budget for Groceries" });
    await expect.poll(() => hasFocus(change)).toBe(true);
    await expectAccessible(page, "budgets");

    await page.keyboard.press("Enter");
    await limit.fill(decimal(spent - 100n));
    await page.keyboard.press("Enter");
    await page.getByText("€1.00 over", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "Groceries is €1.00 over its budget" }).waitFor();

    const overview = page.getByRole("link", { name: "Overview" }).first();
    const line = page.getByText(/^Over budget: Groceries\./);
    await overview.click();
    await line.waitFor();
    await page.goBack();

    await page.getByRole("link", { name: / of €/ }).click();
    await page.waitForURL((url) => url.pathname === "/transactions" && url.searchParams.get("category") === "groceries");
    const span = new URL(page.url()).searchParams;
    expect(span.get("from")).toBe(`${month}-01`);
    const { transactions } = await person.get(
      "listTransactionRows",
      `/api/transactions?category=groceries&direction=out&status=booked&from=${span.get("from")}&to=${span.get("to")}&limit=300`,
    );
    expect(transactions.reduce((sum, { amount }) => sum - BigInt(minorOf(amount.amount)), 0n)).toBe(spent);

    await page.goBack();
    await change.click();
    await page.getByRole("button", { name: "Remove the budget" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "Budgets" }).waitFor();
    expect((await person.get("getBudgets", "/api/budgets")).budgets).toEqual([]);
    await overview.click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await line.waitFor({ state: "detached" });
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
