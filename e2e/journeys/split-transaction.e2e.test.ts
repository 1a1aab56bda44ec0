import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, expectReadable } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { untilSettled } from "../settled.ts";
import { firstAccountOf, minorOf } from "../truth.ts";

/** A person tells one bill apart: part by part into categories, with figures that follow, and back again. */
let product: TestProduct;
let browser: Browser;
let person: Person;
const bankPsu = "88888881";
let consentId: string;

type Row = Awaited<ReturnType<typeof someShopping>>;
const rowOf = async ({ transactionId }: Row) => (await person.get("getTransactionView", `/api/transactions/${transactionId}`)).transaction;
const monthOf = ({ bookingDate }: Row): string => bookingDate.slice(0, 7);
const spanOf = (row: Row): string => `from=${monthOf(row)}-01&to=${Temporal.PlainYearMonth.from(monthOf(row)).toPlainDate({ day: 31 }).toString()}`;
/** Expenses of a month by category, in cents. */
async function spent(row: Row): Promise<Readonly<Record<string, bigint>>> {
  const { currencies } = await person.get("getSpending", `/api/insights/spending?${spanOf(row)}`);
  const euros = currencies.find(({ currency }) => currency === "EUR")?.categories ?? [];
  return Object.fromEntries(euros.map(({ category, amount }) => [category, BigInt(minorOf(amount.amount))]));
}
/** Money out of the month, in cents. */
async function out(row: Row): Promise<bigint> {
  const { currencies } = await person.get("getCashFlow", "/api/insights/cash-flow?months=60");
  const month = currencies.find(({ currency }) => currency === "EUR")?.months.find((each) => each.month === monthOf(row));
  return BigInt(minorOf(month?.expenses.amount ?? "0"));
}
const everyFigure = async (row: Row): Promise<string> =>
  JSON.stringify([
    await person.get("getCashFlow", "/api/insights/cash-flow?months=60"),
    await person.get("getSpending", `/api/insights/spending?${spanOf(row)}`),
    await person.get("getRecurring", "/api/insights/recurring"),
    await person.get("listTransactionRows", "/api/transactions?category=groceries&limit=300"),
  ]);

beforeAll(async () => {
  product = await startTestProduct();
  person = await new Person(product.origin).signUp();
  ({ consentId } = await person.connect("op", bankPsu));
  await person.untilRead(consentId);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

async function someShopping() {
  const { transactions } = await person.get("listTransactionRows", "/api/transactions?direction=out&status=booked&category=groceries&minAmount=5&limit=50");
  const found = transactions.find(({ amount }) => amount.currency === "EUR");
  if (found === undefined) throw new Error("nobody shops for five euros");
  return found;
}

/** Reads the bank again until an entry of this amount is listed. */
async function readUntil(amount: string): Promise<Row> {
  const small = `/api/transactions?direction=out&status=booked&category=groceries&minAmount=4&maxAmount=5&limit=50`;
  let found: Row | undefined;
  const read = async (): Promise<boolean> => {
    await person.ask("POST", `/api/connections/${consentId}/refresh`);
    const { transactions } = await person.get("listTransactionRows", small);
    found = transactions.find((row) => row.amount.amount === amount && row.counterparty.name === "PRISMA KANNELMÄKI");
    return found !== undefined;
  };
  await expect.poll(read, { interval: 500 }).toBe(true);
  if (found === undefined) throw new Error("not read");
  return found;
}

const hasFocus = (target: Locator): Promise<boolean> => target.evaluate((node) => node === node.ownerDocument.activeElement);
const saved = (page: Page) => page.getByRole("status").filter({ hasText: "The split is saved." }).waitFor();
const left = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words }).waitFor();
const figure = (minor: bigint): string => new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2 }).format(Number(minor) / 100);
async function chooseCategory(page: Page, position: number, typed: string): Promise<void> {
  await page.getByRole("button", { name: `Category of part ${position}:` }).press("Enter");
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
}

