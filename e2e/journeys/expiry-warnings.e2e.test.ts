import { sql } from "kysely";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { carrySession, type Complaints, launchBrowser, newPerson } from "../browser.ts";
import { Keyboard } from "../keyboard.ts";
import { Person, visitBank } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { asAdmin } from "../truth.ts";

/** A permission comes near its end: the open page says so at 30, 7 and 1 days, and how to renew, without a mouse. */
let product: TestProduct;
let browser: Browser;
let person: Person;
let consentId: string;
let seen: { readonly context: BrowserContext; readonly page: Page; readonly complaints: Complaints };

beforeAll(async () => {
  product = await startTestProduct({}, { OPL_TPP_ASPSPS: "op" });
  person = await new Person(product.origin).signUp();
  ({ consentId } = await person.connect("op", "88888882"));
  await person.untilRead(consentId);
  browser = await launchBrowser();
  seen = await newPerson(browser);
  await carrySession(person, seen.context);
  await seen.page.goto(`${product.origin}/`);
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

/** Moves the end so near that the warning of this day is due now; the service's own clock then finds it. */
const comeNear = (days: number): Promise<unknown> =>
  asAdmin(product, (db) =>
    sql`update opl_consent.consents
        set valid_until = now() + make_interval(days => ${days}), next_warning_at = now() - interval '1 second'
        where consent_id = ${consentId}::uuid`.execute(db),
  );

/** The events about it, as they were published. */
const warningsTold = (): Promise<number[]> =>
  asAdmin(product, async (db) => {
    const { rows } = await sql<{ days: number }>`
      select (data::json->>'daysLeft')::int as days from opl_consent.outbox
      where event_type = 'consent.expiring' and aggregate_id = ${consentId} and published_at is not null order by position`.execute(db);
    return rows.map(({ days }) => days);
  });

describe("the end of a permission comes near", () => {
  it("nothing is said before it is time", async () => {
    const { page } = seen;
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByRole("main").getByRole("link", { name: /OP/ }).first().waitFor();
    expect(await page.getByText(/ends in \d+ day/).count()).toBe(0);
  });

  it.each([
    [30, "30 days"],
    [7, "7 days"],
    [1, "1 day"],
  ])("%d days before: told as an event, and in the open page with the way to renew, by keyboard", async (days, words) => {
    const { page } = seen;
    const keyboard = new Keyboard(page);
    await page.goto(`${product.origin}/`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const before = await warningsTold();
    await comeNear(days);
    // The page is not loaded again: the event reaches it.
    const attention = page.getByRole("region", { name: "Needs your attention" });
    const line = attention.getByRole("listitem").filter({ hasText: `ends in ${words}. Renew it to keep figures coming.` });
    await line.waitFor({ timeout: 30_000 });
    expect(await warningsTold()).toEqual([...before, days]);
    await expectAccessible(page, `the overview ${words} before`);
    await keyboard.use(line.getByRole("link", { name: "Renew" }));

    await page.waitForURL(/\/permissions$/);
    const card = page.getByRole("region", { name: "OP (sandbox)" });
    await card.getByText(`Ends in ${words}`, { exact: true }).waitFor();
    expect(await card.getByRole("progressbar", { name: "Time used of this permission" }).getAttribute("aria-valuetext")).toMatch(new RegExp(`^${days} of `));
    await expectAccessible(page, `the permission ${words} before`);
  });

  it("the way on is the renewal of that very permission", async () => {
    const { page } = seen;
    const renew = page.getByRole("region", { name: "OP (sandbox)" }).getByRole("link", { name: "Renew" });
    await new Keyboard(page).use(renew);
    await page.waitForURL((url) => url.pathname === "/connect/op" && url.searchParams.get("renews") !== null);
    await page.getByRole("button", { name: /Continue to/ }).waitFor();
    await expectAccessible(page, "the renewal");
  });

  it("once renewed, the older permission still says which accounts it covered and when it was last used, also while the ledger is away", async () => {
    const { page } = seen;
    const before = (await person.get("getConnection", `/api/connections/${consentId}`)).connection;
    expect(before.accounts.length).toBeGreaterThan(0);
    const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op", renews: consentId });
    const renewed = await person.comeBack(await visitBank(redirectUrl, "88888882", "approve"));
    await person.untilRead(renewed.consentId);

    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${product.origin}/permissions`);
    const card = page.getByRole("region", { name: "OP (sandbox)" });
    const older = card.filter({ hasText: "Renewed by a newer one" });
    await older.waitFor();
    for (const { name } of before.accounts) expect(await older.getByRole("link", { name: name ?? "" }).count(), String(name)).toBeGreaterThan(0);
    expect(await card.count()).toBe(2);
    expect(await card.getByText(/^(None|Not yet|Never|Not known at the moment)$/).count()).toBe(0);

    // As bff answers while ingest is away: the older permission remembers by itself, of the newer one nothing is known yet.
    await page.route("**/api/connections", async (route) => {
      const answer = (await (await route.fetch()).json()) as { connections: (typeof before)[]; missing: string[] };
      const connections = answer.connections.map((connection) =>
        connection.consentId === consentId
          ? { ...connection, accounts: connection.accounts.map((account) => ({ ...account, name: null })) }
          : { ...connection, accounts: [], lastUsedAt: null },
      );
      await route.fulfill({ json: { connections, missing: ["accounts"] } });
    });
    await page.goto(`${product.origin}/permissions`);
    await older
      .getByText(/^(Account|Card)/)
      .first()
      .waitFor();
    expect(await older.getByRole("link").filter({ hasText: "••" }).count()).toBe(0);
    expect(await card.filter({ hasNotText: "Renewed by a newer one" }).getByText("Not known at the moment", { exact: true }).count()).toBe(2);
    expect(await older.getByText("Not known at the moment").count()).toBe(0);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    await expectAccessible(page, "permissions while the ledger is away");
    await page.unroute("**/api/connections");
  });

  it("the page complained of nothing", () => {
    expect(seen.complaints.found).toEqual([]);
  });
});
