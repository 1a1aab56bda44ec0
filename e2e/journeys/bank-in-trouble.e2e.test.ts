import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { analyticsTruth, bankTruth, ledgerTruth } from "../truth.ts";

/** Banks that send what cannot be read, or nothing at all: what the person sees of it, what is kept, and how it heals. */
let product: TestProduct;
let browser: Browser;

beforeAll(async () => {
  product = await startTestProduct();
  browser = await launchBrowser();
});
afterEach(() => clearFaults());
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const clearFaults = () => product.bank("DELETE", "/faults");
const setFault = (fault: string, target: object = {}, options: object = {}) => product.bank("POST", "/faults", { fault, for: target, options });

async function personAt(path: string) {
  const person = await new Person(product.origin).signUp();
  const visit = await newPerson(browser);
  await carrySession(person, visit.context);
  await visit.page.goto(`${product.origin}${path}`);
  return { person, ...visit };
}

/** From "Before you go to" to the bank's page. */
async function leaveForBank(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Continue to/ }).click();
  await page.waitForURL((url) => url.origin !== product.origin);
}

async function sayYes(page: Page, bankPsu: string): Promise<void> {
  await page.locator("input[name=psuId]").fill(bankPsu);
  await page.locator("form button").first().click();
  await page.locator('button[name=decision][value="approve"]').click();
  await page.waitForURL((url) => url.origin === product.origin);
}

interface BankAccount {
  readonly accountId: string;
  readonly productName: string;
  readonly count: number;
  readonly sum: string;
}

