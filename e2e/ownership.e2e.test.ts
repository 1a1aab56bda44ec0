import { randomUUID } from "node:crypto";
import { bffRoutes } from "@opl/contracts/http/bff";
import type { RouteContract } from "@opl/contracts/http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** US-08, G-15: every route of the browser with an id, asked with the ids of somebody else, over the running product. */
let product: TestProduct;
let owner: Person;
let stranger: Person;
let ids: Record<string, string>;

function anOrder() {
  const instruction = {
    scheme: "sepa",
    amount: { amount: "1.00", currency: "EUR" },
    creditor: { iban: "FI2112345600000785", name: "Maija Mallikas", address: null, country: null },
    remittance: { kind: "message", text: "Lounas" },
  };
  return { aspspId: "op", debtorAccountId: null, payments: [{ paymentId: randomUUID(), instruction, schedule: { firstDate: null, every: null, count: 1 } }] };
}

const half = { category: "family", amount: { amount: "-0.50", currency: "EUR" } };
/** What a request needs besides its ids, for routes that have a body. A route with a body and no entry fails the test. */
const bodies: Partial<Record<keyof typeof bffRoutes, unknown>> = {
  refreshConnection: {},
  withdrawConnection: { keepData: true },
  reconfirmConnection: {},
  putPaymentOrderView: anOrder(),
  correctTransactionCategory: { category: "family" },
  noteTransaction: { note: "Mine" },
  putTransactionRule: { category: "family" },
  splitTransaction: { parts: [half, half] },
  cancelPaymentOrder: { paymentId: null },
  confirmFundsOf: { amount: { amount: "1.00", currency: "EUR" } },
};
/** What a route without a body wants to know. */
const searches: Readonly<Record<string, string>> = { previewTransactionRule: "?category=family" };
/** Ids that a page makes: to another person they are in use, and nothing more is said. */
const madeByPage: readonly string[] = ["putPaymentOrderView"];
// Whose it is can only be asked of an id; a currency or a category is nobody's.
const withIds = (Object.entries(bffRoutes) as [keyof typeof bffRoutes, RouteContract][]).filter(([, contract]) => /\/:\w+Id\b/.test(contract.path));

beforeAll(async () => {
  product = await startTestProduct();
  owner = await new Person(product.origin).signUp();
  stranger = await new Person(product.origin).signUp();
  const { consentId } = await owner.connect("op", "load-1-50");
  await owner.untilRead(consentId);
  // The list knows categories, so it follows the ledger by a moment.
  const { transactionId, accountId } = await vi.waitFor(async () => {
    const { transactions } = await owner.get("listTransactionRows", "/api/transactions?limit=1");
    if (transactions[0] === undefined) throw new Error("no transaction is listed yet");
    return transactions[0];
  }, 30_000);
  const paymentOrderId = randomUUID();
  expect((await owner.ask("PUT", `/api/payment-orders/${paymentOrderId}`, anOrder())).status).toBe(200);
  const { fundsConsentId } = await owner.post("startFundsPermission", "/api/funds-permissions", { aspspId: "op", accountId: null });
  const made = await owner.ask<{ rule: { counterpartyRuleId: string } }>("PUT", `/api/transactions/${transactionId}/counterparty-rule`, { category: "family" });
  expect(made.status).toBe(200);
  ids = { counterpartyRuleId: made.body.rule.counterpartyRuleId, consentId, transactionId, accountId, paymentOrderId, fundsConsentId };
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const pathOf = (contract: RouteContract): string =>
  `${contract.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const id = ids[name];
    if (id === undefined || id === "") throw new Error(`no id for ${name}: name one in this test`);
    return id;
  })}${searches[contract.operationId] ?? ""}`;

describe("US-08 person B never sees anything of person A", () => {
  it.each(withIds.map(([name]) => name))("%s", async (name) => {
    const contract: RouteContract = bffRoutes[name];
    if (contract.body !== undefined) expect(bodies, `${name} has a body: name one in this test`).toHaveProperty(name);
    const foreign = await stranger.ask(contract.method, pathOf(contract), bodies[name]);
    expect(foreign.status).toBe(madeByPage.includes(name) ? 409 : 404);
    const anonymous = await new Person(product.origin).ask(contract.method, pathOf(contract), bodies[name]);
    expect(anonymous.status).toBe(401);
    const text = JSON.stringify(foreign.body);
    for (const id of Object.values(ids)) expect(text).not.toContain(id);
  });

  it("US-09 ids of others in filters find nothing", async () => {
    const answer = await stranger.ask<{ transactions: unknown[] }>("GET", `/api/transactions?accountId=${ids["accountId"]}`);
    expect(answer.status === 404 || answer.body.transactions.length === 0).toBe(true);
    const worth = await stranger.ask<{ accounts?: unknown[] }>("GET", `/api/insights/net-worth?from=2026-01-01&to=2026-01-31&accountId=${ids["accountId"]}`);
    expect(worth.status === 404 || worth.body.accounts?.length === 0).toBe(true);
  });

  it("the owner still sees everything afterwards: nothing was withdrawn or read by the other", async () => {
    const { connection } = await owner.get("getConnection", `/api/connections/${ids["consentId"]}`);
    expect(connection.status).toBe("valid");
  });
});
