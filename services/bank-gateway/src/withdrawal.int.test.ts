import { eventually, fixedClock } from "@opl/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { visitBank } from "../testing/browser.ts";
import { beginConsent, connect, exchange, register, startGateway } from "../testing/gateway.ts";
import type { TestGateway } from "../testing/gateway.ts";
import { requestPair } from "../testing/own-certificates.ts";
import { TestOrder, bookOf } from "../testing/payments.ts";
import { saga } from "../testing/saga.ts";
import { startSandbox } from "../testing/sandbox.ts";
import type { Sandbox } from "../testing/sandbox.ts";
import type { Overrides } from "./app.ts";
import { paymentsOfOrder } from "./db/payment-store.ts";
import { forgetPaymentOrder } from "./usecases/forget-payment-order.ts";

let sandbox: Sandbox;
let gateway: TestGateway;
const fapi2 = "fapi2-sandbox";
const decoupled = "decoupled-sandbox";

beforeAll(async () => {
  sandbox = await startSandbox();
  gateway = await startGateway(sandbox, { everyBank: true, egress: { limits: { totalTimeoutMs: 15_000 }, probeAfterMs: 0 } });
  await register(gateway);
  await requestPair(gateway);
  for (const aspspId of [fapi2, decoupled]) await saga(gateway, aspspId).whole();
});
afterEach(() => sandbox.calm());
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

/** The bank takes the call, and says nothing for so long; what then comes makes us want to call again. */
async function slowly(endpoint: string, fault: string): Promise<void> {
  await sandbox.fault("network.latency", { for: { endpoint }, options: { ms: 1_500 } });
  await sandbox.fault(fault, { for: { endpoint } });
}

/** The bank has the call. */
const arrived = () =>
  eventually(async () => (await sandbox.admin<{ active: { fault: string; hits: number }[] }>("GET", "/faults")).active.some(({ hits }) => hits > 0));

/** How often it was called, once what was called is in its books. */
async function callsOf(endpoint: string, since: number): Promise<number> {
  const calls = () => sandbox.calls({ since, endpoint });
  await eventually(async () => (await calls()).length > 0);
  return (await calls()).length;
}

