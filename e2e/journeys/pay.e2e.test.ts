import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { approveAtBank, carrySession, launchBrowser, newPerson } from "../browser.ts";
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

interface Book {
  readonly payments: readonly { readonly paymentId: string; readonly idempotencyKey: string }[];
  readonly movements: readonly { readonly kind: "debit" | "credit"; readonly paymentId: string }[];
}
const book = () => product.bank<Book>("GET", "/payments");

/** Wanted, and not yet approved. */
async function newOrder() {
  const [paymentOrderId, paymentId] = [randomUUID(), randomUUID()];
  const instruction = {
    scheme: "sepa",
    amount: { amount: "1.00", currency: "EUR" },
    creditor: { iban: "FI2112345600000785", name: "Maija Mallikas", address: null, country: null },
    remittance: { kind: "message", text: "Kerran" },
  };
  const payment = { paymentId, instruction, schedule: { firstDate: null, every: null, count: 1 } };
  const put = await person.ask("PUT", `/api/payment-orders/${paymentOrderId}`, { aspspId: "op", debtorAccountId: null, payments: [payment] });
  expect(put).toMatchObject({ status: 200 });
  return { paymentOrderId, address: `${product.origin}/payments/${paymentOrderId}`, paymentId, before: (await book()).payments.length };
}

