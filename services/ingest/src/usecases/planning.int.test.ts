import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { manyTransactions } from "../testing/bank-answers.ts";
import { aspspError } from "../testing/fake-bank.ts";
import { TestLedger } from "../testing/ledger.ts";
import { claimAwaitedSync, claimDueSync, claimOwnSync } from "./claim-sync.ts";
import { forgetOldSyncs } from "./forget-old-syncs.ts";
import { planScheduledSyncs } from "./plan-scheduled-syncs.ts";
import { PsuPresence } from "./psu-presence.ts";
import { purgeErasedPsus } from "./purge-erased-psus.ts";
import { recordAuthorisedConsent } from "./record-authorised-consent.ts";
import { erasePsu } from "./erase-psu.ts";
import { recordAspspHealth } from "./record-aspsp-health.ts";
import { runSync } from "./run-sync.ts";
import { startSync } from "./start-sync.ts";
import { stopSyncing } from "./stop-syncing.ts";

const ledger = await TestLedger.open({ manualSyncSeconds: 10 });
const { bank, db, context, clock } = ledger;
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(async () => {
  bank.accounts.length = 0;
  bank.calls.length = 0;
  bank.before = () => undefined;
  for (const table of ["syncs", "consents", "aspspHealth"] as const) await db.deleteFrom(table).execute();
});

const health = (status: "up" | "degraded" | "down", since = clock.now().toString()) =>
  inTransaction(db, (tx) => recordAspspHealth(context, tx, { aspspId: "op-fi", status, since }));

describe("scheduled syncs", () => {
  it("are four in any 24 hours, evenly, the first sync among them", async () => {
    await ledger.connect();
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
    const times: number[] = [clock.now().epochMilliseconds];
    for (let minute = 0; minute < 3 * 24 * 60; minute += 10) {
      clock.advance({ minutes: 10 });
      if ((await planScheduledSyncs(context)) === 0) continue;
      times.push(clock.now().epochMilliseconds);
      expect(await ledger.runNext()).toMatchObject({ status: "completed" });
    }
    expect(times.length).toBeGreaterThanOrEqual(12);
    const day = 24 * 60 * 60 * 1000;
    for (const start of times) expect(times.filter((time) => time >= start && time < start + day).length).toBeLessThanOrEqual(4);
  });

  it("are not made up for after a long pause", async () => {
    await ledger.connect();
    await ledger.runNext();
    clock.advance({ hours: 48 });
    expect(await planScheduledSyncs(context)).toBe(1);
    expect(await planScheduledSyncs(context)).toBe(0);
  });

  it("leave out consents that have ended or run out", async () => {
    const person = await ledger.connect();
    await ledger.runNext();
    await inTransaction(db, (tx) => stopSyncing(context, tx, { ...person, aspspId: "op-fi", keepData: true, replacedBy: null }));
    clock.advance({ hours: 7 });
    expect(await planScheduledSyncs(context)).toBe(0);
  });

  it("are planned once by many replicas", async () => {
    await Promise.all(Array.from({ length: 10 }, () => ledger.connect()));
    await db.deleteFrom("syncs").execute();
    clock.advance({ hours: 7 });
    const planned = await Promise.all([planScheduledSyncs(context), planScheduledSyncs(context), planScheduledSyncs(context)]);
    expect(planned.reduce((sum, each) => sum + each, 0)).toBe(10);
  });
});

