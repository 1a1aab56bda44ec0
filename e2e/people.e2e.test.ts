import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { launchBrowser, newPerson } from "./browser.ts";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** What only a real browser can show: passkeys, frames, hostile texts, what is left after signing out. */
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

/** Where who signs out ends: by their own click, or because the stream said first that the session is over. */
const signedOut = (url: URL): boolean => url.pathname === "/welcome" || url.pathname === "/sign-in";

async function signIn(page: Page, { email, password }: Person, from = "/"): Promise<void> {
  await page.goto(`${product.origin}/sign-in?from=${encodeURIComponent(from)}`);
  await page.getByLabel(/^Email/).fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === from);
}

/** Everything that breaks the page's own policy, as the page and as the server hear of it. */
async function watchPolicy(page: Page): Promise<() => Promise<{ violations: number; reports: number }>> {
  let reports = 0;
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/api/csp-reports") reports += 1;
  });
  await page.addInitScript("window.violations = 0; addEventListener('securitypolicyviolation', () => { window.violations += 1; })");
  return async () => ({ violations: await page.evaluate<number>("window.violations"), reports });
}

describe("passkeys in a browser", () => {
  it("a person signs up with a passkey alone, signs in with it again, and adds and removes ways in", async () => {
    const { page, complaints, context } = await newPerson(browser);
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto(`${product.origin}/welcome`);
    await page.getByLabel("Name").fill("Pirkko Avain");
    await page.getByLabel(/^Email/).fill("pirkko@ledger.example");
    await page.getByRole("button", { name: "Continue with a passkey" }).click();
    await page.waitForURL((url) => url.pathname === "/connect");

    await page.goto(`${product.origin}/settings`);
    await page.getByText("You have none, and need none.").waitFor();
    await expectAccessible(page, "settings", { bestPractice: true });
    await page.getByRole("button", { name: "Sign out", exact: true }).last().click();
    await page.waitForURL(signedOut);

    await page.goto(`${product.origin}/sign-in?from=%2Fsettings`);
    await expectAccessible(page, "sign in", { bestPractice: true });
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.waitForURL((url) => url.pathname === "/settings");

    // The last way in stays, until there is another.
    await page.getByRole("button", { name: "Change Passkey" }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByText("This is your last way in").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Set a password" }).click();
    await page.locator("[role=dialog] [name=password]").fill("kahdeksan ruskeaa karhua");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("A new one signs every other device out.").waitFor();

    // An authenticator app gets its secret as a picture and as text.
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByRole("img", { name: /QR code/ }).waitFor();
    await expectAccessible(page, "second factor", { bestPractice: true });
    await page.keyboard.press("Escape");

    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    expect((await file).suggestedFilename()).toMatch(/^one-point-ledger-.*\.csv$/);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("what a hostile page or text can do in a browser", () => {
  it("no page is shown in a frame of another site (US-18)", async () => {
    const { page, context } = await newPerson(browser);
    const person = await new Person(product.origin).signUp();
    await signIn(page, person);
    const attacker = createServer((request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<iframe src="${product.origin}${request.url}" width="900" height="900"></iframe>`);
    });
    attacker.listen(0, "127.0.0.1");
    await new Promise((resolve) => attacker.once("listening", resolve));
    for (const path of ["/connect/op", "/settings", "/welcome", "/api/me"]) {
      await page.goto(`http://127.0.0.1:${(attacker.address() as AddressInfo).port}${path}`);
      const [, frame] = page.frames();
      expect([path, frame?.url()]).toEqual([path, "chrome-error://chromewebdata/"]);
      expect(await frame?.locator("button:visible, form").count()).toBe(0);
    }
    attacker.closeAllConnections();
    attacker.close();
    await context.close();
  });

  it("texts of banks and people are texts: nothing runs and no policy is broken (US-19)", async () => {
    const { page, complaints, context } = await newPerson(browser);
    const policy = await watchPolicy(page);
    const evil = `<img src=x onerror="window.hit=1"><script>window.hit=1</script><svg onload=window.hit=1>{{7*7}}"'>javascript:window.hit=1`;
    const person = await new Person(product.origin, `${crypto.randomUUID()}@ledger.example`).signUp(evil.slice(0, 200));
    await person.untilRead((await person.connect("op", "88888882")).consentId);
    // Whatever text an answer holds is the attacker's: names of banks, accounts, payees, files and people.
    const hostile = (value: unknown, key = ""): unknown => {
      if (Array.isArray(value)) return value.map((one) => hostile(one));
      if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hostile(inner, name)]));
      return typeof value === "string" && /name|text|information|reference|message|matched|place/i.test(key) ? evil : value;
    };
    await page.route(/\/api\/(?!live|auth|csp)/, async (route) => {
      const answer = await route.fetch();
      const type = answer.headers()["content-type"] ?? "";
      if (!type.startsWith("application/json")) return route.fulfill({ response: answer });
      return route.fulfill({ response: answer, json: hostile(await answer.json()) });
    });
    await signIn(page, person);
    for (const path of ["/", "/transactions", "/insights", "/permissions", "/settings", "/connect"]) {
      await page.goto(`${product.origin}${path}`);
      await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached" });
      await page.getByText("<img src=x", { exact: false }).first().waitFor();
      expect([path, await page.evaluate("window.hit")]).toEqual([path, undefined]);
      expect([path, await policy()]).toEqual([path, { violations: 0, reports: 0 }]);
    }
    expect(complaints.found).toEqual([]);
    // The watch itself works: what would run is stopped, and told.
    await page.evaluate("document.body.append(Object.assign(document.createElement('script'), { src: 'https://evil.example/x.js' }))").catch(() => undefined);
    await expect.poll(async () => (await policy()).violations).toBeGreaterThan(0);
    await context.close();
  });

  it("after signing out the back button and the browser's stores show nothing of the person (US-28)", async () => {
    const { page, context } = await newPerson(browser);
    const person = await new Person(product.origin).signUp("Kaarina Salainen");
    await signIn(page, person);
    await page.goto(`${product.origin}/settings`);
    await page.getByText("Kaarina Salainen").first().waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).last().click();
    await page.waitForURL(signedOut);
    // The address changes before the page does; who goes back in between only stops that.
    await page.getByText("Kaarina Salainen").first().waitFor({ state: "detached" });
    for (let back = 0; back < 3; back += 1) {
      await page.goBack();
      if (page.url() === "about:blank") break;
      // The address of before leads away as soon as the answer is in.
      await page.waitForURL(signedOut);
      await page.locator("h1").first().waitFor();
      expect(await page.content()).not.toMatch(/Kaarina|Salainen/);
      expect(await page.content()).not.toContain(person.email);
    }
    await page.goto(`${product.origin}/welcome`);
    const stored = await page.evaluate<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])");
    expect(stored).not.toMatch(/Kaarina|ledger\.example/);
    expect(await page.evaluate<number>("caches.keys().then((keys) => keys.length)")).toBe(0);
    await context.close();
  });
});
