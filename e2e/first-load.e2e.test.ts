import { sql } from "kysely";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { carrySession, launchBrowser, newPerson } from "./browser.ts";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";
import { untilSettled } from "./settled.ts";
import { asAdmin } from "./truth.ts";

/** How a visit begins: one document that names everything, and no request that waits for another one's content. */
let product: TestProduct;
let browser: Browser;
let person: Person;

beforeAll(async () => {
  product = await startTestProduct();
  person = await new Person(product.origin).signUp();
  await person.untilRead((await person.connect("op", "88888882")).consentId);
  // Nothing new is told while a page opens.
  await untilSettled(product);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

async function visitor(signedIn: boolean, options: Parameters<typeof newPerson>[1] = {}) {
  const visit = await newPerson(browser, options);
  if (signedIn) await carrySession(person, visit.context);
  // Nor what is young enough to be told again to whoever comes.
  await asAdmin(product, (db) => sql`update opl_bff.live_events set created_at = created_at - interval '1 minute'`.execute(db));
  return visit;
}

const headingOf = (html: string): string | undefined => /<h1[^>]*>([^<]*)</.exec(html)?.[1];

describe("the first load", () => {
  it.each([
    ["/welcome", false, "All your banks in one ledger, and every figure explains itself."],
    ["/sign-in", false, "Sign in"],
    ["/", true, "Overview"],
    ["/transactions", true, "Transactions"],
    ["/insights", true, "Insights"],
    ["/permissions", true, "Permissions"],
    ["/settings", true, undefined],
    ["/connect", true, "Connect a bank"],
  ])("of %s asks for everything at once, and for nothing twice", async (path, signedIn, heading) => {
    const { page, context, complaints } = await visitor(signedIn);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url().slice(product.origin.length)));
    const answer = await page.goto(`${product.origin}${path}`);
    const untilRendered = [...asked];
    await page.locator("main h1").first().waitFor();
    await page.waitForLoadState("load");
    const html = (await answer?.text()) ?? "";
    expect(headingOf(html)).toBe(heading);
    // Whatever script ran before there was something to see is named in the document.
    for (const script of untilRendered.filter((url) => url.startsWith("/assets/") && url.endsWith(".js"))) expect(html).toContain(`"${script}"`);
    const asks = (/data-asks="([^"]*)"/.exec(html)?.[1] ?? "").split(" ").filter((ask) => ask !== "");
    expect(asks.length > 0).toBe(signedIn);
    const question = (url: string): string => url.split("?", 1)[0] ?? "";
    for (const ask of asks) expect(asked.filter((url) => question(url) === question(ask))).toEqual([ask]);
    // Of the API nothing was asked before what the document asked.
    expect(asked.filter((url) => url.startsWith("/api/")).slice(0, asks.length)).toEqual(asks);
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it.each(["/settings", "/permissions", "/payments"])(
    "of %s, whose words come with it, comes to rest: nothing is drawn anew while nothing happens",
    async (path) => {
      const { page, context } = await visitor(true);
      // What the client tells development tools on every commit.
      await page.addInitScript(() => {
        const seen = { commits: 0 };
        const count = (): void => void (seen.commits += 1);
        const nothing = (): void => undefined;
        const hook = { supportsFiber: true, inject: () => 1, onCommitFiberRoot: count, onCommitFiberUnmount: nothing, onPostCommitFiberRoot: nothing };
        Object.assign(globalThis, { __REACT_DEVTOOLS_GLOBAL_HOOK__: hook, seen });
      });
      await page.goto(`${product.origin}${path}`);
      await page.locator("main h1").first().waitFor();
      const commits = () => page.evaluate<number>("seen.commits");
      expect(await commits()).toBeGreaterThan(0);
      const whileDrawing = (frames: number) =>
        page.evaluate<number>(`(async () => {
        const before = seen.commits;
        for (let n = 0; n < ${frames}; n += 1) await new Promise((drawn) => requestAnimationFrame(drawn));
        return seen.commits - before;
      })()`);
      await expect.poll(() => whileDrawing(30)).toBe(0);
      await context.close();
    },
  );

  it("shows the frame of the ledger to nobody who has no session", async () => {
    const { page, context } = await visitor(false);
    const answer = await page.goto(`${product.origin}/`);
    expect(headingOf((await answer?.text()) ?? "")).toBeUndefined();
    await page.waitForURL((url) => url.pathname === "/welcome");
    await context.close();
  });

  it("holds nothing of the person", async () => {
    const { page, context } = await visitor(true);
    const html = await (await page.goto(`${product.origin}/`))?.text();
    const me = await person.get("getMe", "/api/me");
    for (const secret of [me.name, me.email, me.psuId]) expect(html).not.toContain(secret);
    await context.close();
  });

  it("is in the language of the browser, then in the chosen one, never first in another", async () => {
    const { page, context, complaints } = await visitor(false, { locale: "fi-FI" });
    const first = await page.goto(`${product.origin}/sign-in`);
    expect(headingOf((await first?.text()) ?? "")).toBe("Kirjaudu sisään");
    await page.getByRole("button", { name: "Svenska" }).click();
    await page.getByRole("heading", { name: "Logga in" }).waitFor();
    const second = await page.reload();
    expect(headingOf((await second?.text()) ?? "")).toBe("Logga in");
    // The cookie is lost, the choice on the device is not: the document is in Finnish, and not shown.
    await context.clearCookies();
    const third = await page.reload();
    expect(headingOf((await third?.text()) ?? "")).toBe("Kirjaudu sisään");
    expect(await page.locator("html").getAttribute("data-shell")).toBe("off");
    await page.getByRole("heading", { name: "Logga in" }).waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
