import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, expectReadable } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { bankTruth } from "../truth.ts";

/** Every page of a person with real figures, from the narrowest window to a desk, light and dark: nothing is wider than the screen, nothing breaks a policy. */
let product: TestProduct;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  product = await startTestProduct();
  person = await new Person(product.origin).signUp();
  await person.untilRead((await person.connect("op", "88888882")).consentId);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const pages = ["/", "/transactions", "/insights", "/permissions", "/payments", "/payments/new", "/settings", "/connect", "/connect/op", "/no-such-page"];

/** The page with what it has to say: no longer its skeleton, and still. */
async function complete(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
}

const looks = [
  // The narrowest window there is: 1280 px, enlarged four times.
  { width: 320, colorScheme: "light" },
  { width: 1280, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
] as const;

async function expectToFit(page: Page, width: number, where: string): Promise<void> {
  const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
  expect(wide, `${where} is ${wide} px wide`).toBeLessThanOrEqual(width);
}

describe("pages fit the screen", () => {
  it.each(looks)("at $width px, $colorScheme", async ({ width, colorScheme }) => {
    const { page, complaints, context } = await newPerson(browser, { viewport: { width, height: 844 }, colorScheme });
    // A link from outside: sign in first, then where it led.
    await page.goto(`${product.origin}/transactions?q=palkka`);
    await page.waitForURL((url) => url.pathname === "/sign-in");
    await page.getByLabel(/^Email/).fill(person.email);
    await page.getByLabel(/^Password/).fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => url.pathname === "/transactions" && url.searchParams.get("q") === "palkka");
    for (const path of pages) {
      await page.goto(`${product.origin}${path}`);
      await complete(page);
      await expectToFit(page, width, path);
    }
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("on a phone", () => {
  it.each(["light", "dark"] as const)("everything fits, no word is under 12 px and nothing breaks WCAG 2.2 AA, %s", async (colorScheme) => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce", colorScheme } as const;
    const { page, complaints, context } = await newPerson(browser, phone);
    await carrySession(person, context);
    const check = async (where: string): Promise<void> => {
      await expectToFit(page, phone.viewport.width, where);
      await expectReadable(page, `${where}, ${colorScheme}`);
      await expectAccessible(page, `${where}, ${colorScheme}`);
    };
    for (const path of pages) {
      await page.goto(`${product.origin}${path}`);
      await complete(page);
      await check(path);
    }
    expect(await page.evaluate<string>("getComputedStyle(document.documentElement).colorScheme")).toContain(colorScheme);
    // What lies over a page: an opened transaction, and the accounts.
    await page.goto(`${product.origin}/transactions`);
    await page.locator("main [data-index] a").first().click();
    await page.getByRole("dialog").getByText("The bank’s own words").waitFor();
    await check("a transaction");
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Accounts" }).click();
    await page.getByRole("dialog").getByRole("link").first().waitFor();
    await check("accounts");
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("more than 10,000 transactions", () => {
  it("are one list to scroll through, of which the page holds a few dozen rows at any time", async () => {
    const bankPsu = "88888883";
    const collector = await new Person(product.origin).signUp();
    await collector.untilRead((await collector.connect("op", bankPsu)).consentId);
    const all = (await bankTruth(product, bankPsu)).reduce((sum, { count }) => sum + count, 0);
    expect(all).toBeGreaterThan(10_000);
    await expect.poll(async () => (await collector.get("listTransactionRows", "/api/transactions?limit=1")).total).toBe(all);

    const { page, complaints, context } = await newPerson(browser);
    await carrySession(collector, context);
    await page.goto(`${product.origin}/transactions`);
    await page.locator("main [data-index] a").first().waitFor();
    // The most that ever was in the page at once, whoever looks when.
    await page.evaluate(`(() => {
      const count = () => { window.most = Math.max(window.most ?? 0, document.querySelectorAll("main [data-index]").length); };
      new MutationObserver(count).observe(document.querySelector("main"), { subtree: true, childList: true });
      count();
    })()`);
    const last = page.locator("main [data-index]").last();
    const indexAtEnd = async (): Promise<number> => {
      await page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)");
      const loaded = await last.locator("a").count();
      return loaded === 0 ? 0 : Number(await last.getAttribute("data-index"));
    };
    // Whatever is not there yet is fetched on the way; heads of days are lines too.
    await expect.poll(indexAtEnd, { interval: 100 }).toBeGreaterThanOrEqual(all);
    for (const share of [0.75, 0.5, 0.25, 0]) {
      await page.evaluate(`window.scrollTo(0, document.documentElement.scrollHeight * ${share})`);
      await page.locator("main [data-index] a").first().waitFor();
    }
    const most = await page.evaluate<number>("window.most");
    // 900 px of rows of 44 px, ten spare ones on either side, and the one that has the focus.
    expect(most).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(50);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
