import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, expectReadable } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { untilSettled } from "../settled.ts";
import { minorOf } from "../truth.ts";

/** A person selects many transactions, says something of all of them at once, and takes it back. */
let product: TestProduct;
let browser: Browser;
let person: Person;

const rows = async () => (await person.get("listTransactionRows", "/api/transactions?direction=out&status=booked&category=groceries&limit=300")).transactions;
type Row = Awaited<ReturnType<typeof rows>>[number];
const listed = "/transactions?dir=out&status=booked&category=groceries";
const sizeOf = (some: readonly Row[]): bigint => some.reduce((sum, { amount }) => sum - BigInt(minorOf(amount.amount)), 0n);
const everyFigure = async (): Promise<string> =>
  JSON.stringify([await person.get("getCashFlow", "/api/insights/cash-flow?months=60"), await person.get("getRecurring", "/api/insights/recurring")]);
/** Expenses by category, in minor units. */
async function spent(from: string, to: string): Promise<Readonly<Record<string, string>>> {
  const { currencies } = await person.get("getSpending", `/api/insights/spending?from=${from}&to=${to}`);
  const euros = currencies.find(({ currency }) => currency === "EUR")?.categories ?? [];
  return Object.fromEntries(euros.map(({ category, amount }) => [category, minorOf(amount.amount)]));
}
const today = Temporal.Now.plainDateISO();
const family = async (from = today.subtract({ years: 3 }).toString(), to = today.add({ months: 1 }).toString()): Promise<bigint> =>
  BigInt((await spent(from, to))["family"] ?? 0);

