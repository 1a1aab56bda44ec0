import { inTransaction } from "@opl/postgres";
import { sql } from "kysely";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { listAccounts } from "../db/account-store.ts";
import { listLatestSyncs } from "../db/sync-store.ts";
import { manyTransactions } from "../testing/bank-answers.ts";
import { TestLedger } from "../testing/ledger.ts";
import type { Person } from "../testing/ledger.ts";
import { claimDueSync } from "./claim-sync.ts";
import { erasePsu } from "./erase-psu.ts";
import { keepSync, runSync } from "./run-sync.ts";
import { startSync } from "./start-sync.ts";
import { stopSyncing } from "./stop-syncing.ts";

const ledger = await TestLedger.open();
const { bank, db, context } = ledger;
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ["syncs", "consents"] as const) await db.deleteFrom(table).execute();
  bank.accounts.length = 0;
  bank.calls.length = 0;
  bank.before = () => undefined;
});

const pages = (pageCount: number) => Array.from({ length: pageCount }, (_, page) => manyTransactions(pageCount * 10).slice(page * 10, page * 10 + 10));
const withdraw = (person: Person, { keepData = true, replacedBy = null as string | null } = {}) =>
  inTransaction(db, (tx) => stopSyncing(context, tx, { ...person, aspspId: "op-fi", keepData, replacedBy }));
const rowsAbout = async (psuId: string) => {
  const tables = ["consents", "accounts", "balances", "transactions", "transactionRevisions", "syncs", "syncAccounts", "syncPages", "quarantine"] as const;
  const counts = await Promise.all(tables.map(async (table) => (await db.selectFrom(table).select("psuId").where("psuId", "=", psuId).execute()).length));
  return counts.reduce((sum, each) => sum + each, 0);
};