describe("a payment", () => {
  it("is seen once more before the bank, approved there, followed to its end and found on the account", async () => {
    const { page, context, complaints } = await newPerson(browser);
    await carrySession(person, context);

    await page.goto(`${product.origin}/payments`);
    await page.getByRole("main").getByRole("link", { name: /pay/i }).first().click();
    await page.getByRole("heading", { name: "New payment" }).waitFor();
    // A wrong digit is said beside the field, and nothing is sent.
    const account = (await person.get("listPaymentChoices", "/api/payment-choices")).accounts.at(-1);
    await page.getByLabel("The account the money comes from").selectOption(`op ${account?.accountId}`);
    await page.getByLabel("Who is paid").fill("Maija Mallikas");
    const iban = page.getByLabel("IBAN", { exact: true });
    const [slip, invalid] = [page.getByRole("status").filter({ hasText: "This IBAN has a slip" }), () => iban.getAttribute("aria-invalid")];
    // Said while it is typed, also to who does not see it, as soon as no further letter can mend it; the focus stays.
    await iban.pressSequentially("FI21 1234 5600 0007 8");
    expect(await invalid()).toBeNull();
    await iban.press("4");
    await slip.waitFor();
    expect([await invalid(), await iban.evaluate((field) => field === field.ownerDocument.activeElement)]).toEqual(["true", true]);
    await expectAccessible(page, "an IBAN with a slip");
    await iban.press("Backspace");
    expect([await invalid(), await slip.count()]).toEqual([null, 0]);
    await iban.fill("XX21");
    await page.getByRole("status").filter({ hasText: "No country’s IBANs begin like this" }).waitFor();
    await iban.fill("FI21 1234 5600 0007 84");
    await page.getByLabel("Amount in euros").fill("12,50");
    await page.getByLabel("Reference or message").fill("1232");
    await page.getByRole("button", { name: "Check once more" }).click();
    expect(await invalid()).toBe("true");
    await iban.fill("FI21 1234 5600 0007 85");
    await page.getByRole("button", { name: "Check once more" }).click();

    // Payee, amount and account before leaving.
    const approve = page.getByRole("button", { name: /Approve at/ });
    await approve.waitFor();
    for (const text of ["Maija Mallikas", "€12.50", "FI21 1234 5600 0007 85"]) await page.getByText(text).first().waitFor();
    const from = page
      .getByRole("region", { name: "Maija Mallikas" })
      .getByRole("definition")
      .filter({ hasText: account?.maskedNumber ?? "?" });
    await from.getByText(account?.name ?? "?").waitFor();
    await expectAccessible(page, "before the approval");
    // Nobody was sent anything so far, so there is nobody to offer.
    const payees = async (): Promise<readonly string[]> => (await person.get("listPaymentChoices", "/api/payment-choices")).payees.map(({ name }) => name);
    expect(await payees()).toEqual([]);
    await approve.click();

    await approveAtBank(page, product.origin, "88888881");

    // Back on its page, which goes on by itself.
    await page.waitForURL(/\/payments\/[0-9a-f-]{36}/);
    await page.getByRole("heading", { name: "€12.50 to Maija Mallikas" }).waitFor();
    await page.getByText("Not yet").waitFor({ state: "detached", timeout: 30_000 });
    await expectAccessible(page, "paid");
    expect(await payees()).toEqual(["Maija Mallikas"]);
    const line = page.getByRole("link", { name: "See it on your account" });
    const isThere = async (): Promise<boolean> => {
      await person.ask("POST", `/api/connections/${consentId}/refresh`, {});
      return line.isVisible();
    };
    await expect.poll(isThere, { interval: 1_000 }).toBe(true);
    await line.click();
    await page.getByText("Maija Mallikas").first().waitFor();
    // And from the line back to the payment it shows, by keyboard.
    const payment = page.getByRole("link", { name: "See the payment" });
    await payment.focus();
    await expectAccessible(page, "the line of a payment");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "€12.50 to Maija Mallikas" }).waitFor();
    // Whom money was sent to is offered the next time, account and all.
    await page.goto(`${product.origin}/payments/new`);
    await page.getByLabel("Who is paid").fill("Maija Mallikas");
    await expect.poll(() => iban.inputValue()).toMatch(/^FI21\s1234\s5600\s0007\s85$/);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("a payment that the bank does not make", () => {
  afterEach(() => product.bank("DELETE", "/faults"));

  it.each([
    ["PaymentFail=AccountClosed", "Not paid", "The account is closed."],
    ["PaymentFail=InvalidPayee", "Not paid", "The bank does not know the payee’s account."],
    ["PaymentFail=LimitExceeded", "Not paid", "It is above a limit of the account."],
    ["PaymentFail", "Not paid", "The bank did not say why."],
    ["InsufficientFunds", "The bank tries again", "There was not enough money on the account."],
    ["PaymentSystemUnavailable", "The bank tries again", "The bank could not take the money so far."],
  ])("%s: %s, and why", async (scenario, status, why) => {
    await product.bank("POST", "/faults", { fault: "payment.scenario", for: { endpoint: "P4-submit" }, options: { scenario } });
    const { page, context, complaints } = await newPerson(browser);
    await carrySession(person, context);
    await page.goto((await newOrder()).address);
    await page.getByRole("button", { name: /Approve at/ }).click();
    await approveAtBank(page, product.origin, "88888881");
    const time = page.getByRole("region", { name: "Maija Mallikas" }).getByRole("listitem");
    for (const text of [status, why]) await time.getByText(text, { exact: true }).waitFor();
    await expectAccessible(page, `after ${scenario}`);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("pressed twice", () => {
  const isAtBank = (page: Page): boolean => new URL(page.url()).origin !== product.origin;
  const button = (page: Page) => page.getByRole("button", { name: /Approve at/ });

  async function approveAndReturn(page: Page): Promise<void> {
    await page.bringToFront();
    await approveAtBank(page, product.origin, "88888881");
    await page.waitForURL(/\/payments\/[0-9a-f-]{36}/);
  }

  /** Until we say that it is paid; then the whole book of the bank has one payment more, and one movement of it. */
  async function expectPaidOnce({ paymentOrderId, paymentId, before }: Awaited<ReturnType<typeof newOrder>>): Promise<void> {
    const statusOf = async () => (await person.get("getPaymentOrderView", `/api/payment-orders/${paymentOrderId}`)).status;
    await expect.poll(statusOf, { interval: 250 }).toBe("debited");
    const { payments, movements } = await book();
    expect(payments).toHaveLength(before + 1);
    const [booked, ...more] = payments.filter(({ idempotencyKey }) => idempotencyKey === paymentId);
    expect(more).toEqual([]);
    expect(movements.filter((movement) => movement.paymentId === booked?.paymentId).map(({ kind }) => kind)).toEqual(["debit"]);
  }

  it("TM-26 a double click on the button: the bank's book shows the payment once", async () => {
    const order = await newOrder();
    const { page, context, complaints } = await newPerson(browser);
    await carrySession(person, context);
    await page.goto(order.address);
    await button(page).dblclick();
    await page.waitForURL((url) => url.origin !== product.origin);
    await approveAndReturn(page);
    await expectPaidOnce(order);
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  /** Both tabs press at the same moment; whoever was told that it came second presses again. In the end both are at the bank. */
  async function twoTabsAtBank(order: { address: string }) {
    const { page, context } = await newPerson(browser);
    await carrySession(person, context);
    const tabs = [page, await context.newPage()] as const;
    for (const tab of tabs) await tab.goto(order.address);
    // Only the tab in front is drawn, which is what a press with the mouse waits for.
    await Promise.all(tabs.map((tab) => button(tab).dispatchEvent("click")));
    for (const tab of tabs) {
      await tab.bringToFront();
      // A button that says it is working is not pressed; one that leads away meanwhile was.
      const pressedAgain = async (): Promise<boolean> => {
        if (!isAtBank(tab) && (await button(tab).isVisible()))
          await button(tab)
            .click({ timeout: 500 })
            .catch(() => undefined);
        return isAtBank(tab);
      };
      await expect.poll(pressedAgain).toBe(true);
    }
    // Surely the later of the two.
    const [earlier, later] = tabs;
    await later.bringToFront();
    await later.goto(order.address);
    await button(later).click();
    await later.waitForURL((url) => url.origin !== product.origin);
    return { context, earlier, later };
  }

  it("TM-26 two tabs of one order at the bank, approved in the later and then in the earlier: the bank's book shows the payment once", async () => {
    const order = await newOrder();
    const { context, earlier, later } = await twoTabsAtBank(order);
    await approveAndReturn(later);
    await expectPaidOnce(order);
    // The bank asks nobody twice, and the page shows what the other tab did.
    await approveAndReturn(earlier);
    await earlier.getByRole("link", { name: "All payments" }).waitFor();
    expect(await button(earlier).count()).toBe(0);
    await expectPaidOnce(order);
    await context.close();
  });

  it("TM-26 approved in the earlier of two tabs: nothing is paid and each page says why, also to who asks to approve again; taken back, it never is", async () => {
    const order = await newOrder();
    const { context, earlier, later } = await twoTabsAtBank(order);
    await approveAndReturn(earlier);
    await earlier.getByText("A newer approval has begun").waitFor();
    await expectAccessible(earlier, "approved in the older tab");
    // This bank asks nobody twice, and says so to whoever approves after that.
    await approveAndReturn(later);
    await later.getByText("The approval did not come about").waitFor();
    const answered = later.waitForResponse((response) => response.url().endsWith("/api/connections/return"));
    await button(later).click();
    await answered;
    await later.getByText("The approval did not come about").waitFor();
    await later.getByRole("button", { name: "Cancel" }).click();
    await later.getByRole("button", { name: "Cancel the payment" }).click();
    await later.getByText("It was taken back before any money moved.").first().waitFor();
    const { payments, movements } = await book();
    expect(payments).toHaveLength(order.before + 1);
    const booked = payments.find(({ idempotencyKey }) => idempotencyKey === order.paymentId);
    expect(movements.filter(({ paymentId }) => paymentId === booked?.paymentId)).toEqual([]);
    await context.close();
  });
});