beforeAll(async () => {
  product = await startTestProduct();
  person = await new Person(product.origin).signUp();
  await person.untilRead((await person.connect("op", "88888881")).consentId);
  await untilSettled(product);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

/** What floats is there at once, so that axe sees it whole. */
const still = { reducedMotion: "reduce" } as const;
const bar = (page: Page) => page.getByRole("region", { name: "Selected transactions" });
const box = (page: Page, { transactionId }: Row) => page.locator(`main [data-index]:has(a[href*="${transactionId}"]) input[type=checkbox]`);
const told = (page: Page, text: string | RegExp) => page.getByRole("status").filter({ hasText: text }).first().waitFor();
const categoryOf = async ({ transactionId }: Row) => (await person.get("getTransactionView", `/api/transactions/${transactionId}`)).transaction.category;

describe("a person selects many transactions", () => {
  it("by a range with the mouse, moves them, sees the figures follow to the cent on this page and another, and undoes it", async () => {
    const { page, complaints, context } = await newPerson(browser, still);
    await carrySession(person, context);
    const [all, figures, before] = [await rows(), await everyFigure(), await family()];
    const wanted = all.slice(1, 5);
    const insights = await context.newPage();
    await insights.goto(`${product.origin}/insights?month=${wanted[0]?.bookingDate.slice(0, 7)}`);
    await insights.getByText("Groceries", { exact: true }).first().waitFor();

    await page.bringToFront();
    await page.goto(`${product.origin}${listed}`);
    const first = box(page, wanted[0]!);
    // It shows itself under the pointer, and says whose row it is.
    await page.locator(`main a[href*="${wanted[0]?.transactionId}"]`).hover();
    await first.click();
    expect(await first.getAttribute("aria-label")).toMatch(/, −?€?[\d,.]+.*, \d/u);
    await box(page, wanted[3]!).click({ modifiers: ["Shift"] });
    await told(page, "4 selected");
    const sum = new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" }).format(Number(sizeOf(wanted)) / 100);
    await bar(page).getByText(sum).waitFor();
    await expectAccessible(page, "four selected");
    await bar(page).getByRole("button", { name: "Category…" }).click();
    await page.getByRole("combobox", { name: "New category" }).waitFor();
    await expectAccessible(page, "choosing a category for four");
    await page.keyboard.type("fam");
    await page.keyboard.press("Enter");
    await told(page, "4 moved to Family.");
    expect(await family()).toBe(before + sizeOf(wanted));
    for (const row of wanted) expect(await categoryOf(row)).toMatchObject({ category: "family", ruleId: "person.transaction" });
    // The filter no longer finds them: they fall out of the selection, and can still be taken back.
    await page.locator(`main a[href*="${wanted[0]?.transactionId}"]`).waitFor({ state: "detached" });
    const month = wanted[0]?.bookingDate.slice(0, 7) ?? "";
    const inMonth = await family(`${month}-01`, Temporal.PlainYearMonth.from(month).toPlainDate({ day: 31 }).toString());
    await insights
      .locator("main")
      .getByText(new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2 }).format(Number(inMonth) / 100))
      .first()
      .waitFor();

    await bar(page).getByRole("button", { name: "Undo" }).click();
    await told(page, "It is as it was before.");
    for (const row of wanted) expect(await categoryOf(row)).toEqual(row.category);
    // What repeats follows a moment later.
    await expect.poll(everyFigure).toBe(figures);
    await page.locator(`main a[href*="${wanted[0]?.transactionId}"]`).waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("by keyboard alone: x, a range with Shift and the arrows, a note, Escape; and all that a filter shows", async () => {
    const { page, complaints, context } = await newPerson(browser, still);
    await carrySession(person, context);
    const all = await rows();
    await page.goto(`${product.origin}${listed}`);
    await page.locator("main [data-index] a").first().focus();
    await page.keyboard.press("x");
    await told(page, "1 selected");
    for (const count of [2, 3, 4]) {
      await page.keyboard.press("Shift+ArrowDown");
      await told(page, `${count} selected`);
    }
    await page.keyboard.press("Shift+ArrowUp");
    await told(page, "3 selected");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await told(page, "4 selected");
    const wanted = [...all.slice(0, 3), all[4]!];
    await bar(page).getByRole("button", { name: "Note…" }).press("Enter");
    await page.getByLabel("Your note on each of them").waitFor();
    await expectAccessible(page, "a note for four");
    await page.keyboard.type("For the school");
    await page.keyboard.press("Enter");
    await told(page, "Note saved on 4.");
    const noted = async () =>
      (await person.get("listTransactionRows", "/api/transactions?text=for%20the%20school")).transactions.map(({ transactionId }) => transactionId);
    expect((await noted()).toSorted()).toEqual(wanted.map(({ transactionId }) => transactionId).toSorted());
    await bar(page).getByRole("button", { name: "Undo" }).press("Enter");
    await told(page, "It is as it was before.");
    expect(await noted()).toEqual([]);
    await page.keyboard.press("Escape");
    await bar(page).waitFor({ state: "detached" });
    await expect.poll(() => page.locator("main [data-index] a[tabindex='0']").evaluate((row) => row === row.ownerDocument.activeElement)).toBe(true);

    // More than a page of them.
    const from = all[150]?.bookingDate ?? "";
    const filtered = await person.get("listTransactionRows", `/api/transactions?direction=out&status=booked&category=groceries&from=${from}`);
    expect(filtered.nextCursor).not.toBe(null);
    await page.goto(`${product.origin}${listed}&from=${from}`);
    await page.getByRole("button", { name: "Select", exact: true }).press("Enter");
    await bar(page)
      .getByRole("button", { name: `Select all ${filtered.total}` })
      .press("Enter");
    await told(page, `${filtered.total} selected`);
    await page.keyboard.press("Escape");
    await bar(page).waitFor({ state: "detached" });
    await page.keyboard.press("?");
    await page.getByText("Select more of them").waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("of which one is gone meanwhile: the others are undone, and where nothing was changed it is said and the one is no longer selected", async () => {
    const { page, context } = await newPerson(browser, still);
    await carrySession(person, context);
    const [one, two] = await rows();
    const problem = JSON.stringify({ status: 404, code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND", details: { transactionIds: [one?.transactionId] } });
    const annotations = "**/api/annotations";
    // As long as it is named: what comes while figures are worked out is asked for again.
    const oneIsGone = () =>
      page.route(annotations, (route) =>
        route
          .request()
          .postData()
          ?.includes(one?.transactionId ?? "") === true
          ? route.fulfill({ status: 404, contentType: "application/problem+json", body: problem })
          : route.continue(),
      );
    const selectTwo = async () => {
      await page.locator(`main a[href*="${one?.transactionId}"]`).focus();
      await page.keyboard.press("x");
      await page.keyboard.press("Shift+ArrowDown");
      await told(page, "2 selected");
      await bar(page).getByRole("button", { name: "Category…" }).click();
    };
    await page.goto(`${product.origin}${listed}`);
    await selectTwo();
    await page.getByRole("option", { name: "Family" }).click();
    await told(page, "2 moved to Family.");
    await oneIsGone();
    await bar(page).getByRole("button", { name: "Undo" }).click();
    await told(page, "It is as it was before.");
    expect(await categoryOf(two!)).toEqual(two?.category);
    expect(await categoryOf(one!)).toMatchObject({ category: "family" });
    expect((await person.ask("DELETE", `/api/transactions/${one?.transactionId}/category`)).status).toBe(200);
    await page.keyboard.press("Escape");

    await page.reload();
    await selectTwo();
    await page.getByRole("option", { name: "Family" }).click();
    await page.getByRole("alert").filter({ hasText: "Nothing was changed: one of them" }).waitFor();
    await told(page, "1 selected");
    expect(await categoryOf(two!)).toEqual(two?.category);
    await context.close();
  });

  it("but none that is pending, and is told why", async () => {
    const { page, context } = await newPerson(browser, still);
    await carrySession(person, context);
    // No account of this bank has a pending one.
    await page.route("**/api/transactions?*", async (route) => {
      const answer = await route.fetch();
      const list = (await answer.json()) as { transactions: { bookingStatus: string }[] };
      await route.fulfill({
        response: answer,
        json: { ...list, transactions: list.transactions.map((row, n) => ({ ...row, ...(n === 0 ? { bookingStatus: "pending" } : {}) })) },
      });
    });
    await page.goto(`${product.origin}/transactions`);
    await page.locator("main [data-index] a").first().focus();
    await page.keyboard.press("x");
    await told(page, "The bank has not booked this one yet.");
    expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(0);
    expect(await page.locator("main [data-index] input").first().getAttribute("aria-disabled")).toBe("true");
    await context.close();
  });

  it.each([
    ["light", 390],
    ["dark", 320],
  ] as const)("on a phone, %s, %i px: rows are tapped after Select, the bar stands above the navigation, everything fits", async (colorScheme, width) => {
    const phone = { viewport: { width, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce", colorScheme } as const;
    const { page, complaints, context } = await newPerson(browser, phone);
    await carrySession(person, context);
    const check = async (where: string): Promise<void> => {
      expect(await page.evaluate<number>("document.documentElement.scrollWidth"), where).toBeLessThanOrEqual(width);
      await expectReadable(page, where);
      await expectAccessible(page, where);
    };
    await page.goto(`${product.origin}${listed}`);
    await page.getByRole("button", { name: "Select", exact: true }).tap();
    await told(page, "Nothing is selected");
    for (const row of [0, 1, 2]) await page.locator("main [data-index] a").nth(row).tap();
    await told(page, "3 selected");
    expect(new URL(page.url()).searchParams.has("tx")).toBe(false);
    const [above, below] = [await bar(page).boundingBox(), await page.getByRole("navigation", { name: "Main" }).last().boundingBox()];
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
    await check("three selected");
    await bar(page).getByRole("button", { name: "Category…" }).tap();
    await page.getByRole("option", { name: "Health" }).waitFor();
    await check("choosing a category for three");
    await page.getByRole("option", { name: "Health" }).tap();
    await told(page, "3 moved to Health.");
    await check("moved");
    await bar(page).getByRole("button", { name: "Undo" }).tap();
    await told(page, "It is as it was before.");
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
