import { carrySession, launchBrowser, newPerson } from "../../e2e/browser.ts";
import { Person, visitBank } from "../../e2e/person.ts";
import type { Product } from "../up/product.ts";
import { BareClient } from "./bare-client.ts";
import { type Figure, figure, percentile } from "./report.ts";

const tries = 20;
const manyTransactions = 10_000;

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 15));
}

/** What a person waits for after coming back from a bank that takes `latencyMs` for each call. */
export async function firstFigures(product: Product, latencyMs: number): Promise<Figure[]> {
  const waits: number[] = [];
  for (let index = 0; index < tries; index += 1) {
    const person = await new Person(product.origin).signUp();
    const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
    const returned = await visitBank(redirectUrl, `load-${800 + index}-300`, "approve");
    const started = performance.now();
    const { consentId } = await person.comeBack(returned);
    await until(async () => (await person.get("getConnection", `/api/connections/${consentId}`)).accounts.some((account) => account.balance !== null));
    waits.push(performance.now() - started);
    await person.untilRead(consentId);
  }
  const person = await new Person(product.origin).signUp();
  const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
  const returned = await visitBank(redirectUrl, `load-899-${manyTransactions}`, "approve");
  const all = await untilSeen(person, returned);
  const bare = await bareReadings(product);
  return [
    figure(`SCA return to first balance, p95 (bank +${latencyMs} ms)`, percentile(waits, 95) / 1000, "s", "lower", 1.5, bare.firstBalance),
    figure(`SCA return to 10,000 transactions visible in a browser (bank +${latencyMs} ms)`, all, "s", "lower", 6, bare.everything),
  ];
}

/** Comes back in a browser, goes on to Overview and Transactions and stays until all are there. In seconds. */
async function untilSeen(person: Person, returned: string): Promise<number> {
  const browser = await launchBrowser();
  try {
    const { context, page } = await newPerson(browser);
    await carrySession(person, context);
    const started = performance.now();
    await page.goto(returned);
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await page.getByRole("link", { name: "Transactions", exact: true }).first().click();
    await page.getByText("10,000 transactions").waitFor({ timeout: 60_000 });
    await page.locator("main [data-index]").first().waitFor();
    return (performance.now() - started) / 1000;
  } finally {
    await browser.close();
  }
}

/** The same by a client that keeps nothing: code exchange and account list, and every page of every account. In seconds. */
async function bareReadings(product: Product): Promise<{ firstBalance: number; everything: number }> {
  const bare = await BareClient.registered(product);
  const firsts: number[] = [];
  for (let index = 0; index < tries; index += 1) {
    const code = await bare.approve(`load-${800 + index}-300`);
    const started = performance.now();
    await bare.exchange(code);
    await bare.accounts();
    firsts.push(performance.now() - started);
  }
  const code = await bare.approve(`load-899-${manyTransactions}`);
  const started = performance.now();
  await bare.exchange(code);
  const read = await bare.readAll();
  if (read < manyTransactions) throw new Error(`the bank has ${read} transactions, not ${manyTransactions}`);
  return { firstBalance: percentile(firsts, 95) / 1000, everything: (performance.now() - started) / 1000 };
}
