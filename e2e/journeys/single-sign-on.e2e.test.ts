import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openIdClient, type OpenIdProvider, startOpenIdProvider } from "../../services/bff/test/openid-provider.ts";
import { freePort } from "../../tools/up/server-process.ts";
import { expectAccessible } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { productFolder } from "../folder.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";

/** Signing in with an account elsewhere, at a real OpenID provider that asks in the browser. */
const providerName = "Example ID";
const folder = productFolder("opl-e2e-provider-");
let product: TestProduct;
let provider: OpenIdProvider;
let browser: Browser;

beforeAll(async () => {
  // Each has to know where the other is; the provider listens at once, so that nobody else is given its port.
  const port = await freePort();
  provider = await startOpenIdProvider({ publicOrigin: `http://localhost:${port}` });
  const clientSecret = path.join(folder, "client-secret");
  writeFileSync(clientSecret, openIdClient.secret);
  product = await startTestProduct(
    {},
    {
      OPL_TPP_ASPSPS: "op",
      OPL_SINGLE_SIGN_ON_ISSUER: provider.issuer,
      OPL_SINGLE_SIGN_ON_CLIENT_ID: openIdClient.id,
      OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE: clientSecret,
      OPL_SINGLE_SIGN_ON_NAME: providerName,
    },
    port,
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await provider?.[Symbol.asyncDispose]();
  await product?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const signedOut = (url: URL): boolean => url.pathname === "/welcome" || url.pathname === "/sign-in";

/** From our page to the provider's. */
async function goThere(page: Page): Promise<void> {
  await page.goto(`${product.origin}/sign-in`);
  await page.getByRole("button", { name: `Continue with ${providerName}` }).click();
}

async function signInThere(page: Page, subject: string): Promise<void> {
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.getByLabel("Account").fill(subject);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function expectOverviewOf(page: Page, name: string): Promise<void> {
  await page.waitForURL(`${product.origin}/`);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("link", { name }).waitFor();
}

const whoIsThere = (page: Page): Promise<{ status: number; psuId?: string }> =>
  page.evaluate("fetch('/api/me').then(async (answer) => ({ status: answer.status, psuId: (await answer.json()).psuId }))");

describe("single sign-on in a browser", () => {
  it("is linked in the settings, and lets the same person in from then on: at once where the provider knows the browser, elsewhere when asked there (US-04, US-17)", async () => {
    const person = await new Person(product.origin).signUp("Sanna Kirjautuja");
    const { psuId } = await person.get("getMe", "/api/me");
    const { page, context, complaints } = await newPerson(browser);
    await carrySession(person, context);
    await page.goto(`${product.origin}/settings`);
    await page.getByRole("button", { name: "Link", exact: true }).click();
    await signInThere(page, "sanna");
    await page.waitForURL(`${product.origin}/settings`);
    await page.getByRole("button", { name: "Unlink" }).waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).last().click();
    await page.waitForURL(signedOut);
    expect(await whoIsThere(page)).toMatchObject({ status: 401 });

    await goThere(page);
    await expectOverviewOf(page, "Sanna Kirjautuja");
    expect(await whoIsThere(page)).toEqual({ status: 200, psuId });

    const elsewhere = await newPerson(browser);
    await goThere(elsewhere.page);
    await signInThere(elsewhere.page, "sanna");
    await expectOverviewOf(elsewhere.page, "Sanna Kirjautuja");
    expect(await whoIsThere(elsewhere.page)).toEqual({ status: 200, psuId });
    expect([...complaints.found, ...elsewhere.complaints.found]).toEqual([]);
    await elsewhere.context.close();
    await context.close();
  });

  it.each([
    ["that the person refused there", (page: Page) => page.getByRole("button", { name: "Refuse" }).click(), "That sign-in was not accepted"],
    ["of somebody whom nobody here has linked", (page: Page) => signInThere(page, "stranger"), "This sign-in is not linked yet"],
  ])("%s is said in a clear sentence, and leads back to signing in", async (_, decide, sentence) => {
    const { page, context, complaints } = await newPerson(browser);
    await goThere(page);
    await page.waitForURL((url) => url.origin === provider.issuer);
    await decide(page);
    const alert = page.getByRole("alert");
    await alert.getByRole("heading", { name: sentence }).waitFor();
    expect(page.url()).toBe(`${product.origin}/sign-in/return`);
    await expectAccessible(page, sentence);
    expect(await whoIsThere(page)).toMatchObject({ status: 401 });
    await alert.getByRole("link", { name: "Back to sign in" }).click();
    await page.waitForURL(`${product.origin}/sign-in`);
    await page.getByRole("button", { name: `Continue with ${providerName}` }).waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