describe("a person splits a transaction", () => {
  it("by keyboard into two categories; figures on another open page follow to the cent, and are what they were when the split is removed", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    await untilSettled(product);
    const row = await someShopping();
    const size = -BigInt(minorOf(row.amount.amount));
    const [before, figures, outBefore] = [await spent(row), await everyFigure(row), await out(row)];
    const candles = size - 300n;
    const after = { family: (before["family"] ?? 0n) + candles, groceries: (before["groceries"] ?? 0n) - candles };

    // Another page of the same person, which nobody touches.
    const insights = await context.newPage();
    await insights.goto(`${product.origin}/insights?month=${monthOf(row)}`);
    await insights.getByText("Groceries", { exact: true }).first().waitFor();

    await page.bringToFront();
    await page.goto(`${product.origin}/transactions?tx=${row.transactionId}`);
    const split = page.getByRole("button", { name: "Split this transaction" });
    await split.press("Enter");
    // The first part is in the category of the whole and waits for its amount.
    await page.getByRole("button", { name: "Category of part 1: Groceries" }).waitFor();
    await expect.poll(() => hasFocus(page.getByLabel("Amount of part 1"))).toBe(true);
    await left(page, `€${figure(size)} left to assign`);
    await page.keyboard.type("3");
    await left(page, `€${figure(candles)} left to assign`);
    await expectAccessible(page, "splitting");

    // What is missing is said where it is missing.
    await page.keyboard.press("Enter");
    await page.getByText("Choose a category for this part.").waitFor();
    const second = page.getByRole("button", { name: "Category of part 2:" });
    await expect.poll(() => hasFocus(second)).toBe(true);
    await expectAccessible(page, "splitting, with a mistake");
    // Escape leaves the picker, then the editor, and never the transaction; what was typed is there again.
    await second.press("Enter");
    await page.getByRole("combobox", { name: "New category" }).press("Escape");
    await expect.poll(() => hasFocus(second)).toBe(true);
    await second.press("Escape");
    await expect.poll(() => hasFocus(split)).toBe(true);
    expect(new URL(page.url()).searchParams.has("tx")).toBe(true);
    await split.press("Enter");
    expect(await page.getByLabel("Amount of part 1").inputValue()).toBe("3");

    await chooseCategory(page, 2, "fam");
    await expect.poll(() => hasFocus(page.getByRole("button", { name: "Category of part 2: Family" }))).toBe(true);
    await page
      .getByRole("listitem")
      .filter({ has: second })
      .getByRole("button", { name: /^The rest/ })
      .press("Enter");
    expect(await page.getByLabel("Amount of part 2").inputValue()).toBe((Number(candles) / 100).toFixed(2));
    await left(page, "Nothing is left to assign");
    await page.getByLabel("Note on part 2").fill("Candles for Ämma");
    await page.getByLabel("Note on part 2").press("Enter");
    await saved(page);
    await expect.poll(() => hasFocus(page.getByRole("button", { name: "Change the split" }))).toBe(true);
    await page.getByRole("heading", { name: "Split: Groceries, Family" }).waitFor();
    await page.getByText("You split it.").waitFor();
    await page.locator("main a[aria-current=true]").getByText("Split: Groceries, Family").waitFor();
    await expectAccessible(page, "split");

    // Every figure follows, here and on the page that nobody touched.
    expect(await spent(row)).toMatchObject(after);
    expect(await out(row)).toBe(outBefore);
    await insights.bringToFront();
    await insights.locator("main").getByText(figure(after.family)).first().waitFor();
    await page.bringToFront();
    // The rows of a category add up to its figure.
    const listed = await person.get("listTransactionRows", `/api/transactions?category=family&direction=out&status=booked&${spanOf(row)}&limit=300`);
    const sums = new Map(listed.days.map(({ date, sums: amounts }) => [date, amounts.find(({ currency }) => currency === "EUR")?.amount ?? "0"]));
    expect([...sums.values()].reduce((total, amount) => total - BigInt(minorOf(amount)), 0n)).toBe(after.family);
    expect(listed.transactions.map(({ transactionId }) => transactionId)).toContain(row.transactionId);
    const found = await person.get("listTransactionRows", `/api/transactions?text=${encodeURIComponent("ämma")}`);
    expect(found.transactions.map(({ transactionId }) => transactionId)).toEqual([row.transactionId]);
    await page.goto(`${product.origin}/transactions?category=family&from=${row.bookingDate}&to=${row.bookingDate}&tx=${row.transactionId}`);
    await page
      .locator("main a[aria-current=true]")
      .getByText(`€${figure(candles)}`)
      .waitFor();

    // Three parts, one of them money moved between own accounts: that is not spent.
    await page.getByRole("button", { name: "Change the split" }).press("Enter");
    await page.getByRole("button", { name: "Add a part" }).press("Enter");
    await chooseCategory(page, 3, "own tr");
    await page.getByLabel("Amount of part 3").fill("1,00");
    await left(page, "€1.00 too much");
    await page.getByLabel("Amount of part 1").fill("2.00");
    await page.getByRole("button", { name: "Save split" }).press("Enter");
    await saved(page);
    expect(await out(row)).toBe(outBefore - 100n);
    expect((await spent(row))["groceries"] ?? 0n).toBe(after.groceries - 100n);
    // Undo is what was before, which is two parts.
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByRole("status").filter({ hasText: "It is as it was before." }).waitFor();
    expect((await rowOf(row)).split?.parts).toHaveLength(2);
    expect(await out(row)).toBe(outBefore);

    // Removed, brought back, removed.
    await page.getByRole("button", { name: "Remove split" }).press("Enter");
    await page.getByRole("status").filter({ hasText: "The split is removed." }).waitFor();
    expect(await everyFigure(row)).toBe(figures);
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.getByRole("heading", { name: "Split: Groceries, Family" }).waitFor();
    await page.getByRole("button", { name: "Remove split" }).press("Enter");
    await page.getByRole("heading", { name: "Groceries", exact: true }).waitFor();
    await expect.poll(() => everyFigure(row)).toBe(figures);
    expect(await rowOf(row)).toEqual({ ...row, split: null });
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("is told when the bank changed the amount since, and begins anew from the parts there were", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    const account = await firstAccountOf(product, bankPsu);
    const booking = { archiveId: "20261129593619KIOSKI", amount: "-4.00", recipient: { name: "PRISMA KANNELMÄKI" } };
    await product.bank("POST", "/transactions", { psu: bankPsu, account, ...booking });
    // Too small for the shopping of the others.
    const { transactionId } = await readUntil("-4.00");
    const parts = [
      { category: "groceries", amount: { amount: "-1.50", currency: "EUR" }, note: null },
      { category: "family", amount: { amount: "-2.50", currency: "EUR" }, note: "Candles" },
    ];
    expect((await person.ask("PUT", `/api/transactions/${transactionId}/split`, { parts })).status).toBe(200);
    await page.goto(`${product.origin}/transactions?tx=${transactionId}`);
    await page.getByRole("heading", { name: "Split: Groceries, Family" }).waitFor();

    // The newest entry of the account, in the bank's order.
    await product.bank("POST", "/faults", { fault: "page.field", for: { account, page: 1 }, options: { name: "amount", value: "-4.50" } });
    expect((await readUntil("-4.50")).transactionId).toBe(transactionId);
    await page.getByText("Your split is set aside").waitFor();
    await page.getByRole("heading", { name: "Groceries", exact: true }).waitFor();
    await expectAccessible(page, "a split set aside");
    await page.getByRole("button", { name: "Split anew" }).press("Enter");
    expect(await page.getByLabel("Amount of part 2").inputValue()).toBe("2.50");
    await left(page, "€0.50 left to assign");
    await product.bank("DELETE", "/faults");
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it.each(["light", "dark"] as const)("on a phone, %s: everything fits and nothing breaks WCAG 2.2 AA", async (colorScheme) => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce", colorScheme } as const;
    const { page, complaints, context } = await newPerson(browser, phone);
    await carrySession(person, context);
    await untilSettled(product);
    const row = await someShopping();
    await page.goto(`${product.origin}/transactions?tx=${row.transactionId}`);
    const check = async (where: string): Promise<void> => {
      expect(await page.evaluate<number>("document.documentElement.scrollWidth"), where).toBeLessThanOrEqual(phone.viewport.width);
      await expectReadable(page, where);
      await expectAccessible(page, where);
    };
    await page.getByRole("button", { name: "Split this transaction" }).tap();
    await page.getByLabel("Amount of part 1").fill("2");
    await page.getByRole("button", { name: "Save split" }).tap();
    await check("splitting, with mistakes");
    await page.getByRole("button", { name: "Category of part 2:" }).tap();
    await page.getByRole("option", { name: "Health" }).tap();
    // Escape leaves the editor, not the transaction.
    await page.getByLabel("Amount of part 2").press("Escape");
    await page.getByRole("button", { name: "Split this transaction" }).tap();
    await page
      .getByRole("listitem")
      .filter({ has: page.getByLabel("Amount of part 2") })
      .getByRole("button", { name: /^The rest/ })
      .tap();
    await page.getByRole("button", { name: "Save split" }).tap();
    await saved(page);
    await check("split");
    await page.getByRole("button", { name: "Remove split" }).tap();
    await page.getByRole("status").filter({ hasText: "The split is removed." }).waitFor();
    await check("split removed");
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
