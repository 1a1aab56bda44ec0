import { randomUUID } from "node:crypto";
import { bffRoutes } from "@opl/contracts/http/bff";
import type { RouteContract } from "@opl/contracts/http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { idPlaces } from "../services/bff/test/id-places.ts";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** US-08, G-15: every place of a request that takes an id, in path, query and body, asked with the ids of somebody else, over the running product. */
let product: TestProduct;
let owner: Person;
let stranger: Person;
let ids: Record<string, string>;
/** Where the owner's list goes on. */
let cursor: string;

function anOrder(paymentId: string = randomUUID()) {
  const instruction = {
    scheme: "sepa",
    amount: { amount: "1.00", currency: "EUR" },
    creditor: { iban: "FI2112345600000785", name: "Maija Mallikas", address: null, country: null },
    remittance: { kind: "message", text: "Lounas" },
  };
  return { aspspId: "op", debtorAccountId: null, payments: [{ paymentId, instruction, schedule: { firstDate: null, every: null, count: 1 } }] };
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
const madeByPage: readonly string[] = ["putPaymentOrderView", "putPaymentOrderView body.payments.paymentId"];
const withIds = (Object.entries(bffRoutes) as [keyof typeof bffRoutes, RouteContract][]).filter(([, contract]) =>
  idPlaces([contract]).some((place) => place.startsWith(`${contract.operationId} params.`)),
);

interface Asked {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** Each place of an id outside the path: which kind it is, and the request with it. A place without an entry fails the test. */
const beside: Readonly<Record<string, readonly [kind: string, ask: (id: string) => Asked]>> = {
  "startConnection body.renews": ["consentId", (renews) => ({ method: "POST", path: "/api/connections", body: { aspspId: "op", renews } })],
  "listTransactionRows query.accountId": ["accountId", (id) => ({ method: "GET", path: `/api/transactions?accountId=${id}` })],
  "listTransactionRows query.recurringId": ["recurringId", (id) => ({ method: "GET", path: `/api/transactions?recurringId=${id}` })],
  "getNetWorth query.accountId": ["accountId", (id) => ({ method: "GET", path: `/api/insights/net-worth?from=2026-01-01&to=2026-01-31&accountId=${id}` })],
  "listPaymentOrderViews query.before": ["paymentOrderId", (id) => ({ method: "GET", path: `/api/payment-orders?before=${id}` })],
  "annotateTransactions body.annotations.transactionId": [
    "transactionId",
    (transactionId) => ({ method: "POST", path: "/api/annotations", body: { annotations: [{ transactionId, category: "family" }] } }),
  ],
  "confirmCharges body.transactionIds": ["transactionId", (id) => ({ method: "POST", path: "/api/confirmed-charges", body: { transactionIds: [id] } })],
  "takeBackConfirmation query.transactionId": ["transactionId", (id) => ({ method: "DELETE", path: `/api/confirmed-charges?transactionId=${id}` })],
  "putPaymentOrderView body.debtorAccountId": [
    "accountId",
    (debtorAccountId) => ({ method: "PUT", path: `/api/payment-orders/${randomUUID()}`, body: { ...anOrder(), debtorAccountId } }),
  ],
  "putPaymentOrderView body.payments.paymentId": [
    "paymentId",
    (paymentId) => ({ method: "PUT", path: `/api/payment-orders/${randomUUID()}`, body: anOrder(paymentId) }),
  ],
  "cancelPaymentOrder body.paymentId": [
    "paymentId",
    (paymentId) => ({ method: "POST", path: `/api/payment-orders/${ids["strangersOrderId"]}/cancellation`, body: { paymentId } }),
  ],
  "startFundsPermission body.accountId": ["accountId", (accountId) => ({ method: "POST", path: "/api/funds-permissions", body: { aspspId: "op", accountId } })],
  "startFundsPermission body.renews": [
    "fundsConsentId",
    (renews) => ({ method: "POST", path: "/api/funds-permissions", body: { aspspId: "op", accountId: null, renews } }),
  ],
};
/** A text of ours that says where a list goes on, and what the bank answered to somebody: below, each in its own words. */
const inItsOwnWords = ["listTransactionRows query.cursor", "finishConnection body.parameters.name", "finishConnection body.parameters.value"];

beforeAll(async () => {
  product = await startTestProduct();
  owner = await new Person(product.origin).signUp();
  stranger = await new Person(product.origin).signUp();
  const { consentId } = await owner.connect("op", "88888881");
  await owner.untilRead(consentId);
  // The list knows categories and what repeats, so that it follows the ledger by a moment.
  const { transactionId, accountId, recurringId, nextCursor } = await vi.waitFor(async () => {
    const { transactions, nextCursor: after } = await owner.get("listTransactionRows", "/api/transactions?limit=1");
    const { recurring } = await owner.get("getRecurring", "/api/insights/recurring");
    if (transactions[0] === undefined || recurring[0] === undefined || after === null) throw new Error("nothing is listed yet");
    return { ...transactions[0], recurringId: recurring[0].recurringId, nextCursor: after };
  }, 30_000);
  const paymentOrderId = randomUUID();
  const paymentId = randomUUID();
  expect((await owner.ask("PUT", `/api/payment-orders/${paymentOrderId}`, anOrder(paymentId))).status).toBe(200);
  const strangersOrderId = randomUUID();
  expect((await stranger.ask("PUT", `/api/payment-orders/${strangersOrderId}`, anOrder())).status).toBe(200);
  const { fundsConsentId } = await owner.post("startFundsPermission", "/api/funds-permissions", { aspspId: "op", accountId: null });
  const made = await owner.ask<{ rule: { counterpartyRuleId: string } }>("PUT", `/api/transactions/${transactionId}/counterparty-rule`, { category: "family" });
  expect(made.status).toBe(200);
  cursor = nextCursor;
  ids = {
    paymentId,
    strangersOrderId,
    recurringId,
    counterpartyRuleId: made.body.rule.counterpartyRuleId,
    consentId,
    transactionId,
    accountId,
    paymentOrderId,
    fundsConsentId,
  };
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

  it("G-15 every place of an id outside the path is tried", () => {
    const places = idPlaces(Object.values(bffRoutes)).filter((place) => !/^\w+ params\./.test(place));
    expect(places.toSorted()).toEqual([...Object.keys(beside), ...inItsOwnWords].toSorted());
  });

  it.each(Object.entries(beside))("US-09 %s: another's id is as nobody's", async (place, [kind, ask]) => {
    const id = ids[kind] ?? "";
    const asked = async (by: Person, of: string) => {
      const { method, path, body } = ask(of);
      return by.ask(method, path, body);
    };
    const foreign = await asked(stranger, id);
    expect(foreign.status).toBe(madeByPage.includes(place) ? 409 : 404);
    if (!madeByPage.includes(place)) expect(apartFromRequest(foreign.body)).toEqual(apartFromRequest((await asked(stranger, randomUUID())).body));
    expect(JSON.stringify(foreign.body)).not.toContain(id);
    expect((await asked(new Person(product.origin), id)).status).toBe(401);
  });

  it("US-09 where another's list goes on, one's own does: nothing of theirs is shown", async () => {
    const theirs = await owner.ask<{ transactions: unknown[] }>("GET", `/api/transactions?cursor=${encodeURIComponent(cursor)}`);
    expect(theirs.body.transactions.length).toBeGreaterThan(0);
    const answer = await stranger.ask<{ transactions: unknown[] }>("GET", `/api/transactions?cursor=${encodeURIComponent(cursor)}`);
    expect(answer).toMatchObject({ status: 200, body: { transactions: [] } });
  });

  it("US-05 what the bank answered to one person is taken from no other, and the one may still bring it", async () => {
    const { redirectUrl } = await owner.post("startConnection", "/api/connections", { aspspId: "op" });
    const returned = await visitBank(redirectUrl, "88888882", "approve");
    await expect(stranger.comeBack(returned)).rejects.toThrow(/: 404 /);
    const { consentId } = await owner.comeBack(returned);
    expect(consentId).not.toBe("");
  });

  it("the owner still sees everything afterwards: nothing was withdrawn or read by the other", async () => {
    const { connection } = await owner.get("getConnection", `/api/connections/${ids["consentId"]}`);
    expect(connection.status).toBe("valid");
  });
});

/** A refusal without the number of the request. */
function apartFromRequest(body: unknown): unknown {
  return { ...(body as object), requestId: undefined };
}