describe("a bank that sends what cannot be read", () => {
  it("leaves one account incomplete and says so, loses nothing of the others, and heals with the next reading (BR-02)", async () => {
    const bankPsu = "88888882";
    const { people } = await product.bank<{ people: { accounts: BankAccount[] }[] }>("GET", `/books/ledger?psu=${bankPsu}`);
    const broken = people[0]?.accounts.toSorted((a, b) => b.count - a.count)[0];
    if (broken === undefined) throw new Error("this person has no account");
    // The first page is good, the second one is not.
    expect(broken.count).toBeGreaterThan(250);
    await setFault("page.wrong-amount", { account: broken.accountId, page: 2 }, { value: "12,50" });

    const { person, page, context, complaints } = await personAt("/connect/op");
    await leaveForBank(page);
    await sayYes(page, bankPsu);
    await page.getByText(`Some transactions of ${broken.productName} could not be understood`).waitFor({ timeout: 60_000 });
    expect(await page.getByText(/Everything is read/).count()).toBe(0);
    expect(await page.getByText("Incomplete", { exact: true }).count()).toBe(1);
    await expectAccessible(page, "connected, one account incomplete");

    // Of the other accounts everything is there, in the ledger and in what is made of it; of this one what came before.
    const { psuId } = await person.get("getMe", "/api/me");
    const whole = await bankTruth(product, bankPsu);
    const partOf = (truths: typeof whole) => truths.filter(({ count }) => !whole.some((other) => other.count === count));
    const others = whole.filter(({ count }) => count !== broken.count);
    const ledger = await ledgerTruth(product, psuId);
    expect(ledger).toEqual(expect.arrayContaining(others));
    expect(ledger.length).toBe(whole.length);
    const [rest] = partOf(ledger);
    expect(rest?.count).toBeGreaterThan(0);
    expect(rest?.count).toBeLessThan(broken.count);
    await expect.poll(() => analyticsTruth(product, psuId), { interval: 250 }).toEqual(ledger);

    // The overview says it on top, at the account, and beside what is added up without these transactions.
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    const overview = page.getByRole("main");
    await overview.getByText(`some transactions of ${broken.productName} could not be understood and are missing`).waitFor();
    const rows = overview.getByRole("region", { name: "OP" }).getByRole("link");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(whole.length);
    expect(await rows.filter({ hasText: "Incomplete" }).allTextContents()).toEqual([expect.stringContaining(broken.productName)]);
    const lacking = `Some transactions of ${broken.productName} are missing here`;
    await overview.getByRole("region", { name: "Net worth" }).getByText(`its history lacks some transactions of ${broken.productName}`).waitFor();
    await overview.getByText(lacking).waitFor();
    await expectAccessible(page, "overview, one account incomplete");
    // So do the pages where its transactions are looked for.
    await overview.getByRole("link", { name: "See the account" }).click();
    await page.getByRole("heading", { name: "Transactions" }).waitFor();
    await page.getByText(lacking).waitFor();
    await page.getByRole("link", { name: "Insights" }).first().click();
    await page.getByRole("heading", { name: "Insights" }).waitFor();
    await page.getByText(lacking).waitFor();

    // The bank has mended its page.
    await clearFaults();
    await page.getByRole("link", { name: "Permissions" }).first().click();
    // For two seconds the incomplete reading is the answer.
    const readAgain = async () => {
      await page.getByRole("button", { name: "Read now" }).click();
      return ledgerTruth(product, psuId);
    };
    await expect.poll(readAgain, { interval: 1_000 }).toEqual(whole);
    await page.getByRole("link", { name: "Overview" }).first().click();
    await overview.getByRole("region", { name: "Net worth" }).waitFor();
    await page
      .getByText(/Incomplete|are missing|lacks some/)
      .first()
      .waitFor({ state: "detached", timeout: 15_000 });
    await expect.poll(() => analyticsTruth(product, psuId), { interval: 250 }).toEqual(whole);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("a bank that does not answer", () => {
  it("is said before leaving and on the way back, with what to do, and connects once it answers", async () => {
    const { page, context, complaints } = await personAt("/connect/op");
    await setFault("network.hang");
    await page.getByRole("button", { name: /Continue to/ }).click();
    await page
      .getByRole("alert")
      .getByText(/does not answer right now/)
      .waitFor({ timeout: 30_000 });
    await page.getByRole("alert").getByText("Nothing was permitted and nothing was read. Try again in a few minutes").waitFor();
    await expectAccessible(page, "bank down before leaving");

    await clearFaults();
    await leaveForBank(page);
    // Its pages work, what stands behind them does not.
    await setFault("network.status", { endpoint: "T1" });
    await sayYes(page, "88888881");
    await page.getByRole("heading", { name: /does not answer right now/ }).waitFor({ timeout: 30_000 });
    await page.getByText("Your money is not affected, and nothing was read.").waitFor();
    await expectAccessible(page, "bank down on the way back");

    await clearFaults();
    await page.getByRole("link", { name: "Try again" }).click();
    await leaveForBank(page);
    await sayYes(page, "88888881");
    await page.getByText(/Everything is read/).waitFor({ timeout: 60_000 });
    // That the bank was asked in vain the browser notes by itself.
    expect(complaints.found.filter((found) => !found.includes("status of 503"))).toEqual([]);
    await context.close();
  });

  it("once connected shows since when and how old its figures are, keeps them, and catches up once it answers", async () => {
    const { person, page, context, complaints } = await personAt("/");
    const { consentId } = await person.connect("op", "88888881");
    await person.untilRead(consentId);
    await page.reload();
    const netWorth = page.getByRole("region", { name: "Net worth" });
    await netWorth.waitFor();
    const figures = async () =>
      (await person.get("getOverview", "/api/overview")).accounts.map(({ balance, transactions, readAt }) => ({
        amount: balance?.amount,
        transactions,
        readAt,
      }));
    await expect.poll(() => analyticsTruthOf(person), { interval: 250 }).toEqual(await bankTruth(product, "88888881"));
    const before = await figures();

    await setFault("network.status");
    const line = page.getByRole("main").getByText(/OP.* has not answered since \d\d[:.]\d\d\. You see its latest figures; new ones follow by themselves\./);
    // Each press is one more call without an answer; after five of them the bank counts as down.
    const isSaid = async (): Promise<boolean> => {
      await person.ask("POST", `/api/connections/${consentId}/refresh`);
      return line.isVisible();
    };
    await expect.poll(isSaid, { interval: 500 }).toBe(true);
    await page.getByText(/Oldest figure read/).waitFor();
    expect(await figures()).toEqual(before);
    await netWorth.waitFor();
    await expectAccessible(page, "overview, bank down");
    await page.getByRole("link", { name: "Permissions" }).first().click();
    await page.getByRole("main").getByText("Not answering").waitFor();
    await page
      .getByRole("link", { name: /connect a bank/i })
      .first()
      .click();
    await page.getByRole("listitem").filter({ hasText: "Not answering" }).waitFor();
    await page.goBack();

    await clearFaults();
    await page.getByRole("link", { name: "Overview" }).first().click();
    await netWorth.waitFor();
    await expect.poll(async () => !(await isSaid()), { interval: 1_000 }).toBe(true);
    await person.untilRead(consentId);
    await page
      .getByRole("main")
      .getByText(/just now/)
      .first()
      .waitFor();
    const after = await figures();
    expect(after.map(({ amount, transactions }) => ({ amount, transactions }))).toEqual(before.map(({ amount, transactions }) => ({ amount, transactions })));
    for (const [index, { readAt }] of after.entries()) expect(Date.parse(readAt ?? "")).toBeGreaterThan(Date.parse(before[index]?.readAt ?? ""));
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

async function analyticsTruthOf(person: Person) {
  return analyticsTruth(product, (await person.get("getMe", "/api/me")).psuId);
}
