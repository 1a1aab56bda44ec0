import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";

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

const pages = ["/", "/transactions", "/insights", "/permissions", "/settings", "/connect", "/connect/op", "/no-such-page"];
const looks = [
  // The narrowest window there is: 1280 px, enlarged four times.
  { width: 320, colorScheme: "light" },
  { width: 390, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
] as const;

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
      await page.locator("h1").first().waitFor();
      await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide, `${path} is ${wide} px wide`).toBeLessThanOrEqual(width);
    }
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