describe("withdrawn while the bank makes us wait", () => {
  it("G-18 a read that loses its connection then is not made again, nor counted", async () => {
    const { consentId, psu } = await connect(gateway);
    await slowly("A4", "network.reset");
    const since = await sandbox.lastSeq();
    const reading = gateway.as.ingest.fetchAccounts({ params: { consentId }, psu }).catch((error: unknown) => error);
    await arrived();
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } });
    expect(await reading).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID", kind: "rejected" });
    expect(await callsOf("A4", since)).toBe(1);
    const { db } = gateway.database.database;
    expect(await db.selectFrom("bankReads").select("readId").where("consentId", "=", consentId).execute()).toHaveLength(1);
    expect(await db.selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).execute()).toEqual([]);
  });

  it("G-18 a bank that asks for a nonce in the proof then gets none", async () => {
    const begun = await beginConsent(gateway, { aspspId: fapi2 });
    await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: "66666661" }));
    await slowly("fapi2-A4", "dpop.nonce-always");
    const { consentId, psu } = begun;
    const since = await sandbox.lastSeq();
    const reading = gateway.as.ingest.fetchAccounts({ params: { consentId }, psu }).catch((error: unknown) => error);
    await arrived();
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: fapi2 } });
    expect(await reading).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(await callsOf("fapi2-A4", since)).toBe(1);
  });

  it("tokens that are forgotten while a bank asks for a nonce in their refresh are not sent again", async () => {
    const begun = await beginConsent(gateway, { aspspId: fapi2 });
    await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: "66666661" }));
    const { consentId, psu } = begun;
    await sandbox.fault("token.expire-access", { for: { authorizationId: begun.aspspConsentId } });
    const since = await sandbox.lastSeq();
    const about = { endpoint: "fapi2-F5", authorizationId: begun.aspspConsentId };
    await sandbox.fault("network.latency", { for: about, options: { ms: 1_500 } });
    await sandbox.fault("dpop.nonce-always", { for: about });
    const reading = gateway.as.ingest.fetchAccounts({ params: { consentId }, psu }).catch((error: unknown) => error);
    await eventually(async () => {
      const { active } = await sandbox.admin<{ active: { fault: string; hits: number }[] }>("GET", "/faults");
      return active.some(({ fault, hits }) => fault === "network.latency" && hits > 0);
    });
    const { db } = gateway.database.database;
    // On our side alone: the withdrawal is told to the bank with this very token.
    await db.deleteFrom("tokenSets").where("consentId", "=", consentId).execute();
    expect(await reading).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect((await sandbox.calls({ since, endpoint: "fapi2-F5" })).filter(({ authorizationId }) => authorizationId === begun.aspspConsentId)).toHaveLength(1);
  });

  it("G-18 a person who withdraws before their tokens were judged: userinfo is not asked, nothing is kept", async () => {
    const begun = await beginConsent(gateway, { aspspId: fapi2 });
    const returned = await visitBank(begun.redirectUrl, { psuId: "66666661" });
    await sandbox.fault("network.latency", { for: { endpoint: "fapi2-F5" }, options: { ms: 1_500 } });
    const { consentId, psu } = begun;
    const since = await sandbox.lastSeq();
    const exchanging = exchange(gateway, begun, returned).catch((error: unknown) => error);
    await arrived();
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: fapi2 } });
    expect(await exchanging).toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    expect(await sandbox.calls({ since, endpoint: "fapi2-F13" })).toEqual([]);
    const { db } = gateway.database.database;
    expect(await db.selectFrom("tokenSets").select("consentId").where("consentId", "=", consentId).execute()).toEqual([]);
  });

  it("a payment order that is over is not asked about again", async () => {
    const one = await TestOrder.of(gateway);
    await one.initiate();
    await one.approve();
    await slowly("P9", "network.reset");
    const since = await sandbox.lastSeq();
    const reading = one.read().catch((error: unknown) => error);
    await arrived();
    await forgetPaymentOrder(gateway.app.context, one.orderId);
    expect(await reading).toMatchObject({ code: "ERR_BANK_PAYMENT_STATE" });
    expect(await callsOf("P9", since)).toBe(1);
  });
});

/** A replica that makes one call to a bank at a time, and a call of its own that has its turn until it is let go. */
async function busyReplica(more: Overrides = {}) {
  const replica = await gateway.replica({ ...more, egress: { limits: { maxConnections: 1 } } });
  return {
    ...replica,
    /** @returns lets the other calls go, once the one that was in their way is done */
    async occupy(consentId: string): Promise<() => Promise<void>> {
      const held = db().selectFrom("bankConsents").select(["registrationId", "aspspId"]).where("consentId", "=", consentId);
      const { registrationId, aspspId } = await held.executeTakeFirstOrThrow();
      const { banks } = replica.app.context;
      const { egress } = await banks.linkOf(registrationId);
      const [turn, over] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()];
      const beforeSending = () => (turn.resolve(), over.promise);
      const [origin = ""] = banks.adapter(aspspId).profile.origins;
      const call = { operation: "test.turn", method: "GET", url: new URL(origin), headers: {}, identified: true, beforeSending } as const;
      const calling = egress(call).catch((error: unknown) => error);
      await turn.promise;
      return async () => {
        over.reject(new Error("done"));
        await calling;
      };
    },
  };
}

const db = () => gateway.database.database.db;

async function callsUnder(authorizationId: string, filter: { since: number; endpoint: string }): Promise<number> {
  return (await sandbox.calls(filter)).filter((call) => call["authorizationId"] === authorizationId).length;
}

