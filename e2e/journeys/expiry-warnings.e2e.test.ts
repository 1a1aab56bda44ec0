import { sql } from "kysely";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { carrySession, type Complaints, launchBrowser, newPerson } from "../browser.ts";
import { Keyboard } from "../keyboard.ts";
import { Person, visitBank } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { asAdmin } from "../truth.ts";

/** A permission comes near its end, or must be confirmed: the open page says so, and how to go on, without a mouse. */
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
    // The page asks again by itself; that one too has its answer before the next test sees the page.
    await page.unrouteAll({ behavior: "wait" });
  });
});

describe("a permission that the person must confirm every 90 days", () => {
  const bankPsu = "88888881";
  let careful: Person;
  let confirmed: string;
  let open: typeof seen;
  beforeAll(async () => {
    careful = await new Person(product.origin).signUp();
    ({ consentId: confirmed } = await careful.connect("op", bankPsu));
    await careful.untilRead(confirmed);
    open = await newPerson(browser);
    await carrySession(careful, open.context);
    await open.page.goto(`${product.origin}/`);
  });

  /** As at a bank in the UK, where the person last said yes 90 days before `days` from now; the service's own clock then finds it. */
  const mustConfirmIn = (days: number): Promise<unknown> =>
    asAdmin(product, (db) =>
      sql`update opl_consent.consents
          set reconfirm_days = 90, confirmed_at = now() + make_interval(days => ${days - 90}),
            reconfirm_by = now() + make_interval(days => ${days}), next_reminder_at = now() - interval '1 second'
          where consent_id = ${confirmed}::uuid`.execute(db),
    );
  const remindersTold = (): Promise<number[]> =>
    asAdmin(product, async (db) => {
      const { rows } = await sql<{ days: number }>`
        select (data::json->>'daysLeft')::int as days from opl_consent.outbox
        where event_type = 'consent.reconfirmation-due' and aggregate_id = ${confirmed} and published_at is not null order by position`.execute(db);
      return rows.map(({ days }) => days);
    });
  const connection = async () => (await careful.get("getConnection", `/api/connections/${confirmed}`)).connection;
  const atBank = async (since = 0) => product.bank<{ calls: { endpoint: string }[]; lastSeq: number }>("GET", `/books/calls?since=${since}&psu=${bankPsu}`);
  /** The next unattended reading is due, and the plan is looked at now instead of within a minute. */
  const readBySchedule = () =>
    asAdmin(product, async (db) => {
      await sql`update opl_ingest.consents set next_sync_at = now() - interval '1 hour' where consent_id = ${confirmed}::uuid and status = 'active'`.execute(
        db,
      );
      await sql`insert into opl_ingest.job (name) values ('scheduled-syncs')`.execute(db);
    });
  /** Asked for again until the ledger has heard of the confirmation. */
  const isReadAfter = async (seq: number): Promise<void> => {
    const reads = async (): Promise<number> => {
      await readBySchedule();
      return (await atBank(seq)).calls.filter(({ endpoint }) => /^A[4-8]$/.test(endpoint)).length;
    };
    await expect.poll(reads, { interval: 1_000 }).toBeGreaterThan(0);
    await expect.poll(async () => (await connection()).sync?.status, { interval: 100 }).toBe("completed");
  };
  /** By keyboard, without leaving for the bank. @returns the last call that the bank had before */
  const confirm = async (): Promise<number> => {
    const { page } = open;
    const { lastSeq } = await atBank();
    const card = page.getByRole("region", { name: "OP (sandbox)" });
    await new Keyboard(page).use(card.getByRole("button", { name: "Confirm" }));
    await card.getByRole("button", { name: "Confirm" }).waitFor({ state: "detached" });
    expect(new URL(page.url()).pathname).toBe("/permissions");
    // Nothing but reading, where that begins again at once: no permission is asked for, and nobody is on its pages.
    const { calls } = await atBank(lastSeq);
    expect(calls.map(({ endpoint }) => endpoint).filter((endpoint) => /^(A[1-3]|Z)/.test(endpoint))).toEqual([]);
    return lastSeq;
  };

  it("told before in the open page, confirmed here without the bank, and reading goes on for another 90 days", async () => {
    const { page } = open;
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await page.getByText(/that we may go on reading/).count()).toBe(0);
    await mustConfirmIn(30);
    const attention = page.getByRole("region", { name: "Needs your attention" });
    const line = attention
      .getByRole("listitem")
      .filter({ hasText: "Confirm within 30 days that we may go on reading at OP (sandbox). You need not visit the bank." });
    await line.waitFor({ timeout: 30_000 });
    // The page says so from the day on, whichever comes first of the event and its own next question.
    await expect.poll(remindersTold, { interval: 100 }).toEqual([30]);
    await expectAccessible(page, "the overview before the confirmation");
    await new Keyboard(page).use(line.getByRole("link", { name: "Confirm" }));
    await page.waitForURL(/\/permissions$/);
    await page.getByText(/^Confirm by .+ that we may go on reading$/).waitFor();
    await expectAccessible(page, "the permission before the confirmation");

    const seq = await confirm();
    const { status, daysToReconfirm, history } = await connection();
    expect([status, daysToReconfirm, history.at(-1)?.what]).toEqual(["valid", 90, "reconfirmed"]);
    await isReadAfter(seq);
    await page.goto(`${product.origin}/`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByRole("main").getByRole("link", { name: /OP/ }).first().waitFor();
    expect(await page.getByText(/that we may go on reading/).count()).toBe(0);
  });

  it("not confirmed in time: the open page says that reading is paused, the bank hears nothing, and a word later it is read again", async () => {
    const { page } = open;
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await mustConfirmIn(0);
    const line = page
      .getByRole("region", { name: "Needs your attention" })
      .getByRole("listitem")
      .filter({ hasText: "Reading at OP (sandbox) is paused until you confirm it. Its figures stay as they were." });
    await line.waitFor({ timeout: 30_000 });
    await expectAccessible(page, "the overview while paused");
    const paused = await connection();
    expect([paused.status, paused.history.at(-1)]).toMatchObject(["unconfirmed", { what: "paused", by: "tpp" }]);
    expect(paused.accounts.length).toBeGreaterThan(0);

    const refused = async () => (await careful.ask<{ code: string }>("POST", `/api/connections/${confirmed}/refresh`)).body.code;
    await expect.poll(refused, { interval: 100 }).toBe("ERR_SYNC_CONSENT_PAUSED");
    const { lastSeq } = await atBank();
    await readBySchedule();
    expect(await refused()).toBe("ERR_SYNC_CONSENT_PAUSED");

    await page.goto(`${product.origin}/permissions`);
    await page.getByRole("region", { name: "OP (sandbox)" }).getByText("Paused until you confirm").waitFor();
    await page.getByText(/You have not confirmed this permission for a while/).waitFor();
    await expectAccessible(page, "the permission while paused");
    expect((await atBank(lastSeq)).calls).toEqual([]);
    await isReadAfter(await confirm());
    expect((await connection()).status).toBe("valid");
  });

  it("its page complained of nothing", () => {
    expect(open.complaints.found).toEqual([]);
  });
});

it("the page complained of nothing", () => {
  expect(seen.complaints.found).toEqual([]);
});
