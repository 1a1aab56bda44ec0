import { newId } from "@opl/service";
import { eventually } from "@opl/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startTestApp } from "./testing/app.ts";
import { aBalance, aTransaction, manyTransactions } from "./testing/bank-answers.ts";

const app = await startTestApp();
afterAll(() => app[Symbol.asyncDispose]());
const { bank } = app;
const bff = app.clientOf("bff");
beforeEach(() => {
  bank.accounts.length = 0;
  bank.calls.length = 0;
  bank.before = () => undefined;
});

const completed = async (psu: Awaited<ReturnType<typeof app.connect>>["psu"], consentId: string) =>
  eventually(async () => (await bff.listSyncs({ psu })).syncs.find((sync) => sync.consentId === consentId && sync.status === "completed"));

describe("the service", () => {
  it("is ready when database and broker answer", async () => {
    const ready = async () => {
      const answer = await fetch(`${app.address()}/health/ready`);
      return [answer.status, await answer.json()];
    };
    // Ten readers take their connections at the start, and the question waits for one a second at most.
    await expect.poll(ready).toEqual([200, { status: "ok", dependencies: { postgres: "ok", nats: "ok" } }]);
  });

  it("reads a bank when a person has allowed it, and answers the person's questions", async () => {
    bank.add({}, [manyTransactions(250), manyTransactions(1, () => ({ entryReference: "P", bookingStatus: "pending" }))], [aBalance("12.00")]);
    const { psu, consentId } = await app.connect();
    expect(await completed(psu, consentId)).toMatchObject({
      reason: "first",
      accounts: 1,
      accountsDone: 1,
      transactionsSeen: 251,
      transactionsNew: 251,
      errorCode: null,
    });
    const { accounts } = await bff.listAccounts({ psu });
    expect(accounts).toMatchObject([
      { consentId, name: "Käyttötili", transactions: 251, connected: true, balances: [{ amount: { amount: "12.00", currency: "EUR" } }] },
    ]);
    const accountId = accounts[0]?.accountId ?? "";
    expect(await bff.getAccount({ psu, params: { accountId } })).toEqual(accounts[0]);
    expect((await bff.listBalances({ psu, params: { accountId } })).balances).toHaveLength(1);

    const ids = new Set<string>();
    let cursor: string | null | undefined;
    let pages = 0;
    do {
      const page = await bff.listTransactions({ psu, query: { limit: 100, ...(typeof cursor !== "string" ? {} : { cursor }) } });
      if (pages === 0) expect(page.transactions[0]?.bookingStatus).toBe("pending");
      for (const { transactionId } of page.transactions) ids.add(transactionId);
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== null);
    expect([ids.size, pages]).toEqual([251, 3]);
    // A year 0 is none to the database: refused as input, also where a place in the list is made up.
    for (const query of [{ from: "0000-01-01" }, { to: "0000-12-31" }, { cursor: `b0000-01-01_${accountId}` }])
      await expect(bff.listTransactions({ psu, query: { limit: 1, ...query } })).rejects.toMatchObject({ kind: "invalid" });
  });

  it("reads again at the person's wish, with the person's presence, and goes on without it after a restart", async () => {
    bank.add({}, [manyTransactions(10), manyTransactions(20).slice(10)]);
    const { psu, consentId } = await app.connect();
    await completed(psu, consentId);
    expect(bank.calls.every(({ ipAddress }) => ipAddress === undefined)).toBe(true);
    bank.calls.length = 0;
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    bank.before = async ({ cursor }) => {
      if (cursor !== "page-1") return;
      reach();
      await new Promise(() => undefined);
    };
    const started = await bff.startSync({ psu, body: { consentId } });
    expect(started).toMatchObject({ reason: "manual" });
    expect(await bff.startSync({ psu, body: { consentId } })).toMatchObject({ syncId: started.syncId });
    await reached;
    bank.before = () => undefined;
    expect(bank.calls.map(({ ipAddress }) => ipAddress)).toEqual(["192.0.2.7", "192.0.2.7", "192.0.2.7"]);
    await app.restart();
    const client = app.clientOf("bff");
    await eventually(async () => (await client.listSyncs({ psu })).syncs.some((sync) => sync.syncId === started.syncId && sync.status === "completed"));
    expect(bank.calls.at(-1)?.ipAddress).toBeUndefined();
    expect(bank.calls.filter(({ operation }) => operation === "accounts")).toHaveLength(1);
  });

  it("stops, disconnects and erases as the facts of others demand", async () => {
    bank.add({}, [manyTransactions(3)]);
    const first = await app.connect();
    const client = app.clientOf("bff");
    const done = async (psu: typeof first.psu) => eventually(async () => (await client.listSyncs({ psu })).syncs.some(({ status }) => status === "completed"));
    await done(first.psu);
    const about = { consentId: first.consentId, psuId: first.psuId, aspspId: "op-fi" };
    await app.publish("consent", {
      type: "consent.expired",
      subject: first.consentId,
      psuId: first.psuId,
      data: { ...about, validUntil: "2026-11-22T10:00:00Z" },
    });
    await eventually(async () => (await client.listAccounts({ psu: first.psu })).accounts[0]?.connected === false);
    await expect(client.startSync({ psu: first.psu, body: { consentId: first.consentId } })).rejects.toMatchObject({
      code: "ERR_SYNC_CONSENT_ENDED",
      kind: "rejected",
    });
    await app.publish("consent", {
      type: "consent.revoked",
      subject: first.consentId,
      psuId: first.psuId,
      data: { ...about, by: "psu", keepData: false, revokedAt: "2026-11-22T10:00:00Z" },
    });
    await eventually(async () => (await client.listAccounts({ psu: first.psu })).accounts.length === 0);

    const second = await app.connect();
    await done(second.psu);
    await app.publish("bff", {
      type: "bff.user-erased",
      subject: second.psuId,
      psuId: second.psuId,
      data: { psuId: second.psuId, erasedAt: "2026-11-22T10:00:00Z" },
    });
    await eventually(async () => (await client.listAccounts({ psu: second.psu })).accounts.length === 0);
    expect(await app.db.selectFrom("transactions").select("psuId").where("psuId", "=", second.psuId).execute()).toEqual([]);
  });

  it("pauses a bank in trouble", async () => {
    await app.publish("bank-gateway", {
      type: "bank-gateway.aspsp-degraded",
      subject: "op-fi",
      psuId: null,
      data: { aspspId: "op-fi", status: "down", since: "2026-11-22T10:00:00Z" },
    });
    await eventually(async () => (await app.db.selectFrom("aspspHealth").selectAll().executeTakeFirst())?.status === "down");
    bank.add({}, [manyTransactions(3)]);
    const { psu, consentId } = await app.connect();
    const client = app.clientOf("bff");
    await eventually(async () => (await client.listSyncs({ psu })).syncs.some(({ status }) => status === "queued"));
    expect(bank.calls).toEqual([]);
    await app.publish("bank-gateway", {
      type: "bank-gateway.aspsp-recovered",
      subject: "op-fi",
      psuId: null,
      data: { aspspId: "op-fi", since: "2026-11-22T10:00:01Z" },
    });
    await eventually(async () => (await client.listSyncs({ psu })).syncs.some((sync) => sync.consentId === consentId && sync.status === "completed"));
  });

  it("gives everything in id order to a service that forgot", async () => {
    bank.add({}, [manyTransactions(1200)]);
    const { psu, psuId } = await app.connect();
    const client = app.clientOf("bff");
    await eventually(async () => (await client.listSyncs({ psu })).syncs.some(({ status }) => status === "completed"));
    const exporter = app.clientOf("analytics");
    const seen: string[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await exporter.exportTransactions({ query: after === undefined ? {} : { after } });
      seen.push(...page.transactions.filter((each) => each.psuId === psuId).map(({ transactionId }) => transactionId));
      after = page.next;
    }
    expect(seen).toHaveLength(1200);
    expect(seen).toEqual(seen.toSorted());
    expect((await exporter.exportAccounts({ query: {} })).accounts.some((account) => account.psuId === psuId && account.transactions === 1200)).toBe(true);
    expect((await exporter.exportBalances({ query: {} })).balances.some((balance) => balance.psuId === psuId)).toBe(true);
  });
});