describe("a consent that ends", () => {
  it("US-36: no page is stored after the withdrawal, and the bank is asked for none that was not asked already", async () => {
    bank.add({}, pages(8));
    const person = await ledger.connect();
    const stored = Promise.withResolvers<number>();
    const rows = async () => (await db.selectFrom("transactions").select("psuId").where("psuId", "=", person.psuId).execute()).length;
    bank.before = async ({ cursor }) => {
      if (cursor !== "page-3") return;
      // Asked ahead: wait until the page before is stored, then withdraw.
      await withdraw(person);
      stored.resolve(await rows());
    };
    expect(await ledger.runNext()).toMatchObject({ status: "left" });
    // The reading may have ended at the page before, while this one was on its way.
    expect(await rows()).toBe(await stored.promise);
    expect(bank.callsFor("r1").some(({ cursor }) => cursor === "page-5")).toBe(false);
    expect(await listAccounts(db, person.psuId)).toMatchObject([{ connected: false }]);
    expect((await ledger.published("ingest.sync-failed")).at(-1)).toMatchObject({
      consentId: person.consentId,
      code: "ERR_SYNC_CONSENT_ENDED",
      listedAt: expect.any(String),
    });
    expect(await ledger.runNext()).toBeUndefined();
  });

  it("US-36: waits for the page that is being stored, and the next one finds the consent ended", async () => {
    bank.add({}, pages(2));
    const person = await ledger.connect();
    await ledger.runNext();
    const order: string[] = [];
    const { promise: held, resolve: holding } = Promise.withResolvers<void>();
    const { promise: go, resolve: release } = Promise.withResolvers<void>();
    const storing = inTransaction(db, async (tx) => {
      await sql`select 1 from consents where consent_id = ${person.consentId} for share`.execute(tx);
      holding();
      await go;
      order.push("stored");
    });
    await held;
    const ending = withdraw(person).then(() => order.push("ended"));
    release();
    await Promise.all([storing, ending]);
    expect(order).toEqual(["stored", "ended"]);
  });

  it("keeps the figures as they were, disconnected", async () => {
    bank.add({}, [manyTransactions(4)]);
    const person = await ledger.connect();
    await ledger.runNext();
    await withdraw(person);
    expect(await listAccounts(db, person.psuId)).toMatchObject([{ connected: false, transactions: 4 }]);
    await expect(startSync(context, person)).rejects.toMatchObject({ code: "ERR_SYNC_CONSENT_ENDED" });
  });

  it("erases when the person wants that, and tells which accounts", async () => {
    bank.add({}, [manyTransactions(4)]);
    const person = await ledger.connect();
    await ledger.runNext();
    const [account] = await listAccounts(db, person.psuId);
    await withdraw(person, { keepData: false });
    expect(await listAccounts(db, person.psuId)).toEqual([]);
    expect(await db.selectFrom("transactions").select("psuId").where("psuId", "=", person.psuId).execute()).toEqual([]);
    expect((await ledger.published("ingest.accounts-erased")).at(-1)).toEqual({ ...person, accountIds: [account?.accountId] });
  });

  it("gives erased accounts new ids when the person comes back, so that late facts about the old ones touch nothing", async () => {
    bank.add({}, [manyTransactions(2)]);
    const person = await ledger.connect();
    await ledger.runNext();
    const [before] = await listAccounts(db, person.psuId);
    await withdraw(person, { keepData: false });
    await ledger.connect({ psuId: person.psuId });
    expect(await ledger.runNext()).toMatchObject({ transactionsNew: 2 });
    const [after] = await listAccounts(db, person.psuId);
    expect(after?.accountId).not.toBe(before?.accountId);
  });

  it("leaves accounts alone that a newer consent has taken over", async () => {
    bank.add({}, [manyTransactions(2)]);
    const old = await ledger.connect();
    await ledger.runNext();
    const { consentId: successor } = await ledger.connect({ psuId: old.psuId });
    await ledger.runNext();
    await withdraw(old, { replacedBy: successor });
    expect(await listAccounts(db, old.psuId)).toMatchObject([{ consentId: successor, connected: true }]);
    await withdraw(old, { keepData: false });
    expect(await listAccounts(db, old.psuId)).toHaveLength(1);
  });

  it("wins over an authorisation that is heard of later", async () => {
    const psuId = crypto.randomUUID();
    const consentId = crypto.randomUUID();
    await withdraw({ psuId, consentId });
    await ledger.connect({ psuId, consentId });
    expect(await ledger.runNext()).toBeUndefined();
    expect(await listLatestSyncs(db, psuId)).toEqual([]);
  });
});

describe("a person who is forgotten", () => {
  it("US-37: nothing stays, nothing reappears", async () => {
    bank.add({}, [manyTransactions(4)]);
    const person = await ledger.connect();
    await ledger.runNext();
    expect(await rowsAbout(person.psuId)).toBeGreaterThan(4);
    await sql`insert into dead_letters (consumer, message_key, event_type, psu_id, deliveries, error_code, error_kind, error_message, headers, body)
      values ('ingest-on-consent-authorised', ${person.psuId}, 'consent.authorised', ${person.psuId}, 5, 'ERR_TEST', 'invalid', 'test', '{}', '{}')`.execute(
      db,
    );
    const erase = () => inTransaction(db, (tx) => erasePsu(tx, { psuId: person.psuId, erasedAt: "2026-11-22T11:00:00Z" }));
    expect(await erase()).toBeGreaterThan(4);
    expect(await rowsAbout(person.psuId)).toBe(0);
    expect(await db.selectFrom("outbox").select("eventId").where("psuId", "=", person.psuId).execute()).toEqual([]);
    expect(await db.selectFrom("deadLetters").select("psuId").where("psuId", "=", person.psuId).execute()).toEqual([]);
    await ledger.connect({ psuId: person.psuId });
    await withdraw(person);
    expect(await erase()).toBe(0);
    expect(await rowsAbout(person.psuId)).toBe(0);
  });

  it("US-37: a sync that runs meanwhile stores nothing more", async () => {
    bank.add({}, pages(4));
    const person = await ledger.connect();
    bank.before = async ({ cursor }) => {
      if (cursor === "page-2") await inTransaction(db, (tx) => erasePsu(tx, { psuId: person.psuId, erasedAt: "2026-11-22T11:00:00Z" }));
    };
    expect(await ledger.runNext()).toMatchObject({ status: "left" });
    expect(await rowsAbout(person.psuId)).toBe(0);
  });
});

