import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, expectReadable } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { untilSettled } from "../settled.ts";
import { minorOf } from "../truth.ts";

/** A person corrects what the product thinks of a transaction: of one, of all from there, with a note, and back again. */
let product: TestProduct;
let browser: Browser;
let person: Person;

type Row = Awaited<ReturnType<typeof booked>>[number];
const booked = async () => (await person.get("listTransactionRows", "/api/transactions?direction=out&status=booked&category=groceries&limit=300")).transactions;
const rowOf = async ({ transactionId }: Row) => (await person.get("getTransactionView", `/api/transactions/${transactionId}`)).transaction;
const monthOf = ({ bookingDate }: Row): string => bookingDate.slice(0, 7);
/** Expenses of a month by category, in minor units. */
async function spent(row: Row): Promise<Readonly<Record<string, bigint>>> {
  const { currencies } = await person.get(
    "getSpending",
    `/api/insights/spending?from=${monthOf(row)}-01&to=${Temporal.PlainYearMonth.from(monthOf(row)).toPlainDate({ day: 31 }).toString()}`,
  );
  const euros = currencies.find(({ currency }) => currency === "EUR")?.categories ?? [];
  return Object.fromEntries(euros.map(({ category, amount }) => [category, BigInt(minorOf(amount.amount))]));
}
const everyFigure = async (): Promise<string> =>
  JSON.stringify([await person.get("getCashFlow", "/api/insights/cash-flow?months=60"), await person.get("getRecurring", "/api/insights/recurring")]);