describe("withdrawn while a call waits for its turn behind others", () => {
  it("G-18 a read whose consent ends then never leaves", async () => {
    await using replica = await busyReplica();
    const { consentId, aspspConsentId, psu } = await connect(gateway);
    const letGo = await replica.occupy(consentId);
    const since = await sandbox.lastSeq();
    const reading = replica.as.ingest.fetchAccounts({ params: { consentId }, psu }).catch((error: unknown) => error);
    // It is counted right before it gets in line.
    await eventually(async () => (await db().selectFrom("bankReads").select("readId").where("consentId", "=", consentId).execute()).length > 0);
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } });
    await letGo();
    expect(await reading).toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID", kind: "rejected" });
    expect(await callsUnder(aspspConsentId, { since, endpoint: "A4" })).toBe(0);
    // The withdrawal was ours: nobody is told that the bank lost the consent.
    expect(await db().selectFrom("outbox").select("eventType").where("aggregateId", "=", consentId).execute()).toEqual([]);
  });

  it("G-18 neither does the code of a consent that ends then", async () => {
    await using replica = await busyReplica();
    const { consentId: other } = await connect(gateway);
    const begun = await beginConsent(gateway);
    const returned = await visitBank(begun.redirectUrl, { psuId: "88888881" });
    const letGo = await replica.occupy(other);
    const { consentId, psu } = begun;
    const since = await sandbox.lastSeq();
    const exchanging = exchange(replica, begun, returned).catch((error: unknown) => error);
    const taken = db().selectFrom("bankConsents").select("consentId").where("consentId", "=", consentId).where("status", "=", "exchanging");
    await eventually(async () => (await taken.execute()).length > 0);
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: "op" } });
    await letGo();
    expect(await exchanging).toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    expect(await callsUnder(begun.aspspConsentId, { since, endpoint: "T1" })).toBe(0);
  });

  it("G-18 neither does a question whether the person has answered in the bank's app", async () => {
    const asked = { aspspId: decoupled, loginHint: "55555551" };
    const { consentId: other } = await beginConsent(gateway, asked);
    const { consentId, psu } = await beginConsent(gateway, asked);
    // Its turn to ask has come.
    const clock = fixedClock(Temporal.Now.instant().add({ minutes: 1 }).toString());
    await using replica = await busyReplica({ clock });
    const letGo = await replica.occupy(other);
    const since = await sandbox.lastSeq();
    const polling = replica.as.consent.pollAuthorization({ params: { consentId }, body: { aspspId: decoupled } }).catch((error: unknown) => error);
    const taken = db().selectFrom("openAuthorizations").select("consentId").where("consentId", "=", consentId).where("nextPollAt", ">", clock.now());
    await eventually(async () => (await taken.execute()).length > 0);
    await gateway.as.consent.revokeAspspConsent({ params: { consentId }, psu, body: { aspspId: decoupled } });
    await letGo();
    expect(await polling).toMatchObject({ code: "ERR_BANK_CONSENT_STATE" });
    expect(await sandbox.calls({ since, endpoint: "decoupled-F5" })).toEqual([]);
  });

  it("neither does a payment whose order ends then, and the bank knows of none", async () => {
    await using replica = await busyReplica();
    const { consentId: other } = await connect(gateway);
    const one = await TestOrder.of(gateway);
    const letGo = await replica.occupy(other);
    const since = await sandbox.lastSeq();
    const initiating = one.initiate({ gateway: replica }).catch((error: unknown) => error);
    await eventually(async () => (await paymentsOfOrder(db(), one.orderId)).length > 0);
    await forgetPaymentOrder(gateway.app.context, one.orderId);
    await letGo();
    expect(await initiating).toMatchObject({ code: "ERR_BANK_PAYMENT_STATE" });
    expect(await sandbox.calls({ since, endpoint: "P1" })).toEqual([]);
  });

  it("neither does an execution whose payment order ends then, and no money moves", async () => {
    await using replica = await busyReplica();
    const one = await TestOrder.of(gateway);
    const { payment } = await one.initiate();
    await one.approve();
    const letGo = await replica.occupy(one.orderId);
    const since = await sandbox.lastSeq();
    const executing = one.submit(payment.paymentId, undefined, replica).catch((error: unknown) => error);
    const { paymentId } = payment;
    await eventually(async () => (await db().selectFrom("paymentExecutions").select("sentAt").where("paymentId", "=", paymentId).execute()).length > 0);
    await forgetPaymentOrder(gateway.app.context, one.orderId);
    await letGo();
    expect(await executing).toMatchObject({ code: "ERR_BANK_PAYMENT_STATE" });
    expect(await sandbox.calls({ since, endpoint: "P4-submit" })).toEqual([]);
    expect((await bookOf(sandbox, { paymentId: payment.aspspPaymentId })).movements).toEqual([]);
  });

  it("OA-69 a refresh whose lease ends then sends nothing: its token is another's by now, and both can read", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using replica = await busyReplica({ clock });
    const { consentId, aspspConsentId, psu } = await connect(gateway);
    // The keys of the bank are asked for before its first refresh.
    clock.advance({ hours: 1 });
    await replica.as.ingest.fetchAccounts({ params: { consentId }, psu });
    clock.advance({ hours: 1 });
    const later = fixedClock(clock.now().add({ seconds: 46 }).toString());
    await using next = await gateway.replica({ clock: later });

    const letGo = await replica.occupy(consentId);
    const since = await sandbox.lastSeq();
    const slow = replica.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const leased = db().selectFrom("tokenSets").select("version").where("consentId", "=", consentId).where("refreshLeaseUntil", "is not", null);
    await eventually(async () => (await leased.execute()).length > 0);
    await next.as.ingest.fetchAccounts({ params: { consentId }, psu });
    expect(await callsUnder(aspspConsentId, { since, endpoint: "T1" })).toBe(1);
    await letGo();
    await slow;
    expect(await callsUnder(aspspConsentId, { since, endpoint: "T1" })).toBe(1);
  });

  it("OA-69 a refresh whose lease is nearly over when its turn comes gives it up and begins anew: nobody waits for a lease that nobody uses", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using replica = await busyReplica({ clock });
    const { consentId, aspspConsentId, psu } = await connect(gateway);
    clock.advance({ hours: 1 });
    const letGo = await replica.occupy(consentId);
    const since = await sandbox.lastSeq();
    const slow = replica.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const leased = db().selectFrom("tokenSets").select("version").where("consentId", "=", consentId).where("refreshLeaseUntil", "is not", null);
    await eventually(async () => (await leased.execute()).length > 0);
    // From now on this clock stands still: a lease that is kept is not over while the test runs.
    clock.advance({ seconds: 30 });
    await letGo();
    await slow;
    expect(await callsUnder(aspspConsentId, { since, endpoint: "T1" })).toBe(1);
  });

  it("a refresh that comes too late to repeat what a bank wants a nonce for does not count: the bank took nothing of it", async () => {
    const clock = fixedClock(Temporal.Now.instant().toString());
    await using replica = await gateway.replica({ clock });
    const begun = await beginConsent(gateway, { aspspId: fapi2 });
    await exchange(gateway, begun, await visitBank(begun.redirectUrl, { psuId: "66666661" }));
    const { consentId, psu } = begun;
    // One before had its process die after it was sent: one more may be sent.
    await db().updateTable("tokenSets").set({ refreshAttempts: 1 }).where("consentId", "=", consentId).execute();
    await sandbox.fault("token.expire-access", { for: { authorizationId: begun.aspspConsentId } });
    const about = { endpoint: "fapi2-F5", authorizationId: begun.aspspConsentId };
    await sandbox.fault("network.latency", { for: about, options: { ms: 1_500 }, times: 1 });
    await sandbox.fault("dpop.nonce-always", { for: about, times: 1 });
    const reading = replica.as.ingest.fetchAccounts({ params: { consentId }, psu });
    const sent = db().selectFrom("tokenSets").select("version").where("consentId", "=", consentId).where("refreshAttempts", "=", 2);
    await eventually(async () => (await sent.execute()).length > 0);
    clock.advance({ seconds: 30 });
    await expect(reading).resolves.toMatchObject({ accounts: expect.any(Array) });
    const now = await db().selectFrom("tokenSets").select(["version", "refreshAttempts"]).where("consentId", "=", consentId).execute();
    expect(now).toEqual([{ version: 2, refreshAttempts: 0 }]);
  });
});