describe("a process that dies in the middle", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "DR-T1: at call %i, another takes over after the lease; nothing is lost or doubled, the first one can do no harm",
    async (callNumber) => {
      bank.add({ resourceId: "r1" }, pages(3));
      bank.add({ resourceId: "r2", iban: "FI5542345670000081" }, pages(3));
      const person = await ledger.connect();
      const { promise: thaw, resolve: resume } = Promise.withResolvers<void>();
      const { promise: frozen, resolve: freeze } = Promise.withResolvers<void>();
      let calls = 0;
      bank.before = async () => {
        calls += 1;
        if (calls < callNumber) return;
        freeze();
        await thaw;
      };
      const zombie = ledger.runNext();
      await frozen;
      expect(await ledger.runNext()).toBeUndefined();
      ledger.clock.advance({ seconds: context.settings.leaseSeconds });
      bank.before = () => undefined;
      // A page that the first one is just storing may come between once.
      const first = await ledger.runNext();
      expect(first?.status === "left" ? await ledger.runNext() : first).toMatchObject({ status: "completed", transactionsSeen: 60, transactionsNew: 60 });
      const before = await db.selectFrom("transactions").selectAll().where("psuId", "=", person.psuId).orderBy("transactionId").execute();
      expect(before).toHaveLength(60);
      resume();
      expect(await zombie).toEqual({ status: "left" });
      expect(await db.selectFrom("transactions").selectAll().where("psuId", "=", person.psuId).orderBy("transactionId").execute()).toEqual(before);
      const events = (await ledger.published("ingest.transactions-recorded")).filter(({ psuId }) => psuId === person.psuId);
      expect(events.flatMap(({ recorded }) => recorded)).toHaveLength(60);
    },
  );

  it("keeps the lease while it runs, and hears when it has lost it", async () => {
    const person = await ledger.connect();
    const claimed = await claimDueSync(context);
    if (claimed === undefined) throw new Error("nothing was due");
    const run = { ...person, syncId: claimed.sync.syncId, runId: claimed.runId };
    ledger.clock.advance({ seconds: 9 });
    expect(await keepSync(context, run)).toBe(true);
    ledger.clock.advance({ seconds: 9 });
    expect(await claimDueSync(context)).toBeUndefined();
    ledger.clock.advance({ seconds: 1 });
    expect(await claimDueSync(context)).toMatchObject({ sync: { syncId: run.syncId } });
    expect(await keepSync(context, run)).toBe(false);
  });

  it("gives the sync back at once when it is asked to stop", async () => {
    bank.add({}, pages(4));
    await ledger.connect();
    const stop = new AbortController();
    bank.before = ({ cursor }) => {
      if (cursor === "page-2") stop.abort();
    };
    while ((await claimAndRun(stop.signal)) !== "left");
    bank.before = () => undefined;
    expect(await ledger.runNext()).toMatchObject({ status: "completed", transactionsNew: 40 });
  });

  it("gives up a sync that kills its process again and again", async () => {
    bank.accounts.length = 0;
    await ledger.connect();
    for (let death = 0; death < 25; death += 1) {
      expect(await claimDueSync(context)).toBeDefined();
      ledger.clock.advance({ seconds: 10 });
    }
    expect(await ledger.runNext()).toMatchObject({ status: "failed", error: { code: "ERR_SYNC_ABANDONED" } });
  });
});

async function claimAndRun(signal: AbortSignal): Promise<string | undefined> {
  const claimed = await claimDueSync(context);
  return claimed === undefined ? "left" : (await runSync(context, claimed.sync, claimed.runId, signal)).status;
}