beforeAll(async () => {
  product = await startTestProduct();
  person = await new Person(product.origin).signUp();
  await person.untilRead((await person.connect("op", "88888881")).consentId);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

/** A row whose counterparty has more of them. */
async function someShopping(): Promise<Row> {
  const rows = await booked();
  const found = rows.find((row) => rows.filter((other) => other.counterparty.name === row.counterparty.name).length > 2);
  if (found === undefined) throw new Error("nobody shops twice at the same place");
  return found;
}

async function choose(page: Page, typed: string): Promise<void> {
  await page.getByRole("button", { name: "Change the category" }).click();
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
}

const hasFocus = (target: Locator): Promise<boolean> => target.evaluate((node) => node === node.ownerDocument.activeElement);

/** Presses Escape where it is chosen how far it goes: the transaction stays open, with the focus where the choice was begun. */
async function escapeHowFar(page: Page): Promise<void> {
  const change = page.getByRole("button", { name: "Change the category" });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Only this one" }).waitFor({ state: "detached" });
  expect(new URL(page.url()).searchParams.has("tx")).toBe(true);
  await expect.poll(() => hasFocus(change)).toBe(true);
}

describe("a person corrects a category", () => {
  it("of one and of all from there, sees the figures follow to the cent on another open page, undoes it, and writes a note that stays", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    await untilSettled(product);
    const row = await someShopping();
    const size = -BigInt(minorOf(row.amount.amount));
    const [before, figures] = [await spent(row), await everyFigure()];
    const after = { ...before, family: (before["family"] ?? 0n) + size };

    // Another page of the same person, which nobody touches.
    const insights = await context.newPage();
    await insights.goto(`${product.origin}/insights?month=${monthOf(row)}`);
    const family = insights.locator("main").getByText("Family", { exact: true });
    await insights.getByText("Groceries", { exact: true }).first().waitFor();
    const familyBefore = await family.count();

    // This one only, by keyboard.
    await page.bringToFront();
    await page.goto(`${product.origin}/transactions?tx=${row.transactionId}`);
    await page.getByRole("button", { name: "Change the category" }).press("Enter");
    await page.getByRole("combobox", { name: "New category" }).waitFor();
    await expectAccessible(page, "choosing a category");
    await page.keyboard.type("fam");
    expect(await page.getByRole("option").allTextContents()).toEqual(["Family"]);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Only this one" }).waitFor();
    await page.getByRole("button", { name: /^All from/ }).waitFor();
    await expectAccessible(page, "choosing how far it goes");
    // Escape leaves the choice, not the transaction.
    await escapeHowFar(page);
    await choose(page, "fam");
    await page.getByRole("button", { name: "Only this one" }).press("Enter");
    await page.getByRole("status").filter({ hasText: "Moved to Family." }).waitFor();
    await page.getByText("You said so.").waitFor();
    expect((await rowOf(row)).category).toMatchObject({ category: "family", ruleId: "person.transaction" });
    const corrected = await spent(row);
    expect(corrected["family"]).toBe(after.family);
    expect(corrected["groceries"] ?? 0n).toBe((before["groceries"] ?? 0n) - size);
    if (familyBefore === 0) await family.first().waitFor();
    const figure = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2 }).format(Number(after.family) / 100);
    await insights.locator("main").getByText(figure).first().waitFor();

    // And back.
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("status").filter({ hasText: "It is as it was before." }).waitFor();
    // What repeats follows a moment later.
    await expect.poll(everyFigure).toBe(figures);
    expect((await rowOf(row)).category).toEqual(row.category);

    // All from there: what is promised is what happens.
    const promised = await person.get("previewTransactionRule", `/api/transactions/${row.transactionId}/counterparty-rule?category=leisure`);
    expect(promised.transactions).toBeGreaterThan(2);
    await choose(page, "leis");
    const all = page.getByRole("button", { name: new RegExp(`^All from ${RegExp.escape(promised.counterpartyName ?? "")}`) });
    await all.getByText(`${promised.transactions} transactions`).waitFor();
    await all.click();
    await page.getByRole("status").filter({ hasText: "moved to Leisure." }).waitFor();
    const moved = await person.get("listTransactionRows", "/api/transactions?category=leisure&limit=500");
    const byRule = moved.transactions.filter(({ category }) => category?.ruleId === "person.counterparty");
    expect(byRule).toHaveLength(promised.transactions);
    expect(byRule.reduce((sum, { amount }) => sum + BigInt(minorOf(amount.amount)), 0n)).toBe(BigInt(minorOf(promised.sums[0]?.amount ?? "0")));
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("status").filter({ hasText: "It is as it was before." }).waitFor();
    expect(await everyFigure()).toBe(figures);

    // A rule stands in the settings until it is removed there.
    await choose(page, "leis");
    await page.getByRole("button", { name: /^All from/ }).click();
    await page.getByRole("status").filter({ hasText: "moved to Leisure." }).waitFor();

    // A note stays, and is found.
    await page.getByLabel("Your note").fill("For Ämma’s birthday");
    await page.getByLabel("Your note").press("Enter");
    await page.getByText("Note saved").waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel("Your note").inputValue()).toBe("For Ämma’s birthday");
    const found = await person.get("listTransactionRows", `/api/transactions?text=${encodeURIComponent("ÄMMA’S")}`);
    expect(found.transactions.map(({ transactionId }) => transactionId)).toEqual([row.transactionId]);

    await page.goto(`${product.origin}/settings`);
    await page.getByRole("button", { name: /^Remove the rule for/ }).click();
    await page.getByText("The rule is removed.").waitFor();
    await expectAccessible(page, "settings");
    expect(await everyFigure()).toBe(figures);
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("can undo until it is undone, also when the first try fails and the rule is gone meanwhile", async () => {
    const { page, context } = await newPerson(browser);
    await carrySession(person, context);
    await untilSettled(product);
    const [row, figures] = [await someShopping(), await everyFigure()];
    await page.goto(`${product.origin}/transactions?tx=${row.transactionId}`);
    await choose(page, "leis");
    await page.getByRole("button", { name: /^All from/ }).click();
    await page.getByRole("status").filter({ hasText: "moved to Leisure." }).waitFor();

    const rules = "**/api/counterparty-rules/*";
    await page.route(rules, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: "{}" }));
    const undo = page.getByRole("button", { name: "Undo" });
    const refused = page.waitForResponse((answer) => answer.status() === 500);
    await undo.click();
    await refused;
    await expect.poll(() => undo.getAttribute("aria-busy")).toBe(null);
    await page.unroute(rules);

    const [rule] = (await person.get("listRules", "/api/counterparty-rules")).rules;
    expect((await person.ask("DELETE", `/api/counterparty-rules/${rule?.counterpartyRuleId}`)).status).toBe(204);
    await undo.click();
    await page.getByRole("status").filter({ hasText: "It is as it was before." }).waitFor();
    expect(await everyFigure()).toBe(figures);
    await context.close();
  });

  it("finds a note that was typed and not saved again after Escape and another row", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    await untilSettled(product);
    const row = await someShopping();
    const other = (await booked()).find(
      ({ counterparty, transactionId }) => counterparty.name === row.counterparty.name && transactionId !== row.transactionId,
    );
    await page.goto(`${product.origin}/transactions?q=${encodeURIComponent(row.counterparty.name ?? "")}`);
    const open = ({ transactionId }: Row) => page.locator(`main a[href*="${transactionId}"]`).click();
    const note = page.getByLabel("Your note");
    await open(row);
    const kept = await note.inputValue();
    await note.fill("Half a th");
    await note.press("Escape");
    await note.waitFor({ state: "detached" });
    await open(other!);
    await expect.poll(() => note.inputValue()).toBe("");
    await open(row);
    await expect.poll(() => note.inputValue()).toBe("Half a th");
    await note.fill("Half a thought, thought out");
    await note.press("Enter");
    await page.getByText("Note saved").waitFor();
    await note.press("Escape");
    await note.waitFor({ state: "detached" });
    await open(row);
    await expect.poll(() => note.inputValue()).toBe("Half a thought, thought out");
    expect(await page.getByRole("button", { name: "Save note" }).count()).toBe(0);
    await note.fill(kept);
    await note.press("Enter");
    await page
      .getByRole("status")
      .filter({ hasText: /^Note (saved|removed)$/ })
      .waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("removes one rule after another by keyboard: the focus goes on to the next, and then to the heading", async () => {
    const { page, complaints, context } = await newPerson(browser);
    await carrySession(person, context);
    for (const { counterpartyRuleId } of (await person.get("listRules", "/api/counterparty-rules")).rules)
      await person.ask("DELETE", `/api/counterparty-rules/${counterpartyRuleId}`);
    const rows = await booked();
    const places = [rows[0]!, rows.find(({ counterparty }) => counterparty.name !== rows[0]?.counterparty.name)!];
    for (const { transactionId } of places)
      expect((await person.ask("PUT", `/api/transactions/${transactionId}/counterparty-rule`, { category: "family" })).status).toBe(200);
    await page.goto(`${product.origin}/settings`);
    const remove = page.getByRole("button", { name: /^Remove the rule for/ });
    await expect.poll(() => remove.count()).toBe(2);
    await remove.first().press("Enter");
    await expect.poll(() => remove.count()).toBe(1);
    expect(await hasFocus(remove)).toBe(true);
    await remove.press("Enter");
    await page.getByText("No rules yet").waitFor();
    expect(await hasFocus(page.getByRole("heading", { name: "Your category rules" }))).toBe(true);
    await expectAccessible(page, "settings without a rule");
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
    await page.getByRole("button", { name: "Change the category" }).tap();
    const check = async (where: string): Promise<void> => {
      expect(await page.evaluate<number>("document.documentElement.scrollWidth"), where).toBeLessThanOrEqual(phone.viewport.width);
      await expectReadable(page, where);
      await expectAccessible(page, where);
    };
    await check("choosing a category");
    // Escape leaves the choice, not the transaction.
    await page.getByRole("combobox", { name: "New category" }).press("Escape");
    await page.getByRole("button", { name: "Change the category" }).tap();
    await page.getByRole("option", { name: "Health" }).tap();
    await page.getByRole("button", { name: /^All from/ }).waitFor();
    await check("choosing how far it goes");
    await escapeHowFar(page);
    await page.getByRole("button", { name: "Change the category" }).tap();
    await page.getByRole("option", { name: "Health" }).tap();
    await page.getByRole("button", { name: "Only this one" }).tap();
    await page.getByRole("status").filter({ hasText: "Moved to Health." }).waitFor();
    await page.getByRole("button", { name: "Undo" }).tap();
    await page.getByRole("status").filter({ hasText: "It is as it was before." }).waitFor();
    await check("corrected and undone");
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
