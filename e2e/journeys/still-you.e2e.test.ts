import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { Secret, TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { approveAtBank, carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { asAdmin } from "../truth.ts";

/** Who sits there: asked again before what must not happen in a session somebody left open, by a code beside the password, and seen in the list of sessions. */
let product: TestProduct;
let browser: Browser;

beforeAll(async () => {
  product = await startTestProduct({ SANDBOX_PAYMENT_SECONDS: "0" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

async function personAt(path: string) {
  const person = await new Person(product.origin).signUp();
  const visit = await newPerson(browser);
  await carrySession(person, visit.context);
  await visit.page.goto(`${product.origin}${path}`);
  return { person, ...visit };
}

/** The person's sessions last proved themselves so long ago that they are no proof of who sits there now. */
async function leaveOpen(person: Person): Promise<void> {
  const { psuId } = await person.get("getMe", "/api/me");
  await asAdmin(product, (db) =>
    sql`update opl_bff.sessions set created_at = created_at - interval '6 minutes', proved_at = null where user_id = ${psuId}::uuid`.execute(db),
  );
}

const question = (page: Page) => page.getByRole("dialog", { name: "Is it still you?" });

/** A wrong password is said and asked for again; the right one closes the question. */
async function prove(page: Page, { password }: Person): Promise<void> {
  const field = question(page).getByRole("textbox", { name: "Your password" });
  await field.fill("another passphrase");
  await question(page).getByRole("button", { name: "Go on" }).click();
  await question(page).getByText("The password is not right.").waitFor();
  await expectAccessible(page, "a wrong password");
  await field.fill(password);
  await question(page).getByRole("button", { name: "Go on" }).click();
  await question(page).waitFor({ state: "detached" });
}

describe("in a session that somebody left open", () => {
  it("paying asks whether it is still them: with No nothing is done, with the password it goes on where they were", async () => {
    const { person, page, context, complaints } = await personAt("/payments");
    const instruction = {
      scheme: "sepa",
      amount: { amount: "3.00", currency: "EUR" },
      creditor: { iban: "FI2112345600000785", name: "Maija Mallikas", address: null, country: null },
      remittance: { kind: "message", text: "Lounas" },
    };
    const address = `/payment-orders/${randomUUID()}`;
    const payments = [{ paymentId: randomUUID(), instruction, schedule: { firstDate: null, every: null, count: 1 } }];
    expect((await person.ask("PUT", `/api${address}`, { aspspId: "op", debtorAccountId: null, payments })).status).toBe(200);
    const order = () => person.get("getPaymentOrderView", `/api${address}`);
    await page.goto(`${product.origin}${address.replace("payment-orders", "payments")}`);
    await leaveOpen(person);

    const approve = page.getByRole("button", { name: /Approve at/ });
    await approve.click();
    await question(page).waitFor();
    await expectAccessible(page, "is it still you");
    await question(page).getByRole("button", { name: "Cancel" }).click();
    await page.getByText("It needs you to confirm that it is you.").waitFor();
    expect([new URL(page.url()).origin, await order()]).toMatchObject([product.origin, { mayBeApproved: true }]);

    await approve.click();
    await prove(page, person);
    await approveAtBank(page, product.origin, "88888881");
    await page.waitForURL(/\/payments\/[0-9a-f-]{36}/);
    await expect.poll(async () => (await order()).status, { interval: 250 }).toBe("debited");
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("so does taking everything along, and the file comes after the answer (US-38)", async () => {
    const { person, page, context, complaints } = await personAt("/settings");
    const { psuId } = await person.get("getMe", "/api/me");
    const begun = () => asAdmin(product, (db) => sql`select from opl_bff.exports where psu_id = ${psuId}::uuid`.execute(db));
    await leaveOpen(person);
    const take = page.getByRole("button", { name: "Download JSON" });
    await take.click();
    await question(page).getByRole("button", { name: "Cancel" }).click();
    await page.getByText("It needs you to confirm that it is you.").waitFor();
    expect((await begun()).rows).toEqual([]);

    await take.click();
    const [file] = await Promise.all([page.waitForEvent("download"), prove(page, person)]);
    expect(file.suggestedFilename()).toMatch(/^one-point-ledger-.*\.json$/);
    const text = (await file.createReadStream()).setEncoding("utf8");
    expect((await text.toArray()).join("")).toContain(person.email);
    // It is handed out once, and was.
    expect((await begun()).rows).toEqual([]);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("another address to sign in with", () => {
  it("is asked for the same way, refused in the words of any other when it is taken, and the only one that lets in once it is theirs (US-21, US-24)", async () => {
    const { person, page, context, complaints } = await personAt("/settings");
    const [owner, renamed] = [await new Person(product.origin).signUp(), new Person(product.origin)];
    const dialog = page.getByRole("dialog", { name: "Your email address" });
    const save = async (email: string): Promise<void> => {
      await dialog.getByRole("textbox", { name: "Email" }).fill(email);
      await dialog.getByRole("button", { name: "Save" }).click();
    };
    await leaveOpen(person);
    await page.getByRole("button", { name: "Change your email address" }).click();
    await save(owner.email);
    await prove(page, person);
    await dialog.getByText("Your address stays as it is").waitFor();
    await expectAccessible(page, "an address that cannot be had");
    await save("no address");
    await dialog.getByText("This does not look like an email address.").waitFor();
    await save(renamed.email.toUpperCase());
    await dialog.waitFor({ state: "detached" });
    await page.getByText(renamed.email).waitFor();
    await expect(person.signIn()).rejects.toThrow("sign-in: 401");
    await renamed.signIn();
    await owner.signIn();

    await page.getByRole("button", { name: "Change your name" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Uusi Nimi");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "Uusi Nimi" }).waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});

describe("signing in", () => {
  const fill = async (page: Page, { email, password }: Person): Promise<void> => {
    await page.goto(`${product.origin}/sign-in?from=%2Fsettings`);
    await page.getByLabel(/^Email/).fill(email);
    await page.getByRole("textbox", { name: /^Password/ }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  it("takes a code beside the password once an app is set up: a wrong one is said, the right one lets in (US-23)", async () => {
    const { person, page, context, complaints } = await personAt("/settings");
    await page.getByRole("button", { name: "Set up" }).click();
    const secret = await page.getByRole("dialog").locator(".font-mono").innerText();
    /** What the app shows, `later` steps from now: each works once. */
    const codeOf = (later: number): string => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + later * 30_000 });
    const code = page.getByRole("textbox", { name: /^Code/ });
    await code.fill(codeOf(0));
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.getByRole("button", { name: "I have written them down" }).click();
    await page.getByText("On: a password alone lets nobody in.").waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).last().click();
    await page.waitForURL((url) => url.pathname === "/welcome" || url.pathname === "/sign-in");

    await fill(page, person);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await expectAccessible(page, "one more step");
    // Half a sign-in opens no page.
    const status = await page.evaluate<number>("fetch('/api/me').then((answer) => answer.status)");
    expect(status).toBe(401);
    await code.fill(codeOf(100));
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("This code is not right").waitFor();
    await code.fill(codeOf(1));
    await page.getByRole("button", { name: "Go on" }).click();
    await page.waitForURL((url) => url.pathname === "/settings");
    await page.getByText("On: a password alone lets nobody in.").waitFor();
    expect(complaints.found).toEqual([]);
    await context.close();
  });

  it("elsewhere is seen in the list of sessions, and is over there once it is ended here (US-24, US-25)", async () => {
    const { person, page, context, complaints } = await personAt("/settings");
    const elsewhere = await newPerson(browser);
    await fill(elsewhere.page, person);
    await elsewhere.page.getByRole("heading", { name: "Sessions" }).waitFor();
    await page.reload();
    const end = page.getByRole("button", { name: /^Sign out .+ on / });
    await end.waitFor();
    await end.click();
    await end.waitFor({ state: "detached" });
    // Its page was not touched, and says so by itself.
    await elsewhere.page.waitForURL((url) => url.pathname === "/welcome" || url.pathname === "/sign-in");
    expect(await elsewhere.page.content()).not.toContain(person.email);
    await elsewhere.page.goto(`${product.origin}/settings`);
    await elsewhere.page.waitForURL((url) => url.pathname === "/sign-in");
    await page.reload();
    await page.getByText(person.email).first().waitFor();
    expect([...complaints.found, ...elsewhere.complaints.found]).toEqual([]);
    await elsewhere.context.close();
    await context.close();
  });

  it("by a return that nobody here began is refused, and its code does not stay in the address", async () => {
    const { page, context, complaints } = await newPerson(browser);
    await page.goto(`${product.origin}/sign-in/return?code=stolen&state=made-up&iss=https%3A%2F%2Fid.example`);
    const alert = page.getByRole("alert");
    await alert.getByRole("link", { name: "Back to sign in" }).waitFor();
    expect(page.url()).toBe(`${product.origin}/sign-in/return`);
    await expectAccessible(page, "a return that is refused");
    await alert.getByRole("link", { name: "Back to sign in" }).click();
    await page.waitForURL((url) => url.pathname === "/sign-in");
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
