import { readFileSync } from "node:fs";
import path from "node:path";
import { request } from "undici";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPerson } from "./browser.ts";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** What a bank, or something between it and the person, puts into the way back. */
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

const logOf = (service: string): string => readFileSync(path.join(product.logDir, `${service}.log`), "utf8");
const tokenCalls = async (since: number): Promise<number> =>
  (await product.bank<{ calls: { grant?: string }[] }>("GET", `/books/calls?since=${since}&endpoint=T1`)).calls.filter(
    ({ grant }) => grant === "authorization_code",
  ).length;
const lastSeq = async (): Promise<number> => (await product.bank<{ lastSeq: number }>("GET", "/books/summary")).lastSeq;

describe("on the way back from the bank", () => {
  it("OA-17 script in an error's text is neither run nor shown nor logged; the page is neutral and lets the person try again", async () => {
    const { origin } = product;
    const { page, complaints } = await newPerson(browser);
    const script = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const description = `planted-${"y".repeat(3_000)}${script}`;
    await page.goto(origin);
    await page.getByLabel("Name").fill("Aino Esimerkki");
    await page.getByLabel(/^Email/).fill("script@ledger.example");
    await page.getByLabel(/^Password/).fill("a-long-enough-passphrase");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.waitForURL(`${origin}/connect`);
    await page.getByRole("searchbox").fill("op");
    await page.getByRole("link", { name: /OP/ }).first().click();
    await page.getByRole("button", { name: /Continue to/ }).click();
    await page.waitForURL((url) => url.origin !== origin);
    await product.bank("POST", "/faults", { fault: "response.error", options: { error: "server_error", description } });
    const since = await lastSeq();
    await page.locator("input[name=psuId]").fill("88888882");
    await page.locator("form button").first().click();
    await page.locator('button[name=decision][value="approve"]').click();
    await page.waitForURL((url) => url.origin === origin);
    await page
      .getByRole("link", { name: /try again|choose/i })
      .or(page.getByRole("button", { name: /try again|choose/i }))
      .first()
      .waitFor();
    await product.bank("DELETE", "/faults");
    expect(await page.title()).not.toContain("owned");
    expect(await page.content()).not.toMatch(/planted-|onerror/);
    expect(page.url()).not.toContain("planted");
    expect(complaints.found).toEqual([]);
    expect(await tokenCalls(since)).toBe(0);
    for (const service of ["bff", "consent", "bank-gateway"]) expect(logOf(service), service).not.toContain("planted-");
    const events = logOf("consent")
      .split("\n")
      .filter((line) => line.includes('"securityEvent"'));
    expect(events.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual(["ERR_AUTHORISATION_ASPSP_ERROR"]);
  });

  it("OA-22 HEAD, prefetch, scanners and POST at the return address burn nothing: the person's own return still works", async () => {
    const person = await new Person(product.origin).signUp();
    const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
    const returned = new URL(await visitBank(redirectUrl, "88888881", "approve"));
    const since = await lastSeq();
    // As a bank that answers in the query would have it: the part a scanner gets to see.
    const seen = new URL(returned);
    seen.search = seen.hash.slice(1);
    seen.hash = "";
    const ask = async (method: string, headers: Record<string, string>, body?: string): Promise<number> => {
      const answer = await request(seen, { method: method as "GET", headers: { cookie: person.cookie, ...headers }, ...(body === undefined ? {} : { body }) });
      await answer.body.dump();
      return answer.statusCode;
    };
    const form = { "content-type": "application/x-www-form-urlencoded", origin: new URL(redirectUrl ?? "").origin, "sec-fetch-site": "cross-site" };
    const answers = [
      await ask("HEAD", {}),
      await ask("GET", { "sec-purpose": "prefetch;prerender", purpose: "prefetch" }),
      await ask("GET", { "user-agent": "link scanner" }),
      await ask("POST", form, seen.searchParams.toString()),
    ];
    expect(answers[0]).toBe(405);
    expect(answers.slice(1, 3)).toEqual([200, 200]);
    expect([403, 404, 405]).toContain(answers[3]);
    expect(await tokenCalls(since)).toBe(0);
    expect(await person.comeBack(returned.href)).toMatchObject({ outcome: "authorised" });
    expect(await tokenCalls(since)).toBe(1);
  });

  it("OA-10 US-07 the return again and again, twenty at once: one token call, one connection", async () => {
    const person = await new Person(product.origin).signUp();
    const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
    const returned = await visitBank(redirectUrl, "88888881", "approve");
    const since = await lastSeq();
    await Promise.allSettled(Array.from({ length: 20 }, () => person.comeBack(returned)));
    expect(await person.comeBack(returned)).toMatchObject({ outcome: "authorised" });
    expect(await tokenCalls(since)).toBe(1);
    expect((await person.get("listConnections", "/api/connections")).connections).toHaveLength(1);
  });
});
