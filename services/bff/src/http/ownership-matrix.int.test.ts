import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import type { RouteContract } from "@opl/contracts/http";
import { newId } from "@opl/service";
import { eventually, keptLog } from "@opl/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPasskey } from "../../test/authenticator.ts";
import { password, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { browserAt } from "../../test/browser.ts";
import type { Answer, Browser } from "../../test/browser.ts";
import { idPlaces } from "../../test/id-places.ts";
import { halfSignedIn, personWithFactor } from "../../test/second-factor.ts";
import { routes } from "./index.ts";

/**
 * Every route with an id, tried by everybody who must not have it (G-15, US-08, US-09, US-10). The list of routes and ids comes
 * from the contracts; a new place for an id, of whatever form, and without a case here fails the first test.
 */
interface Case {
  /** The id of something this person has; made anew where it can be used once. */
  readonly id: (owner: Person) => string | Promise<string>;
  /** Path and body with that id in its place. */
  readonly ask: (id: string, owner: Person) => { readonly path: string; readonly body?: unknown };
  /** The id is made by a page: another person cannot have it as well, and gets the answer of somebody who used it before. */
  readonly madeByPage?: true;
}

const account = ({ holdings }: Person): string => holdings.accounts[0]?.accountId ?? "";
const transaction = ({ holdings }: Person): string => holdings.transactions[1]?.transactionId ?? "";
const consent = ({ holdings }: Person): string => holdings.consent.consentId;
const otherSession = async ({ browser, email }: Person): Promise<string> => {
  const elsewhere = browserAt(browser.address, browser.origin);
  await elsewhere.send("POST", "/api/auth/sign-in/email", { body: { email, password } });
  const { sessions } = (await elsewhere.get("/api/me/sessions")).json<{ sessions: { sessionId: string; current: boolean }[] }>();
  return sessions.find(({ current }) => current)?.sessionId ?? "";
};
const exported = async ({ browser }: Person): Promise<string> =>
  (await browser.send("POST", "/api/me/exports", { body: { format: "json" } })).json<{ exportId: string }>().exportId;

const order = ({ holdings }: Person): string => holdings.paymentOrder.paymentOrderId;
const paymentOf = ({ holdings }: Person): string => holdings.paymentOrder.payments[0]?.paymentId ?? "";
const funds = ({ holdings }: Person): string => holdings.fundsConsentId;
const wanted = (ids: { readonly debtorAccountId?: string; readonly paymentId?: string } = {}) => ({
  aspspId: "op-fi",
  debtorAccountId: ids.debtorAccountId ?? null,
  payments: [
    {
      paymentId: ids.paymentId ?? "01a20000-0000-7000-8000-0000000000f1",
      instruction: {
        scheme: "sepa",
        amount: { amount: "12.50", currency: "EUR" },
        creditor: { iban: "FI1410093000123458", name: "Sähkö Oy", address: null, country: null },
        remittance: { kind: "message", text: "Lasku" },
      },
      schedule: { firstDate: null, every: null, count: 1 },
    },
  ],
});

const half = { category: "family", amount: { amount: "-0.50", currency: "EUR" } };
const halves = { parts: [half, half] };

const cases: Readonly<Record<string, Case>> = {
  "startConnection body.renews": { id: consent, ask: (id) => ({ path: "/api/connections", body: { aspspId: "op-fi", renews: id } }) },
  "getConnection params.consentId": { id: consent, ask: (id) => ({ path: `/api/connections/${id}` }) },
  "refreshConnection params.consentId": { id: consent, ask: (id) => ({ path: `/api/connections/${id}/refresh` }) },
  "withdrawConnection params.consentId": { id: consent, ask: (id) => ({ path: `/api/connections/${id}/withdrawal`, body: { keepData: true } }) },
  "reconfirmConnection params.consentId": { id: consent, ask: (id) => ({ path: `/api/connections/${id}/reconfirmation`, body: {} }) },
  "getReceipts params.consentId": { id: consent, ask: (id) => ({ path: `/api/connections/${id}/receipts` }) },
  "listTransactionRows query.accountId": { id: account, ask: (id) => ({ path: `/api/transactions?accountId=${id}` }) },
  "listTransactionRows query.recurringId": {
    id: ({ holdings }) => holdings.recurringId,
    ask: (id) => ({ path: `/api/transactions?recurringId=${id}` }),
  },
  "getTransactionView params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}` }) },
  "correctTransactionCategory params.transactionId": {
    id: transaction,
    ask: (id) => ({ path: `/api/transactions/${id}/category`, body: { category: "family" } }),
  },
  "takeBackTransactionCategory params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}/category` }) },
  "noteTransaction params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}/note`, body: { note: "Mine" } }) },
  "previewTransactionRule params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}/counterparty-rule?category=family` }) },
  "putTransactionRule params.transactionId": {
    id: transaction,
    ask: (id) => ({ path: `/api/transactions/${id}/counterparty-rule`, body: { category: "family" } }),
  },
  "removeRule params.counterpartyRuleId": { id: ({ holdings }) => holdings.counterpartyRuleId, ask: (id) => ({ path: `/api/counterparty-rules/${id}` }) },
  "splitTransaction params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}/split`, body: halves }) },
  "removeTransactionSplit params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}/split` }) },
  "annotateTransactions body.annotations.transactionId": {
    id: transaction,
    ask: (id) => ({ path: "/api/annotations", body: { annotations: [{ transactionId: id, category: "family" }] } }),
  },
  "confirmCharges body.transactionIds": { id: transaction, ask: (id) => ({ path: "/api/confirmed-charges", body: { transactionIds: [id] } }) },
  "takeBackConfirmation query.transactionId": { id: transaction, ask: (id) => ({ path: `/api/confirmed-charges?transactionId=${id}` }) },
  "getProof params.transactionId": { id: transaction, ask: (id) => ({ path: `/api/transactions/${id}/proof` }) },
  "putPaymentOrderView params.paymentOrderId": { id: order, madeByPage: true, ask: (id) => ({ path: `/api/payment-orders/${id}`, body: wanted() }) },
  "putPaymentOrderView body.debtorAccountId": {
    id: account,
    ask: (debtorAccountId) => ({ path: "/api/payment-orders/01a20000-0000-7000-8000-0000000000f2", body: wanted({ debtorAccountId }) }),
  },
  "putPaymentOrderView body.payments.paymentId": {
    id: paymentOf,
    madeByPage: true,
    ask: (paymentId, owner) => ({ path: `/api/payment-orders/${order(owner)}`, body: wanted({ paymentId }) }),
  },
  "approvePaymentOrder params.paymentOrderId": { id: order, ask: (id) => ({ path: `/api/payment-orders/${id}/approval`, body: {} }) },
  "getPaymentOrderView params.paymentOrderId": { id: order, ask: (id) => ({ path: `/api/payment-orders/${id}` }) },
  "listPaymentOrderViews query.before": { id: order, ask: (id) => ({ path: `/api/payment-orders?before=${id}` }) },
  "cancelPaymentOrder params.paymentOrderId": { id: order, ask: (id) => ({ path: `/api/payment-orders/${id}/cancellation`, body: { paymentId: null } }) },
  "cancelPaymentOrder body.paymentId": {
    id: paymentOf,
    ask: (paymentId, owner) => ({ path: `/api/payment-orders/${order(owner)}/cancellation`, body: { paymentId } }),
  },
  "startFundsPermission body.accountId": { id: account, ask: (accountId) => ({ path: "/api/funds-permissions", body: { aspspId: "op-fi", accountId } }) },
  "startFundsPermission body.renews": {
    id: funds,
    ask: (renews) => ({ path: "/api/funds-permissions", body: { aspspId: "op-fi", accountId: null, renews } }),
  },
  "getFundsReceipts params.fundsConsentId": { id: funds, ask: (id) => ({ path: `/api/funds-permissions/${id}/receipts` }) },
  "confirmFundsOf params.fundsConsentId": {
    id: funds,
    ask: (id) => ({ path: `/api/funds-permissions/${id}/confirmations`, body: { amount: { amount: "1.00", currency: "EUR" } } }),
  },
  "withdrawFundsPermission params.fundsConsentId": { id: funds, ask: (id) => ({ path: `/api/funds-permissions/${id}/withdrawal`, body: {} }) },
  "getNetWorth query.accountId": { id: account, ask: (id) => ({ path: `/api/insights/net-worth?from=2026-01-01&to=2026-11-22&accountId=${id}` }) },
  "renamePasskey params.passkeyId": { id: addPasskey, ask: (id) => ({ path: `/api/me/passkeys/${id}`, body: { name: "Mine" } }) },
  "removePasskey params.passkeyId": { id: addPasskey, ask: (id) => ({ path: `/api/me/passkeys/${id}` }) },
  "endSession params.sessionId": { id: otherSession, ask: (id) => ({ path: `/api/me/sessions/${id}` }) },
  "downloadExport params.exportId": { id: exported, ask: (id) => ({ path: `/api/me/exports/${id}/download` }) },
};

const contracts: readonly RouteContract[] = [...Object.values(bffRoutes), ...Object.values(signInRoutes), ...Object.values(securityRoutes)];

/** With those of the operators, whose matrix says who of the signed in may use them. */
const everyRoute: readonly RouteContract[] = [...contracts, ...Object.values(operatorRoutes)];

/**
 * What is no id of a thing that a person has, and is not taken from another all the same: tried where that is at home.
 */
const triedElsewhere: readonly RegExp[] = [
  // A place in a list, tried over the whole product (e2e/ownership).
  /^listTransactionRows query\.cursor$/,
  // What the bank or the provider answered, in the last test below and with those of single sign-on.
  /^(finishConnection|finishSingleSignOn) body\.parameters\.(name|value)$/,
  // What an authenticator signed, with those of passkeys.
  /^(signInByPasskey|signUpByPasskey|confirmByPasskey|addPasskey) body\.answer\./,
];

/** What is done where there is no session yet; signing out of none is no mistake. */
const openToAll = [
  "beginPasskeySignIn",
  "beginPasskeySignUp",
  "beginRecovery",
  "beginSingleSignOn",
  "enterAfterSignUp",
  "finishRecovery",
  "finishSignIn",
  "finishSingleSignOn",
  "getProvider",
  "signIn",
  "signInByPasskey",
  "signOut",
  "signUp",
  "signUpByPasskey",
];

/** Who is nobody to us: `another person` is somebody, with things of their own. */
const closedTo = ["anonymous", "half signed in", "signed out", "erased", "with a forged cookie"] as const;

/** How often a way is gone, so that what else the process does is not taken for a part of it. */
const tries = 3;
const methodOf = (place: string): string => contracts.find(({ operationId }) => operationId === place.split(" ")[0])?.method ?? "GET";

describe("whose is it", () => {
  let bff: Bff;
  let owner: Person;
  const strangers: Record<string, Browser> = {};
  const { logger, lines } = keptLog("bff");
  let statements = 0;
  beforeAll(async () => {
    bff = await startBff({ logger, onStatement: () => (statements += 1) });
    owner = await bff.person();
    strangers["anonymous"] = bff.browser();
    strangers["another person"] = (await bff.person()).browser;
    strangers["signed out"] = await afterwards(await bff.person(owner.email), (browser) => browser.send("POST", "/api/auth/sign-out", { body: {} }));
    strangers["erased"] = await afterwards(await bff.person(), (browser) => browser.send("DELETE", "/api/me"));
    strangers["half signed in"] = await halfSignedIn(bff, (await personWithFactor(bff, Temporal.Now.instant(), 0)).email);
    strangers["with a forged cookie"] = browserAt(bff.address, owner.browser.origin);
    strangers["with a forged cookie"].cookie = owner.browser.cookie?.replace(/.{8}$/, "AAAAAAA%3D");
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  /** A browser that goes on using its cookie after the session has ended. */
  async function afterwards({ browser }: Person, end: (browser: Browser) => Promise<Answer>): Promise<Browser> {
    const { cookie } = browser;
    const answer = await end(browser);
    expect(answer.status).toBe(204);
    browser.cookie = cookie;
    return browser;
  }

  it("has a case for every id that a request can carry (G-15)", () => {
    const here = idPlaces(contracts).filter((place) => !triedElsewhere.some((pattern) => pattern.test(place)));
    expect(here.toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  describe.each(Object.entries(cases))("%s", (place, { id, ask, madeByPage }) => {
    const send = (browser: Browser, of: string): Promise<Answer> => {
      const { path, body } = ask(of, owner);
      return browser.send(methodOf(place), path, body === undefined ? {} : { body });
    };

    it("answers its owner", async () => {
      const { status } = await send(owner.browser, await id(owner));
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(300);
    });

    if (madeByPage === true)
      it("is refused to another person, without a word of whose it is (US-08)", async () => {
        const answer = await send(strangers["another person"] as Browser, await id(owner));
        expect(answer.status).toBe(409);
        expect(answer.text).not.toContain(owner.holdings.canary);
      });
    else
      it("is to another person as if it did not exist (US-08)", async () => {
        const stranger = strangers["another person"] as Browser;
        const [foreign, unknown] = [await send(stranger, await id(owner)), await send(stranger, newId())];
        expect(comparable(foreign)).toEqual(comparable(unknown));
        expect(foreign.status).toBe(404);
        expect(foreign.text).not.toContain(owner.holdings.canary);
      });

    if (madeByPage !== true)
      it("takes the same way for another's id as for nobody's, and each is one line of the security log that names neither (US-08)", async () => {
        const stranger = strangers["another person"] as Browser;
        const { sessions } = (await stranger.get("/api/me/sessions")).json<{ sessions: { sessionId: string; current: boolean }[] }>();
        const sessionId = sessions.find(({ current }) => current)?.sessionId;
        const [foreign, unknown] = [await id(owner), newId()];
        lines.length = 0;
        expect(await wayOf(stranger, foreign)).toEqual(await wayOf(stranger, unknown));
        const events = (): Record<string, unknown>[] =>
          lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ subsystem }) => subsystem === "security");
        await eventually(() => Promise.resolve(events().length >= 2 * tries));
        const route = contracts.find(({ operationId }) => operationId === place.split(" ")[0])?.path;
        const event = { level: "warn", route, sessionId, msg: "asked for something that is not there" };
        expect(events()).toEqual(Array.from({ length: 2 * tries }, () => expect.objectContaining(event)));
        for (const secret of [foreign, unknown, owner.holdings.canary]) expect(JSON.stringify(events())).not.toContain(secret);
      });

    /**
     * What an answer costs: the questions to the services behind but for the list of banks, which is held for all for a second; and the
     * least of the statements to our own database, of which others run beside it.
     */
    async function wayOf(browser: Browser, of: string): Promise<object> {
      const ways: { readonly asked: string[]; readonly statements: number }[] = [];
      for (let n = 0; n < tries; n += 1) {
        const [before, { length }] = [statements, bff.downstream.asked];
        await send(browser, of);
        const asked = bff.downstream.asked.slice(length).map(({ operation }) => operation);
        ways.push({ asked: asked.filter((operation) => operation !== "listAspsps").toSorted(), statements: statements - before });
      }
      return { asked: ways.map(({ asked }) => asked), statements: Math.min(...ways.map((way) => way.statements)) };
    }

    it.each(closedTo)("is closed to who is %s", async (who) => {
      const answer = await send(strangers[who] as Browser, await id(owner));
      expect(answer.status).toBe(401);
      expect(answer.json()).toMatchObject({ code: "ERR_NOT_SIGNED_IN" });
      expect(answer.text).not.toContain(owner.holdings.canary);
    });

    it.each(["not-an-id", "00000000-0000-0000-0000-00000000000g", "%00", "..%2f..%2fhealth%2flive", "' or 1=1 --"])(
      "never takes %j for an id (US-34, US-42)",
      async (text) => {
        const answer = await send(owner.browser, text);
        expect([400, 404]).toContain(answer.status);
        expect(answer.text).not.toContain(owner.holdings.canary);
      },
    );
  });

  describe("every route there is, with an id or without", () => {
    it("needs a person, but for those of signing up and in (G-15)", () => {
      const served = routes(bff.app.context).map(({ contract }) => contract);
      expect(served.map(({ operationId }) => operationId).toSorted()).toEqual(everyRoute.map(({ operationId }) => operationId).toSorted());
      const open = everyRoute.filter(({ psu }) => psu === "none").map(({ operationId }) => operationId);
      expect(open.toSorted()).toEqual(openToAll.toSorted());
    });

    it.each(closedTo)("is closed to who is %s, and nothing is asked for them (US-08, US-23, US-24)", async (who) => {
      const stranger = strangers[who] as Browser;
      const [before, answers] = [bff.downstream.asked.length, new Map<string, unknown>()];
      for (const { method, path } of [...everyRoute.filter(({ psu }) => psu === "required"), { method: "GET", path: "/api/live" }]) {
        const answer = await stranger.send(method, path.replaceAll(/:\w+/g, newId()), method === "GET" ? {} : { body: {} });
        answers.set(`${method} ${path}`, [answer.status, answer.json()["code"]]);
      }
      expect(answers.size).toBeGreaterThan(70);
      expect([...answers].filter(([, answer]) => String(answer) !== "401,ERR_NOT_SIGNED_IN")).toEqual([]);
      expect(bff.downstream.asked).toHaveLength(before);
    });
  });

  it("refuses a list of ids of which one is another's as a whole (US-09)", async () => {
    const stranger = strangers["another person"] as Browser;
    const own = (await stranger.get("/api/accounts")).json<{ accounts: { accountId: string }[] }>().accounts[0]?.accountId ?? "";
    expect((await stranger.get(`/api/transactions?accountId=${own}`)).status).toBe(200);
    expect((await stranger.get(`/api/transactions?accountId=${own}&accountId=${account(owner)}`)).status).toBe(404);
  });

  it("refuses what is said about many transactions as a whole when one is another's, in the words of one that does not exist (US-09)", async () => {
    const stranger = strangers["another person"] as Browser;
    const own = (await stranger.get("/api/transactions")).json<{ transactions: { transactionId: string }[] }>().transactions[0]?.transactionId ?? "";
    const say = (ids: readonly string[]): Promise<Answer> =>
      stranger.send("POST", "/api/annotations", { body: { annotations: ids.map((transactionId) => ({ transactionId, category: "family" })) } });
    expect((await say([own])).status).toBe(200);
    const [foreign, unknown] = [await say([own, transaction(owner)]), await say([own, newId()])];
    expect(foreign.status).toBe(404);
    expect(comparable(foreign)).toEqual(comparable(unknown));
    expect(foreign.text).not.toContain(owner.holdings.canary);
    expect((await say(Array.from({ length: 501 }, () => newId()))).status).toBe(400);
    expect((await say([own, own])).status).toBe(400);
    expect((await say([])).status).toBe(400);
  });

  it("shows every person only their own in the lists without an id", async () => {
    const stranger = strangers["another person"] as Browser;
    for (const path of contracts
      .filter(({ method, params, psu }) => method === "GET" && params === undefined && psu === "required")
      .map((contract) => contract.path)) {
      const answer = await stranger.get(
        path === "/api/insights/spending" || path === "/api/insights/net-worth" ? `${path}?from=2026-01-01&to=2026-11-22` : path,
      );
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.text).not.toContain(owner.holdings.canary);
      expect(answer.text).not.toContain(owner.email);
    }
  });

  it("does not let another session finish what this one began (US-05, US-06)", async () => {
    const begun = await owner.browser.send("POST", "/api/connections", { body: { aspspId: "op-fi" } });
    const { consentId } = begun.json<{ consentId: string }>();
    const body = { redirectContext: "op-fi", parameters: [{ name: "state", value: consentId }] };
    const secondSession = browserAt(bff.address, owner.browser.origin);
    await secondSession.send("POST", "/api/auth/sign-in/email", { body: { email: owner.email, password } });
    expect((await (strangers["another person"] as Browser).send("POST", "/api/connections/return", { body })).status).toBe(403);
    expect((await secondSession.send("POST", "/api/connections/return", { body })).status).toBe(403);
    expect((await owner.browser.send("POST", "/api/connections/return", { body })).status).toBe(200);
  });
});

/** An answer without what differs between any two requests. */
function comparable({ status, headers, text }: Answer): object {
  const named = Object.fromEntries(
    [...headers].filter(([name]) => !["date", "x-request-id", "content-length", "x-ratelimit-remaining", "x-ratelimit-reset"].includes(name)),
  );
  return { status, headers: named, text: text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>") };
}