describe("who may ask", () => {
  const routes = [
    ["getAccount", { params: { accountId: newId() } }],
    ["listBalances", { params: { accountId: newId() } }],
    ["getTransaction", { params: { transactionId: newId() } }],
  ] as const;

  it("US-08 US-09: ids of another person are not there, alone or among one's own", async () => {
    bank.add({}, [[aTransaction({ entryReference: "mine" })]]);
    const owner = await app.connect();
    const stranger = await app.connect();
    const client = app.clientOf("bff");
    for (const { psu } of [owner, stranger]) await eventually(async () => (await client.listSyncs({ psu })).syncs.some(({ status }) => status === "completed"));
    const accountOf = async (psu: typeof owner.psu) => (await client.listAccounts({ psu })).accounts[0]?.accountId ?? "";
    const theirs = await accountOf(owner.psu);
    const own = await accountOf(stranger.psu);
    const transactionId = (await client.listTransactions({ psu: owner.psu, query: {} })).transactions[0]?.transactionId ?? "";
    expect(await client.getTransaction({ psu: owner.psu, params: { transactionId } })).toMatchObject({
      transaction: { transactionId, entryReference: "mine" },
      revisions: [],
    });
    const { psu } = stranger;
    await expect(client.getAccount({ psu, params: { accountId: theirs } })).rejects.toMatchObject({ code: "ERR_ACCOUNT_NOT_FOUND", kind: "not-found" });
    await expect(client.listBalances({ psu, params: { accountId: theirs } })).rejects.toMatchObject({ kind: "not-found" });
    await expect(client.getTransaction({ psu, params: { transactionId } })).rejects.toMatchObject({ code: "ERR_TRANSACTION_NOT_FOUND", kind: "not-found" });
    await expect(client.listTransactions({ psu, query: { accountId: [own, theirs] } })).rejects.toMatchObject({ code: "ERR_ACCOUNT_NOT_FOUND" });
    await expect(client.startSync({ psu, body: { consentId: owner.consentId } })).rejects.toMatchObject({
      code: "ERR_SYNC_CONSENT_UNKNOWN",
      kind: "not-found",
    });
    expect((await client.listTransactions({ psu, query: {} })).transactions.every(({ accountId }) => accountId === own)).toBe(true);
    // A place in somebody else's list is only a place.
    const cursor = `b2026-11-20_${transactionId}`;
    expect((await client.listTransactions({ psu, query: { cursor } })).transactions.every(({ accountId }) => accountId === own)).toBe(true);
  });

  it.each(routes)("%s: not found for an id that nobody has; refused without a person and for other services", async (operation, input) => {
    const psu = (await app.connect()).psu;
    const call = (service: string, extra: object) => (app.clientOf(service)[operation] as (input: object) => Promise<unknown>)({ ...input, ...extra });
    await expect(call("bff", { psu })).rejects.toMatchObject({ kind: "not-found" });
    await expect(call("bff", {})).rejects.toMatchObject({ code: "ERR_PSU_CONTEXT_REQUIRED" });
    await expect(call("analytics", { psu })).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("exports are for analytics alone", async () => {
    const client = app.clientOf("bff");
    for (const question of [client.exportAccounts, client.exportTransactions, client.exportBalances])
      await expect(question({ query: {} })).rejects.toMatchObject({ kind: "forbidden" });
  });

  it.each(["x", "b2026-02-31_00000000-0000-7000-8000-000000000000", "b2026-11-20_' or 1=1"])("refuses %j as a place in the list", async (cursor) => {
    const { psu } = await app.connect();
    await expect(app.clientOf("bff").listTransactions({ psu, query: { cursor } })).rejects.toMatchObject({ code: "ERR_CURSOR_INVALID", kind: "invalid" });
  });
});
