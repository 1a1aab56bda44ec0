import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "../accessible.ts";
import { carrySession, launchBrowser, newPerson } from "../browser.ts";
import { Keyboard } from "../keyboard.ts";
import { Person } from "../person.ts";
import { startTestProduct, type TestProduct } from "../product.ts";

/** A bank that suddenly describes itself otherwise: nobody is sent there until an operator has looked and decided, by keyboard. */
const aspspId = "fapi1-sandbox";
const metadata = { endpoint: "fapi1-F6" };
let product: TestProduct;
let browser: Browser;
let person: Person;
let operator: Person;

beforeAll(async () => {
  product = await startTestProduct({}, { OPL_TPP_ASPSPS: `op,${aspspId}` });
  person = await new Person(product.origin).signUp();
  operator = await new Person(product.origin, product.operatorLogin.email).signIn(product.operatorLogin.password);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const connect = () => person.ask<{ code?: string; redirectUrl?: string }>("POST", "/api/connections", { aspspId });

describe("a bank in quarantine", () => {
  it("is shown with before and now; looking again, refusing and approving work by keyboard, and only approval opens it", async () => {
    await expect.poll(async () => (await connect()).status, { interval: 200 }).toBe(201);
    await product.bank("POST", "/faults", { fault: "discovery.algorithms", for: metadata, options: { algorithms: ["PS256"] } });
    // A process that begins anew has not read it yet.
    await product.processes["bank-gateway"].kill("SIGKILL");
    await expect.poll(async () => (await connect()).body.code, { interval: 200 }).toBe("ERR_ASPSP_QUARANTINED");

    const { page, context, complaints } = await newPerson(browser);
    await carrySession(operator, context);
    await page.goto(`${product.origin}/operator`);
    const keyboard = new Keyboard(page);
    const lookAgain = async (): Promise<void> => {
      await keyboard.tabTo(card.getByRole("button", { name: "Look again now" }), "Shift+Tab");
      await keyboard.press("Enter");
    };
    const card = page.locator(`[data-quarantine="${aspspId}"]`);
    await card.getByRole("heading", { name: /is refused until you decide/ }).waitFor();
    const changed = card.getByRole("row", { name: /id_token_signing_alg_values_supported/ });
    expect(await changed.getByRole("cell").allTextContents()).toEqual([expect.stringMatching(/PS256.+|.+PS256/), "PS256"]);
    await expectAccessible(page, "a bank in quarantine");
    // However long the rest of the page takes to follow, the card answers.
    const rest = Promise.withResolvers<void>();
    await page.route("**/api/operator/banks", async (route) => (await rest.promise, route.continue()));

    // The bank changes its mind meanwhile: what was looked at is not approved any more.
    await product.bank("DELETE", "/faults");
    await product.bank("POST", "/faults", { fault: "discovery.moved", for: metadata, options: { name: "jwks_uri" } });
    const question = page.getByRole("dialog", { name: /Go by what .* says now/ });
    await keyboard.use(card.getByRole("button", { name: "Approve what it says" }));
    await keyboard.arrivesIn(question);
    await expectAccessible(page, "the question");
    await keyboard.use(question.getByRole("button", { name: "Approve" }));
    await question.getByText("ERR_AUTHORIZATION_SERVER_MOVED").waitFor();
    expect((await connect()).body.code).toBe("ERR_ASPSP_QUARANTINED");
    await keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    await lookAgain();
    await card.getByRole("row", { name: /jwks_uri/ }).waitFor();
    await changed.waitFor({ state: "detached" });

    // Leaving the question keeps it refused.
    await keyboard.use(card.getByRole("button", { name: "Approve what it says" }));
    await keyboard.arrivesIn(question);
    await keyboard.use(question.getByRole("button", { name: "Cancel" }));
    await question.waitFor({ state: "detached" });
    expect((await connect()).body.code).toBe("ERR_ASPSP_QUARANTINED");

    // Where it moved to nothing is, so the test lets it come back: that is what is looked at and approved.
    await product.bank("DELETE", "/faults");
    await lookAgain();
    await card.getByRole("row", { name: /jwks_uri/ }).waitFor({ state: "detached" });
    rest.resolve();
    await keyboard.use(card.getByRole("button", { name: "Approve what it says" }));
    await keyboard.arrivesIn(question);
    await keyboard.use(question.getByRole("button", { name: "Approve" }));
    await page.getByText(/is believed again/).waitFor();
    await card.waitFor({ state: "detached" });
    await keyboard.arrivesAt(page.getByRole("heading", { level: 1 }));
    await expectAccessible(page, "approved");
    expect((await connect()).status).toBe(201);
    const approved = await product.operator<{ authorizationServers: unknown[] }>("bank-gateway", "GET", "/authorization-servers/quarantined");
    expect(approved.authorizationServers).toEqual([]);
    expect(complaints.found).toEqual([]);
    await context.close();
  });
});
