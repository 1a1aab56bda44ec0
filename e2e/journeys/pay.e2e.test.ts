import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";

/** Paying in a real browser: ordered, seen once more, approved at the bank, followed without a reload, found on the account. */
let product: TestProduct;
let browser: Browser;
let person: Person;
let consentId: string;

beforeAll(async () => {
  product = await startTestProduct({ SANDBOX_PAYMENT_SECONDS: "2" });
  person = await new Person(product.origin).signUp();
  ({ consentId } = await person.connect("op", "88888881"));
  await person.untilRead(consentId);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

describe("a payment", () => {
  it("is seen once more before the bank, approved there, followed to its end and found on the account", async () => {
    const { page, context, complaints } = await newPerson(browser);
    await carrySession(person, context);

    await page.goto(`${product.origin}/payments`);
    await page.getByRole("main").getByRole("link", { name: /pay/i }).first().click();
    await page.getByRole("heading", { name: "New payment" }).waitFor();
    // A wrong digit is said beside the field, and nothing is sent.
    await page.getByLabel("Who is paid").fill("Maija Mallikas");
    await page.getByLabel("IBAN").fill("FI21 1234 5600 0007 84");
    await page.getByLabel("Amount in euros").fill("12,50");
    await page.getByLabel("Reference or message").fill("1232");
    await page.getByRole("button", { name: "Check once more" }).click();
    expect(await page.getByLabel("IBAN").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("IBAN").fill("FI21 1234 5600 0007 85");
    await page.getByRole("button", { name: "Check once more" }).click();

    // Payee, amount and account before leaving.
    const approve = page.getByRole("button", { name: /Approve at/ });
    await approve.waitFor();
    for (const text of ["Maija Mallikas", "€12.50", "FI21 1234 5600 0007 85"]) await page.getByText(text).first().waitFor();
    await expectAccessible(page, "before the approval");
    await approve.click();

    await page.waitForURL((url) => url.origin !== product.origin);
    await page.locator("input[name=psuId]").fill("88888881");
    await page.keyboard.press("Enter");
    await page.locator('button[name=decision][value="approve"]').click();

    // Back on its page, which goes on by itself.
    await page.waitForURL(/\/payments\/[0-9a-f-]{36}/);
    await page.getByRole("heading", { name: "€12.50 to Maija Mallikas" }).waitFor();
    await page.getByText("Not yet").waitFor({ state: "detached", timeout: 30_000 });
    await expectAccessible(page, "paid");
    const line = page.getByRole("link", { name: "See it on your account" });
    const isThere = async (): Promise<boolean> => {
      await person.ask("POST", `/api/connections/${consentId}/refresh`, {});
      return line.isVisible();
    };
    await expect.poll(isThere, { timeout: 60_000, interval: 1_000 }).toBe(true);
    await line.click();
    await page.getByText("Maija Mallikas").first().waitFor();
    // And from the line back to the payment it shows, by keyboard.
    const payment = page.getByRole("link", { name: "See the payment" });
    await payment.focus();
    await expectAccessible(page, "the line of a payment");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "€12.50 to Maija Mallikas" }).waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