describe("a first sync (G-19)", () => {
  const waiting = { ...context, settings: { ...context.settings, firstSyncWaitSeconds: 3 } };
  const connect = async (consentId = newId()) => {
    const psu = { psuId: newId(), sessionId: "s", ipAddress: "192.0.2.7", token: "t" };
    const data = {
      psuId: psu.psuId,
      consentId,
      aspspId: "op-fi",
      scope: ["accounts"],
      authorisedAt: clock.now().toString(),
      validUntil: "2027-05-20T10:00:00Z",
      replaces: null,
    };
    await inTransaction(db, (tx) => recordAuthorisedConsent(waiting, tx, data));
    return { psu, consentId };
  };

  it("is left for a moment to a process that knows of the person, and then taken by any", async () => {
    await connect();
    expect(await claimDueSync(waiting)).toBeUndefined();
    clock.advance({ seconds: 3 });
    expect((await claimDueSync(waiting))?.sync.reason).toBe("first");
  });

  it("is taken at once, and once, where the person is known to be", async () => {
    const { psu, consentId } = await connect();
    const presence = new PsuPresence(clock);
    presence.awaitFirst(consentId, psu);
    const claims = await Promise.all([claimAwaitedSync({ ...waiting, presence }), claimAwaitedSync({ ...waiting, presence })]);
    const [taken, ...others] = claims.filter((claim) => claim !== undefined);
    expect([taken?.sync.consentId, others]).toEqual([consentId, []]);
    expect(presence.of(taken?.sync.syncId ?? "")).toEqual(psu);
    expect(presence.awaited()).toEqual([]);
  });

  it("is attended by its own person also when another says to be here for it", async () => {
    const { psu, consentId } = await connect();
    const presence = new PsuPresence(clock);
    presence.awaitFirst(consentId, psu);
    presence.awaitFirst(consentId, { ...psu, psuId: newId() });
    const taken = await claimAwaitedSync({ ...waiting, presence });
    expect([taken?.sync.consentId, presence.of(taken?.sync.syncId ?? "")]).toEqual([consentId, psu]);
  });

  it("is not attended by another person, nor by one who came too long ago", async () => {
    const { psu, consentId } = await connect();
    const presence = new PsuPresence(clock);
    presence.awaitFirst(consentId, { ...psu, psuId: newId() });
    expect(await claimAwaitedSync({ ...waiting, presence })).toBeUndefined();
    presence.awaitFirst(consentId, psu);
    clock.advance({ minutes: 4 });
    expect(await claimAwaitedSync({ ...waiting, presence })).toBeUndefined();
    expect((await claimDueSync(waiting))?.sync.consentId).toBe(consentId);
  });
});

describe("a sync by hand", () => {
  it("US-30: a thousand requests start one sync; while it is open, and shortly after, it is the answer", async () => {
    const person = await ledger.connect();
    await ledger.runNext();
    clock.advance({ minutes: 1 });
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => startSync(context, person)));
    expect(new Set(answers.map(({ sync }) => sync.syncId)).size).toBe(1);
    expect(answers.filter(({ started }) => started)).toHaveLength(1);
    clock.advance({ seconds: 6 });
    bank.calls.length = 0;
    await ledger.runNext();
    expect(bank.calls).toHaveLength(1);
    expect((await startSync(context, person)).started).toBe(false);
    clock.advance({ seconds: 11 });
    expect((await startSync(context, person)).started).toBe(true);
  });

  it("US-30 begins anew two seconds after one that left an account incomplete, also when that one does so again; a thousand requests start one", async () => {
    bank.add({ resourceId: "r1" }, [manyTransactions(1)]);
    const person = await ledger.connect();
    let lies = true;
    bank.before = ({ operation }) => {
      if (lies && operation === "transactions") throw aspspError("ERR_ASPSP_PROTOCOL", "upstream");
    };
    await ledger.runNext();
    for (const lying of [true, false]) {
      lies = lying;
      expect((await startSync(context, person)).started).toBe(false);
      clock.advance({ seconds: 2 });
      const answers = await Promise.all(Array.from({ length: 1_000 }, () => startSync(context, person)));
      const [begun, ...more] = answers.filter(({ started }) => started);
      if (begun === undefined) throw new Error("none was started");
      expect([more, begun.sync.status]).toEqual([[], "queued"]);
      const { sync } = begun;
      const claimed = await claimOwnSync(context, person.psuId, sync.syncId);
      if (claimed === undefined) throw new Error("it is taken already");
      const result = await runSync(context, claimed.sync, claimed.runId, new AbortController().signal);
      expect(result).toMatchObject({ status: "completed", incompleteAccounts: lying ? [expect.any(String)] : [] });
    }
    clock.advance({ seconds: 2 });
    expect((await startSync(context, person)).started).toBe(false);
  });

  it("ends the wait of one that is to be tried again, for the process that took the request", async () => {
    const person = await ledger.connect();
    let broken = true;
    bank.before = () => {
      if (broken) throw aspspError("ERR_ASPSP_UNAVAILABLE", "unavailable");
    };
    expect(await ledger.runNext()).toMatchObject({ status: "retried", inSeconds: 2 });
    clock.advance({ seconds: 2 });
    expect(await ledger.runNext()).toMatchObject({ status: "retried", inSeconds: 30 });
    broken = false;
    const { sync, started } = await startSync(context, person);
    expect({ started, status: sync.status }).toEqual({ started: false, status: "queued" });
    expect(await ledger.runNext()).toBeUndefined();
    const claimed = await claimOwnSync(context, person.psuId, sync.syncId);
    if (claimed === undefined) throw new Error("it still waits");
    expect(await runSync(context, claimed.sync, claimed.runId, new AbortController().signal)).toMatchObject({ status: "completed" });
  });

  it("BR-60: does not ask a bank again that said how long to wait", async () => {
    const person = await ledger.connect();
    bank.before = () => {
      throw aspspError("ERR_ASPSP_RATE_LIMITED", "rate-limited", { retryAfterSeconds: 90 });
    };
    expect(await ledger.runNext()).toMatchObject({ status: "retried", inSeconds: 90 });
    const { sync } = await startSync(context, person);
    expect(await claimOwnSync(context, person.psuId, sync.syncId)).toBeUndefined();
    clock.advance({ seconds: 90 });
    bank.before = () => undefined;
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
  });

  it("is refused for a consent of another person", async () => {
    const { consentId } = await ledger.connect();
    await expect(startSync(context, { psuId: crypto.randomUUID(), consentId })).rejects.toMatchObject({ code: "ERR_SYNC_CONSENT_UNKNOWN" });
  });

  it("tells the bank who is present, and no longer than the proof is valid", async () => {
    bank.add({}, [manyTransactions(1)]);
    const person = await ledger.connect();
    const claimed = await claimDueSync(context);
    if (claimed === undefined) throw new Error("nothing was due");
    context.presence.note(claimed.sync.syncId, { psuId: person.psuId, sessionId: "s", ipAddress: "192.0.2.7", token: "signed" });
    bank.before = ({ operation }) => {
      if (operation === "accounts") clock.advance({ minutes: 4 });
    };
    await runSync(context, claimed.sync, claimed.runId, new AbortController().signal);
    expect(bank.calls.map(({ operation, ipAddress }) => [operation, ipAddress])).toEqual([
      ["accounts", "192.0.2.7"],
      ["transactions", undefined],
    ]);
  });
});

