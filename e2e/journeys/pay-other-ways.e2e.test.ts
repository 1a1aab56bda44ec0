import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { approveAtBank, carrySession, type Complaints, launchBrowser, newPerson } from "../browser.ts";
import { Person, visitBank } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { asAdmin } from "../truth.ts";

/** What else a person does with their money in a real browser, each time held against the bank's own book: again and again, abroad, taken back, and asked whether it is there. */
const bankPsu = "88888881";
/** Where a day begins for the bank and for the service. */
const bankZone = "Europe/Helsinki";

let product: TestProduct;
let browser: Browser;
let person: Person;
let seen: { readonly context: BrowserContext; readonly page: Page; readonly complaints: Complaints };

beforeAll(async () => {
  product = await startTestProduct({ SANDBOX_PAYMENT_SECONDS: "1" }, { OPL_TPP_ASPSPS: "op" });
  person = await new Person(product.origin).signUp();
  const { consentId } = await person.connect("op", bankPsu);
  await person.untilRead(consentId);
  browser = await launchBrowser();
  seen = await newPerson(browser);
  await carrySession(person, seen.context);
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

interface BankPayment {
  readonly paymentId: string;
  readonly authorizationId: string;
  readonly idempotencyKey: string;
  readonly paymentType: string;
  readonly status: string;
  readonly count: number;
  readonly detailsOfCharges: string;
  readonly instruction: {
    readonly amount: string;
    readonly currency: string;
    readonly payeeName: string;
    readonly payeeAccount: string;
    readonly payeeBic?: string;
    readonly message?: string;
    readonly reference?: string;
  };
}
interface Movement {
  readonly kind: "debit" | "credit";
  readonly submissionId: string;
  readonly amount: string;
}
const seenOrder = (paymentOrderId: string) => person.get("getPaymentOrderView", `/api/payment-orders/${paymentOrderId}`);
const executionsOf = async (paymentOrderId: string) => (await seenOrder(paymentOrderId)).payments.flatMap(({ executions }) => executions);
const openOrder = ({ page }: typeof seen): string => new URL(page.url()).pathname.split("/").at(-1) ?? "";

/** What the bank itself holds of the one payment of an order. */
async function atBank(paymentOrderId: string): Promise<{ readonly payment: BankPayment | undefined; readonly movements: readonly Movement[] }> {
  const [wanted] = (await seenOrder(paymentOrderId)).payments;
  const { payments } = await product.bank<{ payments: BankPayment[] }>("GET", `/payments?psu=${bankPsu}`);
  const payment = payments.find(({ idempotencyKey }) => idempotencyKey === wanted?.paymentId);
  const { movements } = await product.bank<{ movements: Movement[] }>("GET", `/payments?paymentId=${payment?.paymentId ?? ""}`);
  return { payment, movements };
}

/** The page of a new payment, with what every payment to somebody in Finland has. */
async function newPayment({ name, amount, note }: { name: string; amount: string; note: string }): Promise<Page> {
  const { page } = seen;
  await page.goto(`${product.origin}/payments`);
  await page.getByRole("main").getByRole("link", { name: "New payment" }).first().click();
  await page.getByRole("heading", { name: "New payment" }).waitFor();
  await page.getByLabel("Who is paid").fill(name);
  await page.getByLabel("IBAN").fill("FI21 1234 5600 0007 85");
  await page.getByLabel("Amount in euros").fill(amount);
  await page.getByLabel("Reference or message").fill(note);
  return page;
}

/** Seen once more, approved at the bank, and back on the page of the order. @returns its id */
async function checkAndApprove(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Check once more" }).click();
  await page.getByRole("button", { name: /Approve at/ }).waitFor();
  await expectAccessible(page, "before the approval");
  await page.getByRole("button", { name: /Approve at/ }).click();
  await approveAtBank(page, product.origin, bankPsu);
  await page.waitForURL(/\/payments\/[0-9a-f-]{36}/);
  await page.getByRole("button", { name: /Approve at/ }).waitFor({ state: "detached" });
  return openOrder(seen);
}

async function cancel(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await expectAccessible(page, "before taking it back");
  await page.getByRole("button", { name: "Cancel the payment" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** A later day is today: the day of this time of it, moved, whatever became of it; the service's own clock then finds what is still to be done. */
async function becomesDue(executionId: string): Promise<void> {
  const { numAffectedRows } = await asAdmin(product, (db) =>
    sql`update opl_consent.payment_executions
        set due_date = (now() at time zone ${bankZone})::date,
            next_ask_at = case when next_ask_at is not null then now() - interval '1 second' end
        where execution_id = ${executionId}::uuid`.execute(db),
  );
  expect(numAffectedRows).toBe(1n);
}

/** The payments that are due are made in the order of their time: once one that was wanted after all of them is paid, nothing was left of them. */
async function whatWasDueIsDone(): Promise<void> {
  const [{ accounts }, address] = [await person.get("listPaymentChoices", "/api/payment-choices"), `/api/payment-orders/${randomUUID()}`];
  const instruction = {
    scheme: "sepa",
    amount: { amount: "0.10", currency: "EUR" },
    creditor: { iban: "FI2112345600000785", name: "Maija Mallikas", address: null, country: null },
    remittance: { kind: "message", text: "Kiitos" },
  };
  const payments = [{ paymentId: randomUUID(), instruction, schedule: { firstDate: null, every: null, count: 1 } }];
  await person.ask("PUT", address, { aspspId: "op", debtorAccountId: accounts[0]?.accountId, payments });
  await person.ask("POST", "/api/auth/confirm/password", { password: person.password });
  const { redirectUrl } = await person.post("approvePaymentOrder", `${address}/approval`, {});
  await person.comeBack(await visitBank(redirectUrl, bankPsu, "approve"));
  await expect.poll(async () => (await person.get("getPaymentOrderView", address)).status).toMatch(/^(debited|credited)$/);
}

describe("again and again", () => {
  it("approved once, paid on each of its days and no other, and the rest taken back: the bank's book has a debit for each day that came", async () => {
    const page = await newPayment({ name: "Kallion Vuokra Oy", amount: "7,50", note: "1232" });
    await page.getByLabel("Again and again").check();
    await page.getByLabel("First day").fill(Temporal.Now.plainDateISO(bankZone).toString());
    await page.getByLabel("How often").selectOption({ label: "Every month" });
    await page.getByLabel("How many times").fill("3");
    await expectAccessible(page, "again and again");
    const order = await checkAndApprove(page);

    await page.getByText(/^Every month from .+, 3 times$/).waitFor();
    const lines = page.getByRole("region", { name: "Kallion Vuokra Oy" }).getByRole("listitem");
    const statuses = async (): Promise<string[]> => (await executionsOf(order)).map(({ status }) => status);
    await expect.poll(statuses).toEqual(["debited", "authorised", "authorised"]);
    await page.getByText("Paid 1 of 3 times. Each says how far it is.").waitFor();
    const [first, second, third] = await executionsOf(order);
    const day = Temporal.PlainDate.from(first?.dueDate ?? "");
    expect([second?.dueDate, third?.dueDate]).toEqual([day.add({ months: 1 }).toString(), day.add({ months: 2 }).toString()]);
    expect(await atBank(order)).toMatchObject({
      payment: {
        paymentType: "SepaPayment",
        status: "Authorized",
        count: 3,
        instruction: { amount: "7.50", payeeName: "Kallion Vuokra Oy", reference: "1232" },
      },
      movements: [{ kind: "debit", amount: "-7.50", submissionId: first?.executionId }],
    });

    // Nobody approves the second: its day comes.
    await becomesDue(second?.executionId ?? "");
    await expect.poll(statuses).toEqual(["debited", "debited", "authorised"]);
    await page.getByText("Paid 2 of 3 times. Each says how far it is.").waitFor();
    expect(await lines.count()).toBe(3);
    await expectAccessible(page, "two of three paid");
    expect((await atBank(order)).movements.map(({ submissionId }) => submissionId)).toEqual([first?.executionId, second?.executionId]);

    await cancel(page);
    await expect.poll(statuses).toEqual(["debited", "debited", "cancelled"]);
    await lines.nth(2).getByText("Cancelled").waitFor();
    await page.getByText("Paid 2 of 3 times. Each says how far it is.").waitFor();
    expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
    // Two of three times is not paid: neither on its page nor in the list.
    const steps = page.getByRole("list", { name: "How far it is" }).getByRole("listitem");
    await steps.last().getByText("€15.00 of €22.50").waitFor();
    await page.getByRole("link", { name: "All payments" }).click();
    const row = page.getByRole("main").getByRole("link", { name: /Kallion Vuokra Oy/ });
    for (const text of ["Partly paid", "€15.00 of €22.50"]) await row.getByText(text).waitFor();
    await expectAccessible(page, "partly paid");
    // The bank has let go of it, so the day of the third can come.
    await becomesDue(third?.executionId ?? "");
    await whatWasDueIsDone();
    expect(await statuses()).toEqual(["debited", "debited", "cancelled"]);
    const { payment, movements } = await atBank(order);
    expect(payment).toMatchObject({ status: "PartiallyRevoked" });
    expect(movements.map(({ submissionId }) => submissionId)).toEqual([first?.executionId, second?.executionId]);
  });
});

describe("abroad", () => {
  it("in another currency: what the person wrote is what the bank's book has, and the account pays it once in euros", async () => {
    const { page } = seen;
    await page.goto(`${product.origin}/payments/new`);
    await page.getByLabel("Abroad, any currency").check();
    await page.getByLabel("Who is paid").fill("Springfield Books Inc");
    await page.getByLabel("IBAN or account number").fill("123456789012");
    await page.getByLabel("BIC of the payee’s bank").fill("CHASUS33");
    await page.getByLabel("Street address").fill("1 Main Street");
    await page.getByLabel("Postcode and town").fill("62701 Springfield");
    await page.getByLabel("Amount", { exact: true }).fill("109.00");
    await page.getByRole("textbox", { name: "Currency" }).fill("usd");
    await page.getByLabel("Message").fill("Invoice 4711");
    await page.getByLabel("I pay all of them").check();
    await page.getByLabel("Urgent").check();
    // The country was forgotten: said at its field, which has the focus.
    await page.getByRole("button", { name: "Check once more" }).click();
    await expect.poll(() => page.getByLabel("Country").getAttribute("aria-invalid")).toBe("true");
    await expectAccessible(page, "abroad, with a slip");
    await page.getByLabel("Country").fill("us");
    const order = await checkAndApprove(page);

    await page.getByRole("heading", { level: 1, name: "US$109.00 to Springfield Books Inc" }).waitFor();
    await page.getByText("You pay all of them").waitFor();
    await page.getByText("Urgent", { exact: true }).waitFor();
    await page.getByText("Not yet").waitFor({ state: "detached", timeout: 30_000 });
    await page.getByText("The money left your account.").first().waitFor();
    await expectAccessible(page, "paid abroad");
    const [execution] = await executionsOf(order);
    const { payment, movements } = await atBank(order);
    expect(payment).toMatchObject({
      paymentType: "ForeignPayment",
      status: "Completed",
      count: 1,
      detailsOfCharges: "OUR",
      paymentOrder: "HIGH",
      instruction: {
        amount: "109.00",
        currency: "USD",
        payeeName: "Springfield Books Inc",
        payeeAccount: "123456789012",
        payeeBic: "CHASUS33",
        message: "Invoice 4711",
      },
    });
    expect(movements).toMatchObject([{ kind: "debit", amount: "-100.00", submissionId: execution?.executionId }]);
    expect(movements).toHaveLength(1);
  });
});

describe("taken back", () => {
  it("after the approval and before its day: the bank has revoked it, and no money ever moves, not on its day either", async () => {
    const page = await newPayment({ name: "Maija Mallikas", amount: "33", note: "Kiitos" });
    await page.getByLabel("On a day").check();
    const order = await checkAndApprove(page);
    const status = async (): Promise<string> => (await seenOrder(order)).status;
    await expect.poll(status).toBe("authorised");
    expect(await atBank(order)).toMatchObject({ payment: { status: "Authorized" }, movements: [] });
    const [execution] = await executionsOf(order);

    await cancel(page);
    await page.getByText("It was taken back before any money moved.").first().waitFor();
    await expect.poll(status).toBe("cancelled");
    await expectAccessible(page, "taken back");
    expect(await page.getByRole("button", { name: "Cancel", exact: true }).count()).toBe(0);
    expect(await page.getByRole("button", { name: /Approve at/ }).count()).toBe(0);
    expect(await atBank(order)).toMatchObject({ payment: { status: "Revoked" }, movements: [] });
    const { authorizations } = await product.bank<{ authorizations: { authorizationId: string; status: string }[] }>("GET", `/authorizations?psu=${bankPsu}`);
    const { payment } = await atBank(order);
    expect(authorizations.find(({ authorizationId }) => authorizationId === payment?.authorizationId)?.status).toBe("Revoked");

    // And its day comes.
    await becomesDue(execution?.executionId ?? "");
    await whatWasDueIsDone();
    expect(await status()).toBe("cancelled");
    expect(await atBank(order)).toMatchObject({ payment: { status: "Revoked" }, movements: [] });
  });
});

describe("is there enough?", () => {
  interface Account {
    readonly iban: string;
    readonly netBalance: string;
  }
  const fundsCalls = async (): Promise<string[]> =>
    (await product.bank<{ calls: { endpoint: string }[] }>("GET", `/books/calls?psu=${bankPsu}`)).calls
      .map(({ endpoint }) => endpoint)
      .filter((endpoint) => endpoint.startsWith("F"));

  it("allowed at the bank, answered with yes and no as its own ledger has it, shown with the other permissions, withdrawn there and here with its receipts", async () => {
    const { page } = seen;
    await page.goto(`${product.origin}/payments`);
    const section = page.getByRole("region", { name: "Is there enough?" });
    const choice = section.getByLabel("Allow asking about another account");
    const account = (await person.get("listPaymentChoices", "/api/payment-choices")).accounts[0];
    await choice.selectOption(`op ${account?.accountId}`);
    await section.getByRole("button", { name: "Allow at the bank" }).click();
    await approveAtBank(page, product.origin, bankPsu);
    await page.waitForURL(`${product.origin}/payments`);

    // The two sides of what the bank says is there, to the cent.
    const { people } = await product.bank<{ people: { accounts: Account[] }[] }>("GET", `/books/ledger?psu=${bankPsu}`);
    const held = people[0]?.accounts.find(({ iban }) => iban.endsWith(account?.maskedNumber?.slice(-4) ?? "?"))?.netBalance ?? "";
    const cents = BigInt(held.replace(".", ""));
    const text = (amount: bigint): string => `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;
    const question = section.getByRole("listitem").filter({ hasText: account?.maskedNumber ?? "?" });
    const ask = async (amount: bigint): Promise<void> => {
      await question.getByLabel("Amount in euros").fill(text(amount));
      await question.getByRole("button", { name: "Ask the bank" }).click();
    };
    await ask(cents);
    await question.getByText(/^Yes, €.+ is there$/).waitFor();
    await ask(cents + 1n);
    await question.getByText(/^No, €.+ is not there$/).waitFor();
    await expectAccessible(page, "a no");
    expect((await fundsCalls()).filter((endpoint) => endpoint === "F3")).toHaveLength(2);

    const { permissions } = await person.get("listFundsPermissions", "/api/funds-permissions");
    expect(permissions).toMatchObject([{ status: "valid", lastConfirmation: { fundsAvailable: false } }]);

    // With the other permissions: what, which account, until when, last used, and all that happened.
    await page.goto(`${product.origin}/permissions`);
    const card = page.getByRole("region", { name: "OP (sandbox): is there enough?" });
    for (const text of ["Active", account?.maskedNumber ?? "?"]) await card.getByText(text, { exact: true }).waitFor();
    await card.getByRole("definition").locator("time").waitFor();
    await card.getByText("History: 2 events").click();
    await card.getByText("You said yes at OP (sandbox)").waitFor();
    await expectAccessible(page, "a permission to ask");
    await card.getByRole("button", { name: "Withdraw" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
    await card.getByText("Withdrawn by you").waitFor();
    await card.getByText("History: 3 events").waitFor();
    expect(await card.getByRole("button", { name: "Withdraw" }).count()).toBe(0);
    const signed = async () =>
      (await person.get("getFundsReceipts", `/api/funds-permissions/${permissions[0]?.fundsConsentId}/receipts`)).receipts.map(({ happened, jws }) => [
        happened,
        jws !== null,
      ]);
    await expect.poll(signed).toEqual([
      ["granted", true],
      ["withdrawn", true],
    ]);
    await card.getByText("Receipts", { exact: true }).click();
    await card.getByText("You gave the permission at OP (sandbox)").waitFor();
    await card.getByRole("listitem").filter({ hasText: "You withdrew the permission" }).last().waitFor();
    await card.getByRole("button", { name: "Download receipts" }).waitFor();
    await expectAccessible(page, "a permission to ask that ended");
    const fundsAtBank = async () =>
      (await product.bank<{ authorizations: { kind: string; status: string }[] }>("GET", `/authorizations?psu=${bankPsu}`)).authorizations.filter(
        ({ kind }) => kind === "fundsconfirmations",
      );
    await expect.poll(async () => (await fundsAtBank()).map(({ status }) => status)).toEqual(["Revoked"]);
    const again = await person.ask<{ code: string }>("POST", `/api/funds-permissions/${permissions[0]?.fundsConsentId}/confirmations`, {
      amount: { amount: "1.00", currency: "EUR" },
    });
    expect(again.body.code).toBe("ERR_FUNDS_CONSENT_NOT_VALID");
    expect((await fundsCalls()).filter((endpoint) => endpoint === "F3")).toHaveLength(2);
  });

  const section = () => seen.page.getByRole("region", { name: "Is there enough?" });
  const cards = () => seen.page.getByRole("region", { name: "OP (sandbox): is there enough?" });
  const allowed = async () => (await person.get("listFundsPermissions", "/api/funds-permissions")).permissions;
  const maskedNumber = async () => (await person.get("listPaymentChoices", "/api/payment-choices")).accounts[0]?.maskedNumber ?? "?";
  /** At the bank, to which the page has sent the person; then back where accounts are asked. */
  const approve = async (): Promise<void> => {
    await approveAtBank(seen.page, product.origin, bankPsu);
    await seen.page.waitForURL(`${product.origin}/payments`);
    await section().getByRole("button", { name: "Ask the bank" }).waitFor();
  };
  /** Moves its end so near that the warning of this day is due now; the service's own clock then finds it. */
  const comeNear = (fundsConsentId: string, days: number) =>
    asAdmin(product, (db) =>
      sql`update opl_consent.funds_consents
          set valid_until = now() + make_interval(days => ${days}), next_warning_at = now() - interval '1 second'
          where funds_consent_id = ${fundsConsentId}::uuid`.execute(db),
    );

  it("ended at the bank: who asks is told so, sees it with history and receipt, and allows it again for the same account", async () => {
    const { page } = seen;
    const account = (await person.get("listPaymentChoices", "/api/payment-choices")).accounts[0];
    await page.goto(`${product.origin}/payments`);
    await section().getByLabel("Allow asking about another account").selectOption(`op ${account?.accountId}`);
    await section().getByRole("button", { name: "Allow at the bank" }).click();
    await approve();
    const [ended] = await allowed();
    const { authorizations } = await product.bank<{ authorizations: { authorizationId: string; kind: string; status: string }[] }>(
      "GET",
      `/authorizations?psu=${bankPsu}`,
    );
    const authorizationId = authorizations.find(({ kind, status }) => kind === "fundsconfirmations" && status === "Authorized")?.authorizationId;
    await product.bank("POST", "/faults", { fault: "consent.revoke", for: { authorizationId } });

    await section().getByLabel("Amount in euros").fill("1.00");
    await section().getByRole("button", { name: "Ask the bank" }).click();
    const told = section()
      .getByRole("status")
      .filter({ hasText: `OP (sandbox) no longer accepts your permission to ask about ${await maskedNumber()}` });
    await told.waitFor();
    await expectAccessible(page, "a permission to ask that the bank ended");
    expect(await section().getByRole("button", { name: "Ask the bank" }).count()).toBe(0);
    const over = (await allowed()).find(({ fundsConsentId }) => fundsConsentId === ended?.fundsConsentId);
    expect([over?.status, over?.history.at(-1)]).toMatchObject(["revokedByPsu", { what: "lost", by: "aspsp", reason: "ERR_ASPSP_CONSENT_INVALID" }]);

    await page.goto(`${product.origin}/`);
    const attention = page.getByRole("region", { name: "Needs your attention" }).getByRole("listitem");
    const line = attention.filter({ hasText: `Your permission to ask OP (sandbox) about ${await maskedNumber()} has ended.` });
    await line.getByRole("link", { name: "Allow again" }).click();
    await page.waitForURL(/\/permissions$/);
    const card = cards().filter({ hasText: "Ended at your bank" });
    await card.getByText("History: 3 events").click();
    await card.getByText("OP (sandbox) no longer accepts the permission").first().waitFor();
    await card.getByRole("button", { name: "Allow again" }).click();
    await approve();
    expect(await section().getByRole("status").filter({ hasText: "no longer accepts" }).count()).toBe(0);
    expect((await allowed()).filter(({ status }) => status === "valid").map(({ maskedNumber: number }) => number)).toEqual([await maskedNumber()]);
  });

  it.each([
    [30, "30 days"],
    [7, "7 days"],
    [1, "1 day"],
  ])("%d days before its end: told in the open page, with the bar and the way to renew", async (days, words) => {
    const { page } = seen;
    const standing = (await allowed()).find(({ status }) => status === "valid");
    await page.goto(`${product.origin}/`);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await comeNear(standing?.fundsConsentId ?? "", days);
    const attention = page.getByRole("region", { name: "Needs your attention" }).getByRole("listitem");
    const line = attention.filter({ hasText: `Your permission to ask OP (sandbox) about ${await maskedNumber()} ends in ${words}.` });
    await line.waitFor({ timeout: 30_000 });
    await expectAccessible(page, `the overview ${words} before`);
    await line.getByRole("link", { name: "Renew" }).click();
    await page.waitForURL(/\/permissions$/);
    const card = cards().filter({ hasText: `Ends in ${words}` });
    expect(await card.getByRole("progressbar", { name: "Time used of this permission" }).getAttribute("aria-valuetext")).toMatch(new RegExp(`^${days} of `));
    await card.getByRole("button", { name: "Renew" }).waitFor();
  });

  it("renewed at the bank: the newer one takes the place of the older, which ends there too", async () => {
    const { page } = seen;
    const older = (await allowed()).find(({ status }) => status === "valid");
    await cards().getByRole("button", { name: "Renew" }).click();
    await approve();
    const now = await allowed();
    expect(now.filter(({ status }) => status === "valid")).toMatchObject([{ maskedNumber: await maskedNumber(), daysLeft: 180 }]);
    expect(now.find(({ fundsConsentId }) => fundsConsentId === older?.fundsConsentId)?.history.at(-1)).toMatchObject({ what: "replaced", by: "psu" });
    const standsAtBank = async () =>
      (await product.bank<{ authorizations: { kind: string; status: string }[] }>("GET", `/authorizations?psu=${bankPsu}`)).authorizations.filter(
        ({ kind, status }) => kind === "fundsconfirmations" && status === "Authorized",
      ).length;
    await expect.poll(standsAtBank).toBe(1);
    await page.goto(`${product.origin}/permissions`);
    await cards().filter({ hasText: "Renewed by a newer one" }).waitFor();
  });

  it("withdrawn where it is asked: after the same question as with the other permissions", async () => {
    const { page } = seen;
    await page.goto(`${product.origin}/payments`);
    await section().getByRole("button", { name: "Withdraw" }).click();
    const dialog = page.getByRole("dialog", { name: "Withdraw the permission at OP (sandbox)?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    expect((await allowed()).filter(({ status }) => status === "valid")).toHaveLength(1);
    await section().getByRole("button", { name: "Withdraw" }).click();
    await dialog.waitFor();
    await expectAccessible(page, "the last question before a withdrawal");
    await dialog.getByRole("button", { name: "Withdraw" }).click();
    await dialog.waitFor({ state: "detached" });
    expect((await allowed()).filter(({ status }) => status === "valid")).toEqual([]);
    expect(await section().getByRole("button", { name: "Ask the bank" }).count()).toBe(0);
    await expect.poll(() => page.evaluate<string>("document.activeElement?.tagName")).toBe("H1");
  });
});

it("the pages complained of nothing", () => {
  expect(seen.complaints.found).toEqual([]);
});
