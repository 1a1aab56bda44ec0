import { randomBytes } from "node:crypto";
import { consentRoutes } from "@opl/contracts/http/consent";
import { newId } from "@opl/service";
import type { PsuContext } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { returned } from "../testing/harness.ts";
import { electricity, once } from "../testing/payments.ts";
import { startApp } from "../testing/start-app.ts";
import type { RunningApp } from "../testing/start-app.ts";

let app: RunningApp;
let owner: PsuContext;
let stranger: PsuContext;
let consentId: string;
let open: { consentId: string; state: string; sessionBinding: string };
beforeAll(async () => {
  app = await startApp();
  owner = await app.tokens.psu(newId());
  stranger = await app.tokens.psu(newId());
  const begin = async () => {
    const sessionBinding = randomBytes(32).toString("base64url");
    const { consentId, redirectUrl } = await app.bff.createConsent({ psu: owner, body: { aspspId: "op-fi", validityDays: 30, sessionBinding } });
    return { consentId, sessionBinding, state: new URL(redirectUrl ?? "").searchParams.get("state") ?? "" };
  };
  const { state, sessionBinding } = ({ consentId } = await begin());
  await app.bff.completeAuthorisation({ psu: owner, body: { redirectContext: "op-fi", sessionBinding, parameters: [...returned({ state })] } });
  open = await begin();
});
afterAll(() => app[Symbol.asyncDispose]());

type Operation = keyof typeof consentRoutes;
interface Case {
  readonly path: () => string;
  readonly body?: () => object;
  /** What another person gets for the owner's id; `own` where the route has no id and shows their own only. */
  readonly stranger: { readonly status: number; readonly code: string } | "own";
}
const notFound = { status: 404, code: "ERR_CONSENT_NOT_FOUND" };
/** One entry for every route: a new one without an entry does not compile. */
const cases: { readonly [O in Operation]: Case } = {
  createConsent: {
    path: () => "/consents",
    body: () => ({ aspspId: "op-fi", validityDays: 30, sessionBinding: open.sessionBinding, replaces: consentId }),
    stranger: notFound,
  },
  completeAuthorisation: {
    path: () => "/authorisations/completion",
    body: () => ({ redirectContext: "op-fi", sessionBinding: open.sessionBinding, parameters: returned({ state: open.state }) }),
    stranger: { status: 404, code: "ERR_AUTHORISATION_UNKNOWN" },
  },
  listConsents: { path: () => "/consents", stranger: "own" },
  consentOverview: { path: () => "/overview?orders=20", stranger: "own" },
  getConsent: { path: () => `/consents/${consentId}`, stranger: notFound },
  revokeConsent: { path: () => `/consents/${consentId}/revocation`, body: () => ({ keepData: true }), stranger: notFound },
  listReceipts: { path: () => `/consents/${consentId}/receipts`, stranger: notFound },
  reconfirmConsent: { path: () => `/consents/${consentId}/reconfirmation`, body: () => ({}), stranger: notFound },
};
const operations = Object.keys(cases) as Operation[];

