import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ResponseOf } from "@opl/contracts/http";
import type { getDesiredState, listRegistrations } from "@opl/contracts/http/tpp-registry";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { type Complaints, launchBrowser, newPerson } from "../browser.ts";
import { startTestProduct, type TestProduct } from "../product.ts";

/** What an operator sees and does in the browser, on the real product; and what nobody else does (TM-29, US-42). */
let product: TestProduct;
let browser: Browser;
let operator: { readonly context: BrowserContext; readonly page: Page; readonly complaints: Complaints };

async function signIn(page: Page, from: string, login: { readonly email: string; readonly password: string }): Promise<void> {
  await page.goto(`${product.origin}${from}`);
  await page.waitForURL((url) => url.pathname === "/sign-in");
  await page.getByLabel(/^Email/).fill(login.email);
  await page.getByRole("textbox", { name: /^Password/ }).fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const noFindings = (page: Page): Promise<void> => expectAccessible(page, page.url(), { bestPractice: true });

const go = (page: Page, to: "Banks" | "Certificates" | "Plan"): Promise<void> =>
  page.getByRole("navigation", { name: "For operators" }).getByRole("link", { name: to }).click();

/** Makes a key and a request for it on the page; `look` sees the dialog before and afterwards. */
async function requestCertificate(page: Page, purpose: "QWAC" | "QSealC", look: (page: Page) => Promise<void> = async () => undefined): Promise<void> {
  await page.getByRole("button", { name: "Request a certificate" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the certificate").waitFor();
  await dialog.getByText(purpose === "QWAC" ? "QWAC, to call" : "QSealC, to sign").click();
  await look(page);
  for (const [field, text] of [
    ["Organisation id", "PSDFI-FINFSA-1234567-8"],
    ["Authority", "FI-FINFSA"],
    ["Name of the authority", "Finanssivalvonta"],
  ] as const) {
    await dialog.getByLabel(field, { exact: true }).fill(text);
  }
  await dialog.getByRole("button", { name: "Make key and request" }).click();
  await dialog.getByText(/-----BEGIN CERTIFICATE REQUEST-----/).waitFor();
  expect(await page.content()).not.toContain("PRIVATE KEY");
  await look(page);
  await dialog.getByRole("button", { name: "Done" }).click();
}

/** What the trust service provider answers to a request that somebody carried there: PKCS#7. */
async function issuedFor(csrPem: string): Promise<Buffer> {
  const { qtspUrl, caFile } = product.sandbox;
  const secret = readFileSync(path.join(product.secretsDir, "sandbox", "qtsp-secret"), "utf8").trim();
  await using stack = new AsyncDisposableStack();
  const agent = stack.adopt(new Agent({ connect: { ca: readFileSync(caFile) } }), (one) => one.close());
  const answer = await request(`${qtspUrl}/.well-known/est/simpleenroll`, {
    dispatcher: agent,
    method: "POST",
    headers: { "content-type": "application/pkcs10", "x-api-key": secret },
    body: csrPem.replaceAll(/-----[A-Z ]+-----|\s/g, ""),
  });
  const text = await answer.body.text();
  expect([answer.statusCode, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return Buffer.from(text, "base64");
}

/** Every secret of this installation and of the bank's side, and the signature of every token that the registry keeps. */
async function secrets(): Promise<readonly string[]> {
  const filesIn = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "service-jwks.json")
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8").trim())
      .map((text) => /"d":"([^"]+)"/.exec(text)?.[1] ?? text);
  const apiKeys = readFileSync(path.join(product.dir, "sandbox", "op", "clients.jsonl"), "utf8").matchAll(/"apiKey":"([^"]+)"/g);
  const told = await product.operator<ResponseOf<typeof listRegistrations>>("tpp-registry", "GET", "/registrations");
  const signatures = JSON.stringify(told).matchAll(/"[\w-]{10,}\.[\w-]{10,}\.([\w-]{40,})"/g);
  const found = [...filesIn(product.secretsDir), ...[...apiKeys, ...signatures].map(([, text = ""]) => text)].filter((text) => text.length > 8);
  expect(found.length).toBeGreaterThan(20);
  return found;
}

beforeAll(async () => {
  // Slow enough that a renewal is seen while it happens; one bank, and no provider that issues at once: an operator carries the request.
  // The UK bank registers by hand.
  product = await startTestProduct({ SANDBOX_LATENCY_MS: "150" }, { OPL_TPP_ASPSPS: "op", OPL_QTSP_EST_URL: "", UK_REGISTRATION: "manual" });
  browser = await launchBrowser();
  operator = await newPerson(browser);
  await signIn(operator.page, "/operator", product.operatorLogin);
  await operator.page.waitForURL((url) => url.pathname === "/operator");
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

describe("an operator in the browser", () => {
  it("sees the bank registered, every step done, and how long the certificates last", async () => {
    const { page } = operator;
    const bank = page.locator('[data-bank="op"]');
    await bank.getByText("Registered", { exact: true }).waitFor();
    await bank.locator('[data-step][data-state="done"]').first().waitFor();
    expect(await bank.locator("[data-step]").count()).toBe(6);
    expect(await bank.locator('[data-step][data-state="done"]').count()).toBe(6);
    await bank.getByText(/^[\d,]+ days left$/).waitFor();
    await noFindings(page);
  });

  it("opens what a step produced and finds no secret in it", async () => {
    const { page } = operator;
    for (const step of ["Software statement signed", "Registration request signed", "Sent to the bank"]) {
      await page.getByRole("button", { name: new RegExp(`^Show.*${step}$`) }).click();
      const dialog = page.getByRole("dialog", { name: step });
      await dialog.locator("dd").first().waitFor();
      if (step === "Registration request signed") {
        // The statement inside the request is readable too.
        await dialog.getByText("software_statement", { exact: true }).waitFor();
        expect(await dialog.getByText("claims", { exact: true }).count()).toBe(2);
      }
      await noFindings(page);
      const html = await page.content();
      for (const secret of await secrets()) expect(html.includes(secret)).toBe(false);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
  });

  it("renews after a yes, and sees the successor complete without a reload", async () => {
    const { page } = operator;
    const bank = page.locator('[data-bank="op"]');
    const before = await bank.locator("[data-registration]").first().getAttribute("data-registration");
    await bank.getByRole("button", { name: "Renew" }).click();
    const question = page.getByRole("dialog", { name: /Renew the registration at/ });
    await question.getByText(/serves people until the new one is complete/).waitFor();
    await noFindings(page);
    await question.getByRole("button", { name: "Renew" }).click();
    await question.waitFor({ state: "detached" });
    // Under way beside the one in use …
    await bank.getByText("Renewing", { exact: true }).waitFor();
    await bank.getByText("Registered", { exact: true }).waitFor();
    // … and in its place.
    await bank.getByText("Renewing", { exact: true }).waitFor({ state: "detached", timeout: 60_000 });
    const now = bank.locator("details[data-registration]").first();
    expect(await now.getAttribute("data-registration")).not.toBe(before);
    await bank.getByText("Earlier: 1 registration").waitFor();
    const { registrations } = await product.operator<ResponseOf<typeof listRegistrations>>("tpp-registry", "GET", "/registrations");
    expect(registrations.map(({ status, replaces }) => [status, replaces])).toContainEqual(["completed", before]);
    expect(readFileSync(path.join(product.logDir, "bff.log"), "utf8")).toMatch(/"outcome":"done".*an operator acted/);
  });

  it.each([
    ["a part of its name", "Part of the name", "op"],
    ["its country", "Country", "fi"],
    ["its BIC", "BIC", "OKOYFIHH"],
  ])("finds the bank by %s", async (_by, field, text) => {
    const { page } = operator;
    const search = page.getByRole("search", { name: "Directory of banks" });
    await search.getByLabel(field).fill(text);
    const found = page.getByRole("list", { name: "Banks found" });
    await found.getByText("OP (sandbox)").waitFor();
    expect(await found.innerText()).toMatch(/Registration · Permissions of people · Accounts/);
    await search.getByLabel("Part of the name").fill("no such bank");
    await page.getByText("No bank fits").waitFor();
    await search.getByLabel("Part of the name").fill("");
    await search.getByLabel(field).fill("");
  });

  it("sees the certificates, and gets a request for one of our own to take along", async () => {
    const { page } = operator;
    await go(page, "Certificates");
    await page.getByRole("heading", { level: 1, name: "Certificates" }).waitFor();
    await page.locator("[data-certificate]").first().waitFor();
    expect(await page.locator("[data-certificate]").first().innerText()).toMatch(/days left[\s\S]*Organisation id[\s\S]*PSD[\s\S]*Authority[\s\S]*PSP_AI/);
    await noFindings(page);

    await requestCertificate(page, "QWAC", noFindings);
    await page.getByText("Certificate awaited").waitFor();

    // What is no certificate is refused in words.
    await page.getByRole("button", { name: "Import the certificate" }).click();
    await page.getByRole("dialog").getByLabel("Or its text").fill("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----");
    await page.getByRole("dialog").getByRole("button", { name: "Check and import" }).click();
    await page.getByRole("dialog").getByText("This was refused").waitFor();
    await noFindings(page);
    await page.keyboard.press("Escape");
  });

  it("reads the plan and the document in force, and has every bank asked", async () => {
    const { page } = operator;
    await go(page, "Plan");
    await page.getByText("Nothing to do", { exact: true }).waitFor();
    await page.getByText(/"publicOrigin"/).waitFor();
    await page.getByRole("button", { name: "Ask every bank now" }).click();
    await page.getByText(/Banks were asked for their own records/).waitFor();
    await noFindings(page);
  });

  it("begins to register at a bank, and reads that a certificate of our own is missing", async () => {
    const { page } = operator;
    await go(page, "Banks");
    const found = page.getByRole("list", { name: "Banks found" }).getByRole("listitem").filter({ hasText: "UK Open Banking (sandbox)" });
    await found.getByText("By hand").waitFor();
    await found.getByRole("button", { name: "Register" }).click();
    const question = page.getByRole("dialog", { name: "Register at UK Open Banking (sandbox)?" });
    await question.getByRole("button", { name: "Register" }).click();
    await question.waitFor({ state: "detached" });
    const bank = page.locator('[data-bank="uk-sandbox"]');
    await bank.getByText("No certificate of our own fits this bank.").waitFor();
    await noFindings(page);
    await bank.getByRole("link", { name: "Certificates" }).click();
    await page.getByRole("heading", { level: 1, name: "Certificates" }).waitFor();
  });

  it("imports what the provider issued for the request, and sees how long it lasts", async () => {
    const { page } = operator;
    await requestCertificate(page, "QSealC");
    for (const purpose of ["QWAC: proves who calls", "QSealC: signs what we send"]) {
      const card = page.locator("[data-own-certificate]", { has: page.getByRole("heading", { name: purpose }) });
      const download = page.waitForEvent("download");
      await card.getByRole("button", { name: "Download the request" }).click();
      const chain = await issuedFor(readFileSync(await (await download).path(), "utf8"));
      await card.getByRole("button", { name: "Import the certificate" }).click();
      const dialog = page.getByRole("dialog", { name: "Import the certificate" });
      await dialog.getByLabel("File").setInputFiles({ name: "issued.p7b", mimeType: "application/pkcs7-mime", buffer: chain });
      await dialog.getByRole("button", { name: "Check and import" }).click();
      await dialog.waitFor({ state: "detached" });
      await card.getByText("Ready", { exact: true }).waitFor();
      await card.getByText(/^7\d\d days left$/).waitFor();
      await card.getByText("Nowhere yet").waitFor();
    }
    expect(await page.getByText("Certificate awaited").count()).toBe(0);
    await noFindings(page);
  });

  it("sees the registration go on by itself with the certificates it waited for, and types in what the bank's portal gave out", async () => {
    const { page, complaints } = operator;
    await go(page, "Banks");
    const bank = page.locator('[data-bank="uk-sandbox"]');
    await bank.locator('[data-step="certificates"][data-state="done"]').waitFor();
    await bank.getByText("Waits for credentials").waitFor();
    // What to give at the portal, in the words of this page.
    const redirectUri = `${product.origin}/connect/return/uk-sandbox`;
    await bank.getByText(redirectUri).waitFor();
    expect(await bank.innerText()).not.toContain("PUT /registrations");
    await noFindings(page);

    const given = await product.bank<{ clientId: string; clientSecret: string }>("POST", "/uk/clients", {
      clientName: "One Point Ledger",
      redirectUris: [redirectUri],
      scope: "accounts payments fundsconfirmations",
      method: "client_secret_post",
    });
    await bank.getByRole("button", { name: "Enter credentials" }).click();
    const dialog = page.getByRole("dialog", { name: "Credentials from UK Open Banking (sandbox)" });
    await dialog.getByLabel("Client id").fill(given.clientId);
    await dialog.getByLabel("Client secret").fill(given.clientSecret);
    await noFindings(page);
    await dialog.getByRole("button", { name: "Seal and go on" }).click();
    await dialog.waitFor({ state: "detached" });
    await bank.getByText("Registered", { exact: true }).waitFor();
    expect(await bank.locator('[data-step][data-state="done"]').count()).toBe(4);
    await bank.getByText(/^7\d\d days left$/).waitFor();
    expect(await page.content()).not.toContain(given.clientSecret);
    expect(complaints.found).toEqual([]);
  });

  it("has the step that waits for a bank tried at once", async () => {
    const { page, complaints } = operator;
    // A bank that wants to be left alone for longer than anybody looks at this page.
    const busy = { fault: "network.status", for: { endpoint: "R1" }, options: { status: 503, retryAfter: "300" } };
    await product.bank("POST", "/faults", busy);
    const bank = page.locator('[data-bank="op"]');
    await bank.getByRole("button", { name: "Renew" }).click();
    await page
      .getByRole("dialog", { name: /Renew the registration at/ })
      .getByRole("button", { name: "Renew" })
      .click();
    await bank.getByText(/“Try now” does not wait\.$/).waitFor({ timeout: 60_000 });
    await noFindings(page);
    await product.bank("DELETE", "/faults");
    await bank.getByRole("button", { name: "Try now" }).click();
    const question = page.getByRole("dialog", { name: "Try again at OP (sandbox)?" });
    await question.getByText(/The step that waits is done at once/).waitFor();
    await question.getByRole("button", { name: "Try now" }).click();
    await question.waitFor({ state: "detached" });
    await bank.getByText("Renewing", { exact: true }).waitFor({ state: "detached", timeout: 60_000 });
    await bank.getByText("Registered", { exact: true }).waitFor();
    expect(complaints.found).toEqual([]);
  });

  it("sees what a change came to that the bank refused: what to do, and in the plan what differs", async () => {
    const { page } = operator;
    await product.bank("POST", "/faults", { fault: "network.status", for: { endpoint: "R1" }, options: { status: 400 } });
    const { document } = await product.operator<ResponseOf<typeof getDesiredState>>("tpp-registry", "GET", "/desired-state");
    const redirectUris = [`${product.origin}/connect/return/op`, `${product.origin}/connect/return/op-2`];
    await product.operator("tpp-registry", "PUT", "/desired-state", { document: { ...document, banks: [{ aspsp: "op", redirectUris }] } });
    const bank = page.locator('[data-bank="op"]');
    const renewalFailed = async (): Promise<boolean> => {
      const { registrations } = await product.operator<ResponseOf<typeof listRegistrations>>("tpp-registry", "GET", "/registrations");
      return registrations.find(({ aspspId }) => aspspId === "op")?.status === "failed";
    };
    // A page at rest looks again three times a minute; it is looked at anew instead of waiting for that.
    await expect.poll(() => renewalFailed(), { interval: 500 }).toBe(true);
    await page.reload();
    await bank.getByText("Renewal failed", { exact: true }).waitFor();
    await bank.getByText("Registered", { exact: true }).waitFor();
    await bank.getByText(/^The bank said no\./).waitFor();
    await noFindings(page);

    await go(page, "Plan");
    const differences = page.getByRole("group", { name: "Differences at OP (sandbox)" });
    await page.getByText("1 thing that applying would do").waitFor();
    await page.getByText("Try again", { exact: true }).waitFor();
    await page.getByText(/^Other terms are wanted than those we are registered with\. The last attempt failed:/).waitFor();
    expect(await differences.getByRole("row").allInnerTexts()).toEqual([
      expect.stringMatching(/What\s+Is\s+Should be/),
      expect.stringMatching(new RegExp(`^Redirect URIs\\s+${redirectUris[0]}\\s+${redirectUris.join("[,\\s]+")}$`)),
    ]);
    await noFindings(page);
  });

  it("has the failed registration tried again, and sees it through", async () => {
    const { page, complaints } = operator;
    await product.bank("DELETE", "/faults");
    await go(page, "Banks");
    const bank = page.locator('[data-bank="op"]');
    await bank.getByRole("button", { name: "Try now" }).click();
    const question = page.getByRole("dialog", { name: "Try again at OP (sandbox)?" });
    await question.getByText(/A new registration begins at its first step/).waitFor();
    await question.getByRole("button", { name: "Try now" }).click();
    await question.waitFor({ state: "detached" });
    await bank.getByText("Renewing", { exact: true }).waitFor();
    await bank.getByText("Renewing", { exact: true }).waitFor({ state: "detached", timeout: 60_000 });
    expect(await bank.getByText("Renewal failed", { exact: true }).count()).toBe(0);
    await go(page, "Plan");
    await page.getByText("Nothing to do", { exact: true }).waitFor();
    await page.getByText(/"redirectUris"/).waitFor();
    expect(complaints.found).toEqual([]);
  });

  it.each([
    ["/operator", 320],
    ["/operator/certificates", 320],
    ["/operator/plan", 320],
    ["/operator", 390],
    ["/operator/certificates", 390],
  ])("finds %s no wider than a window of %i px", async (at, width) => {
    const { page, complaints } = operator;
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`${product.origin}${at}`);
    await page.locator("main h1").waitFor();
    await page.locator("main section, main article").first().waitFor();
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    expect(complaints.found).toEqual([]);
  });

  it.each([
    ["fi", "Pankit", "Varmenteet"],
    ["sv", "Banker", "Certifikat"],
  ])("reads everything in %s", async (locale, heading, certificates) => {
    const { page } = operator;
    const choose = (language: string): Promise<number> =>
      page.evaluate<number>(
        `fetch("/api/me/preferences", { method: "PATCH", headers: { "opl-csrf": "1", "content-type": "application/json" }, body: '{"locale":"${language}"}' }).then(({ status }) => status)`,
      );
    expect(await choose(locale)).toBe(200);
    const other = await newPerson(browser);
    await signIn(other.page, "/operator", product.operatorLogin);
    await other.page.getByRole("heading", { level: 1, name: heading }).waitFor();
    await other.page.getByRole("link", { name: certificates, exact: true }).click();
    await other.page.getByRole("heading", { level: 1, name: certificates }).waitFor();
    await other.context.close();
    expect(await choose("en")).toBe(200);
  });
});

describe("anybody else", () => {
  it("has no way to these pages, and is refused at their address", async () => {
    const { page, context, complaints } = await newPerson(browser);
    await signIn(page, "/settings", product.demo);
    await page.waitForURL((url) => url.pathname === "/settings");
    expect(await page.getByRole("link", { name: "Operator" }).count()).toBe(0);
    for (const at of ["/operator", "/operator/certificates", "/operator/plan"]) {
      await page.goto(`${product.origin}${at}`);
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    }
    const answer = await page.evaluate<[number, string]>("fetch('/api/operator/banks').then(async (answer) => [answer.status, (await answer.json()).code])");
    expect(answer).toEqual([403, "ERR_OPERATORS_ONLY"]);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
