import { eventually } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { password, startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { browserAt } from "../../test/browser.ts";
import type { Browser } from "../../test/browser.ts";
import { publisherOf } from "../../test/facts.ts";
import type { Publisher } from "../../test/facts.ts";
import { bank } from "../../test/world.ts";

/** What analytics asks everybody here. */
const insights = [{ kind: "budget-exceeded" }, { kind: "double-charge" }, { kind: "unusual-charge" }];

describe("the overview of who asks again (G-21)", () => {
  let bff: Bff;
  let ingest: Publisher;
  let gateway: Publisher;
  beforeAll(async () => {
    // Longer than any of these tests takes: what is seen anew does not come from a directory that ran out.
    bff = await startBff({ banksHeldMs: 60_000 });
    ingest = await publisherOf("ingest", bff.messaging);
    gateway = await publisherOf("bank-gateway", bff.messaging);
  });
  afterEach(() => {
    bff.downstream.down.clear();
    bff.downstream.unknown.clear();
    bff.downstream.banks[0] = bank;
  });
  afterAll(async () => {
    await ingest[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await bff[Symbol.asyncDispose]();
  });

  const timesAsked = ({ psuId }: Person): number =>
    bff.downstream.asked.filter(({ operation, psu }) => operation === "consentOverview" && psu?.psuId === psuId).length;
  const accountsSeen = async (browser: Browser): Promise<number> => (await browser.get("/api/overview")).json<{ accounts: unknown[] }>().accounts.length;
  /** At the owner only; nobody is told. */
  const loseAnAccount = ({ psuId, holdings }: Person): void =>
    void bff.downstream.holdings.set(psuId, { ...holdings, accounts: holdings.accounts.slice(0, 1) });
  const tellBalance = ({ psuId, holdings }: Person): Promise<void> => {
    const accountId = holdings.accounts[0]?.accountId ?? "";
    const amount = { amount: "1.00", currency: "EUR" };
    return ingest.tell({
      type: "ingest.balance-recorded",
      subject: accountId,
      psuId,
      data: { accountId, psuId, balanceType: "interimBooked", amount, asOf: "2026-11-22T10:00:00Z" },
    });
  };

  it("is the same without asking the owners while nothing changed", async () => {
    const aino = await bff.person();
    const [first, second] = [await aino.browser.get("/api/overview"), await aino.browser.get("/api/overview")];
    expect([second.status, second.text, timesAsked(aino)]).toEqual([200, first.text, 1]);
    expect(second.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(second.headers.get("cache-control")).toBe("no-store");
  });

  it("is each person's own, also one after the other in one browser (US-04, US-08)", async () => {
    const [aino, eetu] = [await bff.person(), await bff.person()];
    const [hers, his] = [await aino.browser.get("/api/overview"), await eetu.browser.get("/api/overview")];
    expect([hers.text.includes(eetu.holdings.canary), his.text.includes(aino.holdings.canary)]).toEqual([false, false]);
    await aino.browser.send("POST", "/api/auth/sign-in/email", { body: { email: eetu.email, password } });
    expect((await aino.browser.get("/api/overview")).text).toBe(his.text);
  });

  it("is made anew after a fact about the person, on every replica, and for nobody else", async () => {
    const [aino, eetu] = [await bff.person(), await bff.person()];
    const replica = await bff.replica();
    const elsewhere = browserAt(replica.address, aino.browser.origin);
    elsewhere.cookie = aino.browser.cookie;
    for (const browser of [aino.browser, elsewhere, eetu.browser]) expect(await accountsSeen(browser)).toBe(2);
    loseAnAccount(aino);
    for (const browser of [aino.browser, elsewhere]) expect(await accountsSeen(browser)).toBe(2);
    await tellBalance(aino);
    await eventually(async () => (await accountsSeen(aino.browser)) === 1);
    expect(await accountsSeen(elsewhere)).toBe(1);
    await accountsSeen(eetu.browser);
    expect(timesAsked(eetu)).toBe(1);
  });

  it("is made anew for everybody after a fact about a bank, out of what the bank is after it", async () => {
    const aino = await bff.person();
    await accountsSeen(aino.browser);
    bff.downstream.banks[0] = { ...bank, health: { status: "down", since: "2026-11-22T10:00:00Z" } };
    await gateway.tell({
      type: "bank-gateway.aspsp-degraded",
      subject: "op-fi",
      psuId: null,
      data: { aspspId: "op-fi", status: "down", since: "2026-11-22T10:00:00Z" },
    });
    // Sooner than a kept page is made anew for its age.
    await eventually(
      async () => {
        await accountsSeen(aino.browser);
        return timesAsked(aino) === 2;
      },
      { timeoutMs: 10_000 },
    );
    expect((await aino.browser.get("/api/overview")).json()).toMatchObject({ attention: [{ kind: "bank-down", aspspId: "op-fi" }, ...insights] });
  });

  it.each([
    ["a withdrawal", "POST", (person: Person) => `/api/connections/${person.holdings.consent.consentId}/withdrawal`, { keepData: true }],
    ["a refresh", "POST", (person: Person) => `/api/connections/${person.holdings.consent.consentId}/refresh`, undefined],
  ] as const)("shows what %s of the person's own did at once, before its fact", async (_, method, path, body) => {
    const aino = await bff.person();
    await accountsSeen(aino.browser);
    loseAnAccount(aino);
    await aino.browser.send(method, path(aino), { body });
    expect(await accountsSeen(aino.browser)).toBe(1);
  });

  it("shows no account as connected whose permission ended, also before ingest knows of the end", async () => {
    const aino = await bff.person();
    const { consent } = aino.holdings;
    const connectedSeen = async (): Promise<boolean[]> =>
      (await aino.browser.get("/api/overview")).json<{ accounts: { connected: boolean }[] }>().accounts.map(({ connected }) => connected);
    expect(await connectedSeen()).toEqual([true, true]);
    bff.downstream.holdings.set(aino.psuId, { ...aino.holdings, consent: { ...consent, status: "terminatedByTpp" } });
    await aino.browser.send("POST", `/api/connections/${consent.consentId}/withdrawal`, { body: { keepData: true } });
    expect(await connectedSeen()).toEqual([false, false]);
  });

  it("is not kept behind a session that ended, here or at another replica (US-24)", async () => {
    const aino = await bff.person();
    const { cookie } = aino.browser;
    await accountsSeen(aino.browser);
    const before = bff.app.context.overviews.size;
    await aino.browser.send("POST", "/api/auth/sign-out", { body: {} });
    expect(bff.app.context.overviews.size).toBe(before - 1);
    aino.browser.cookie = cookie;
    expect((await aino.browser.get("/api/overview")).status).toBe(401);

    const eetu = await bff.person();
    await accountsSeen(eetu.browser);
    const elsewhere = browserAt((await bff.replica()).address, eetu.browser.origin);
    elsewhere.cookie = eetu.browser.cookie;
    expect((await elsewhere.send("POST", "/api/auth/sign-out", { body: {} })).status).toBe(204);
    expect((await eetu.browser.get("/api/overview")).status).toBe(401);
  });

  it("is not kept after the person asked to be forgotten (US-35)", async () => {
    const aino = await bff.person();
    await accountsSeen(aino.browser);
    const before = bff.app.context.overviews.size;
    expect((await aino.browser.send("DELETE", "/api/me")).status).toBe(204);
    expect(bff.app.context.overviews.size).toBe(before - 1);
  });

  it("is not kept with a part missing (G-36)", async () => {
    const aino = await bff.person();
    bff.downstream.down.add("consent");
    expect((await aino.browser.get("/api/overview")).json()).toMatchObject({ missing: ["consents", "payments"] });
    bff.downstream.down.clear();
    expect((await aino.browser.get("/api/overview")).json()).toMatchObject({ missing: [] });
  });

  it("is whole from a consent of before the common answer, while services are replaced one by one", async () => {
    const aino = await bff.person();
    const { consent, paymentOrder } = aino.holdings;
    bff.downstream.holdings.set(aino.psuId, {
      ...aino.holdings,
      consent: { ...consent, status: "scaRequired" },
      paymentOrder: { ...paymentOrder, status: "pending" },
    });
    bff.downstream.unknown.add("consentOverview");
    const overview = (await aino.browser.get("/api/overview")).json();
    expect(overview).toMatchObject({ missing: [], attention: [{ kind: "permission-paused" }, { kind: "payment-unfinished" }, ...insights] });
    const askedFor = bff.downstream.asked.filter(({ psu }) => psu?.psuId === aino.psuId).map(({ operation, query }) => ({ operation, query }));
    expect(askedFor).toContainEqual({ operation: "listPaymentOrders", query: { limit: 20 } });
  });
});
