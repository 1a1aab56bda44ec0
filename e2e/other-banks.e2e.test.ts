import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { carrySession, launchBrowser, newPerson } from "./browser.ts";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** Banks that speak other profiles of OAuth than OP, through the whole product: registered at, connected, read. */
let product: TestProduct;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  product = await startTestProduct();
  person = await new Person(product.origin).signUp();
  await vi.waitUntil(
    async () => {
      const { banks } = await person.get("listBanks", "/api/banks");
      return ["fapi1-sandbox", "fapi2-sandbox", "decoupled-sandbox"].every((aspspId) => banks.find((bank) => bank.aspspId === aspspId)?.registered);
    },
    { timeout: 60_000, interval: 200 },
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

describe("a bank of the FAPI profiles", () => {
  it.each([
    ["FAPI 1.0 Advanced: signed requests pushed, signed answers, certificate-bound tokens", "fapi1-sandbox", "77777771"],
    ["FAPI 2.0: pushed requests, PKCE, private_key_jwt", "fapi2-sandbox", "66666661"],
  ])("%s", async (_, aspspId, bankPsu) => {
    const back = await person.connect(aspspId, bankPsu);
    expect(back).toMatchObject({ outcome: "authorised" });
    const { connection, accounts } = await person.untilRead(back.consentId);
    expect(connection).toMatchObject({ status: "valid", sync: { status: "completed" } });
    expect(accounts.length).toBeGreaterThan(0);
  });

  it("OA-74 decoupled: the page waits while the person says yes in the bank's app, and goes on by itself", async () => {
    const { page, context, complaints } = await newPerson(browser);
    await carrySession(person, context);
    await page.goto(`${product.origin}/connect`);
    await page.getByRole("link", { name: /Routa/ }).click();
    await page.getByLabel(/Your user ID/).fill("55555551");
    await page.getByRole("button", { name: /Continue to/ }).click();
    await page.getByRole("heading", { name: "Approve in your bank’s app" }).waitFor();

    const phone = await context.newPage();
    await phone.goto(product.sandbox.fapi.decoupled.pageUrl);
    await phone.locator("input[name=psuId]").fill("55555551");
    await phone.keyboard.press("Enter");
    await phone.locator('button[name=decision][value="approve"]').click();

    await page.getByRole("heading", { name: /is connected/ }).waitFor({ timeout: 30_000 });
    await page.getByText(/Everything is read/).waitFor({ timeout: 60_000 });
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