async function ask(
  operation: Operation,
  { token, psu, body = cases[operation].body?.(), path = cases[operation].path() }: { token?: string; psu?: string; body?: unknown; path?: string },
) {
  const response = await fetch(app.baseUrl + path, {
    method: consentRoutes[operation].method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(psu === undefined ? {} : { "opl-psu-context": psu }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const bffToken = () => app.tokens.for("bff").issue("consent");

describe.each(operations)("%s refuses", (operation) => {
  it.each([
    { name: "nobody", ask: async () => ({ psu: owner.token }), status: 401, code: "ERR_SERVICE_TOKEN_REFUSED" },
    { name: "a made-up token", ask: async () => ({ token: "eyJhbGciOiJub25lIn0.e30.", psu: owner.token }), status: 401, code: "ERR_SERVICE_TOKEN_REFUSED" },
    {
      name: "a token for another service",
      ask: async () => ({ token: await app.tokens.for("bff").issue("ingest"), psu: owner.token }),
      status: 401,
      code: "ERR_SERVICE_TOKEN_REFUSED",
    },
    {
      name: "a caller that may not",
      ask: async () => ({ token: await app.tokens.for("ingest").issue("consent"), psu: owner.token }),
      status: 403,
      code: "ERR_CALLER_FORBIDDEN",
    },
    { name: "a call without a person", ask: async () => ({ token: await bffToken() }), status: 401, code: "ERR_PSU_CONTEXT_REQUIRED" },
    {
      name: "a person that another service vouches for",
      ask: async () => ({ token: await bffToken(), psu: (await app.tokens.for("ingest").signPsuContext(owner)).token }),
      status: 401,
      code: "ERR_PSU_CONTEXT_REFUSED",
    },
  ])("$name", async ({ ask: input, status, code }) => {
    const answer = await ask(operation, await input());
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  });

  it("US-08 another person, and shows nothing", async () => {
    const answer = await ask(operation, { token: await bffToken(), psu: stranger.token });
    const expected = cases[operation].stranger;
    if (expected === "own") expect(Object.values(answer.body).flat()).toEqual([]);
    else expect([answer.status, answer.body["code"]]).toEqual([expected.status, expected.code]);
    expect(JSON.stringify(answer.body)).not.toContain(owner.psuId);
  });
});

describe("what another person cannot tell apart", () => {
  it("US-10 a foreign id and a made-up one", async () => {
    const token = await bffToken();
    const [foreign, madeUp] = await Promise.all([consentId, newId()].map((id) => ask("getConsent", { token, psu: stranger.token, path: `/consents/${id}` })));
    const { requestId: _a, ...one } = foreign!.body;
    const { requestId: _b, ...other } = madeUp!.body;
    expect([foreign!.status, one]).toEqual([madeUp!.status, other]);
  });
});

describe("bad input is the caller's fault", () => {
  const binding = "A".repeat(43);
  const returnOf = (parameters: unknown) => ({ redirectContext: "op-fi", sessionBinding: binding, parameters });
  it.each<[Operation, string, unknown]>([
    ["createConsent", "no body", ""],
    ["createConsent", "no JSON", "{"],
    ["createConsent", "a prototype", `{"__proto__":{"a":1}}`],
    ["createConsent", "an unknown member", { aspspId: "op-fi", validityDays: 30, sessionBinding: binding, psuId: newId() }],
    ["createConsent", "no days", { aspspId: "op-fi", validityDays: 0, sessionBinding: binding }],
    ["createConsent", "too many days", { aspspId: "op-fi", validityDays: 366, sessionBinding: binding }],
    ["createConsent", "half a day", { aspspId: "op-fi", validityDays: 1.5, sessionBinding: binding }],
    ["createConsent", "a bank that is a path", { aspspId: "../op", validityDays: 30, sessionBinding: binding }],
    ["createConsent", "a short binding", { aspspId: "op-fi", validityDays: 30, sessionBinding: "short" }],
    ["completeAuthorisation", "no list", returnOf({ state: "a" })],
    ["completeAuthorisation", "31 parameters", returnOf(Array.from({ length: 31 }, (_, i) => ({ name: `p${i}`, value: "" })))],
    ["completeAuthorisation", "half of a character", returnOf([{ name: "state", value: "\ud800" }])],
    ["completeAuthorisation", "a huge value", returnOf([{ name: "state", value: "a".repeat(100_001) }])],
    ["revokeConsent", "no choice", {}],
    ["revokeConsent", "a text for a choice", { keepData: "true" }],
  ])("%s with %s", async (operation, _, body) => {
    const answer = await ask(operation, { token: await bffToken(), psu: owner.token, body });
    expect(answer.status).toBe(400);
    expect(answer.body["code"]).toMatch(/^ERR_/);
  });

  it.each(
    ["\0", "__proto__", "constructor", "' or 1=1 --", "%00", "a".repeat(20_000), ""].map((state) => ({
      name: JSON.stringify(state.slice(0, 20)),
      state,
    })),
  )("a state of $name is an unknown one", async ({ state }) => {
    const answer = await ask("completeAuthorisation", {
      token: await bffToken(),
      psu: owner.token,
      body: returnOf([
        { name: "state", value: state },
        { name: "code", value: "c" },
      ]),
    });
    expect([answer.status, answer.body["code"]]).toEqual([404, "ERR_AUTHORISATION_UNKNOWN"]);
  });

  it.each([
    // A bff of before says an instant.
    ["0000-01-01T00:00:00Z", 400, "ERR_REQUEST_INVALID"],
    ["0001-01-01T00:00:00+23:00", 400, "ERR_REQUEST_INVALID"],
    ["0001-01-01T00:00:00Z", 200, undefined],
    ["2026-11-29T13:30:13.307803759417-21:34", 400, "ERR_REQUEST_INVALID"],
    ["2026-11-29T13:30:13.307803759-21:34", 200, undefined],
    ["9999-12-31T23:59:59Z", 200, undefined],
    ["9999-12-31T23:59:59-23:59", 400, "ERR_REQUEST_INVALID"],
    ["00000000-0000-0000-0000-00000000000g", 400, "ERR_REQUEST_INVALID"],
    ["019a9c6b-1000-7a11-8e21-5b7d9e0f1a2b", 404, "ERR_PAYMENT_ORDER_NOT_FOUND"],
  ])("US-09 US-33 orders behind %s are answered with %i", async (before, status, code) => {
    const answer = await ask("listConsents", { token: await bffToken(), psu: owner.token, path: `/payment-orders?before=${encodeURIComponent(before)}` });
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  });

  it("US-09 orders of one instant all come, page by page, and not behind an order of somebody else", async () => {
    const wanted = Array.from({ length: 5 }, newId);
    for (const paymentOrderId of wanted) {
      const body = { aspspId: "op-fi", debtorIban: null, payments: [{ paymentId: newId(), instruction: electricity, schedule: once }] };
      await app.bff.putPaymentOrder({ psu: owner, params: { paymentOrderId }, body });
    }
    await app.database.db.updateTable("paymentOrders").set({ createdAt: "2026-11-29T10:00:00.123456Z" }).where("paymentOrderId", "in", wanted).execute();
    const shown: string[] = [];
    const nextPage = async () => {
      const query = { limit: 2, ...(shown.length === 0 ? {} : { before: shown.at(-1) }) };
      const { paymentOrders } = await app.bff.listPaymentOrders({ psu: owner, query });
      shown.push(...paymentOrders.map(({ paymentOrderId }) => paymentOrderId));
    };
    for (let page = 0; page < 3; page += 1) await nextPage();
    expect(shown).toEqual(wanted.toSorted().toReversed());
    const wantedBefore = async (before: string) =>
      (await app.bff.listPaymentOrders({ psu: owner, query: { before } })).paymentOrders.map(({ paymentOrderId }) => paymentOrderId);
    expect(await wantedBefore("2026-11-29T10:00:00.123457Z")).toEqual(shown);
    expect(await wantedBefore("2026-11-29T10:00:00.123456Z")).toEqual([]);
    await expect(app.bff.listPaymentOrders({ psu: stranger, query: { before: wanted[0] } })).rejects.toMatchObject({ code: "ERR_PAYMENT_ORDER_NOT_FOUND" });
  });

  it.each(["nobody", "../consents", "%2e%2e", "00000000-0000-0000-0000-00000000000g"])("an id of %j", async (id) => {
    const answer = await ask("getConsent", { token: await bffToken(), psu: owner.token, path: `/consents/${encodeURIComponent(id)}` });
    expect(answer.status).toBe(400);
  });
});

it("after all of this the owner's consent is valid and the open attempt can still be finished", async () => {
  expect(await app.bff.getConsent({ psu: owner, params: { consentId } })).toMatchObject({ status: "valid" });
  const completed = await app.bff.completeAuthorisation({
    psu: owner,
    body: { redirectContext: "op-fi", sessionBinding: open.sessionBinding, parameters: [...returned({ state: open.state })] },
  });
  expect(completed).toMatchObject({ outcome: "authorised", about: { consentId: open.consentId } });
});
