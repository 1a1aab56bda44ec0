import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { expectAccessible, expectReadable } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";
import { firstAccountOf } from "../truth.ts";

/** A person is asked about two charges, looks at their rows, and says that they are right. */
let product: TestProduct;
let browser: Browser;
let person: Person;
const bankPsu = "88888881";
const [twice, dear] = ["KELLOKAUPPA KUVITTEELLINEN", "KUKKAKAUPPA SEPITTEINEN"];

beforeAll(async () => {
  product = await startTestProduct();
  const { clock } = await product.bank<{ clock: { today: string } }>("GET", "/");
  const account = await firstAccountOf(product, bankPsu);
  const daysAgo = (days: number): string => Temporal.PlainDate.from(clock.today).subtract({ days }).toString();
  const book = (name: string, amount: string, bookingDate: string) =>
    product.bank("POST", "/transactions", { psu: bankPsu, account, amount, bookingDate, recipient: { name }, description: "PKORTTIMAKSU" });
  for (const [index, amount] of ["-30.00", "-36.00", "-28.00", "-32.00", "-34.00", "-25.00"].entries()) await book(dear, amount, daysAgo(20 + 9 * index));
  await book(dear, "-480.00", daysAgo(2));
  for (const day of [4, 4]) await book(twice, "-45.00", daysAgo(day));
  person = await new Person(product.origin).signUp();
  await person.untilRead((await person.connect("op", bankPsu)).consentId);
  browser = await launchBrowser();
  await vi.waitUntil(async () => (await asked()).length === 2, { timeout: 60_000 });
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const hasFocus = (target: Locator): Promise<boolean> => target.evaluate((node) => node === node.ownerDocument.activeElement);
/** What is asked about the two shops; the household's own books may raise another question. */
async function asked(): Promise<string[]> {
  const { attention } = await person.get("getOverview", "/api/overview");
  return attention.flatMap((item) => ("charges" in item && /kuvitteellinen|sepitteinen/i.test(item.counterpartyName) ? [item.kind] : [])).toSorted();
}

it("by keyboard: the question leads to its rows, and the answer ends it on every open page and for good", async () => {
  const { page, complaints, context } = await newPerson(browser);
  await carrySession(person, context);
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${product.origin}/`);
  const question = (words: RegExp) => ({
    here: page.getByRole("listitem").filter({ hasText: words }),
    there: elsewhere.getByRole("listitem").filter({ hasText: words }),
  });
  const [double, unusual] = [question(/Paid twice\? €45\.00 to Kellokauppa Kuvitteellinen/), question(/More than usual\? €480\.00 to Kukkakauppa Sepitteinen/)];
  await double.there.waitFor();

  await page.bringToFront();
  await page.goto(`${product.origin}/`);
  await double.here.waitFor();
  await unusual.here.getByText("About €32.00 is usual.").waitFor();
  await expectAccessible(page, "questions about charges");
  await double.here.getByRole("link", { name: "See the payments" }).press("Enter");
  await expect.poll(() => page.locator("main").getByText("Kellokauppa Kuvitteellinen").count()).toBe(2);
  await page.goBack();
  await unusual.here.getByRole("link", { name: "See the transaction" }).press("Enter");
  await page.getByText("−€480.00").first().waitFor();
  await page.goBack();

  await double.here.getByRole("button", { name: "That is right: €45.00 to Kellokauppa Kuvitteellinen" }).press("Enter");
  await double.here.waitFor({ state: "detached" });
  await expect.poll(() => hasFocus(page.getByRole("heading", { name: "Overview" }))).toBe(true);
  await double.there.waitFor({ state: "detached" });
  expect(await asked()).toEqual(["unusual-charge"]);
  const said = page.getByRole("status").filter({ hasText: "Right, you say: €45.00 to Kellokauppa Kuvitteellinen." });
  await said.waitFor();
  await expectAccessible(page, "an answered question");
  // As every amount it is hidden from who looks over a shoulder.
  expect(await said.locator(".amount").allTextContents()).toEqual(["€45.00"]);
  await said.getByRole("button", { name: "Undo" }).press("Enter");
  await page.getByRole("status").filter({ hasText: "It is as it was before." }).waitFor();
  await double.here.waitFor();
  await double.there.waitFor();
  await double.here.getByRole("button", { name: "That is right: €45.00 to Kellokauppa Kuvitteellinen" }).press("Enter");
  await double.here.waitFor({ state: "detached" });
  await said.waitFor();
  await page.reload();
  await unusual.here.waitFor();
  expect(await double.here.count()).toBe(0);
  expect(complaints.found).toEqual([]);
  await context.close();
});

it("on a phone: everything fits, and a tap answers", async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce" } as const;
  const { page, complaints, context } = await newPerson(browser, phone);
  await carrySession(person, context);
  await page.goto(`${product.origin}/`);
  const answer = page.getByRole("button", { name: "That is right: €480.00 to Kukkakauppa Sepitteinen" });
  await answer.waitFor();
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(phone.viewport.width);
  await expectReadable(page, "a question on a phone");
  await expectAccessible(page, "a question on a phone");
  await answer.tap();
  await answer.waitFor({ state: "detached" });
  expect(await asked()).toEqual([]);
  expect(complaints.found).toEqual([]);
  await context.close();
});