describe("a bank in trouble", () => {
  it("is left in peace: scheduled syncs wait when it is degraded, all but those by hand when it is down", async () => {
    const person = await ledger.connect();
    await health("down");
    expect(await ledger.runNext()).toBeUndefined();
    await health("degraded");
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
    clock.advance({ hours: 7 });
    await health("degraded");
    expect(await planScheduledSyncs(context)).toBe(0);
    await health("down");
    await startSync(context, person);
    clock.advance({ seconds: 6 });
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
  });

  it("is asked again when it has recovered, in whatever order we hear of it, and after a while in any case", async () => {
    await ledger.connect();
    await health("up", "2027-01-01T00:00:02Z");
    await health("down", "2027-01-01T00:00:01Z");
    expect(await ledger.runNext()).toBeDefined();
    await ledger.connect();
    await health("down", "2027-01-01T00:00:03Z");
    expect(await ledger.runNext()).toBeUndefined();
    clock.advance({ minutes: 16 });
    expect(await ledger.runNext()).toBeDefined();
  });
});

describe("housekeeping", () => {
  it("forgets finished syncs after a month but the latest of each consent", async () => {
    const person = await ledger.connect();
    await ledger.runNext();
    for (let again = 0; again < 3; again += 1) await ledger.syncAgain(person);
    expect(await forgetOldSyncs(context)).toBe(0);
    clock.advance({ hours: 31 * 24 });
    expect(await forgetOldSyncs(context)).toBe(3);
    expect(await db.selectFrom("syncs").select("syncId").execute()).toHaveLength(1);
  });

  it("purges the facts of an erased person from the stream until it succeeds", async () => {
    const psuId = crypto.randomUUID();
    await inTransaction(db, (tx) => erasePsu(tx, { psuId, erasedAt: "2026-11-22T11:00:00Z" }));
    const failing = { ...context, purgeFacts: () => Promise.reject(new Error("no broker")) };
    await expect(purgeErasedPsus(failing)).rejects.toThrow("no broker");
    const purged: string[] = [];
    const working = { ...context, purgeFacts: (psu: string) => Promise.resolve(purged.push(psu)) };
    expect(await purgeErasedPsus(working)).toBe(1);
    expect(await purgeErasedPsus(working)).toBe(0);
    expect(purged).toEqual([psuId]);
  });
});
