import { inTransaction } from "@opl/postgres";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { listAccounts } from "../db/account-store.ts";
import { listLatestSyncs } from "../db/sync-store.ts";
import { manyTransactions } from "../testing/bank-answers.ts";
import { TestLedger } from "../testing/ledger.ts";
import type { Person } from "../testing/ledger.ts";
import { pauseSyncing, resumeSyncing } from "./pause-syncing.ts";
import { planScheduledSyncs } from "./plan-scheduled-syncs.ts";
import { startSync } from "./start-sync.ts";
import { stopSyncing } from "./stop-syncing.ts";

const ledger = await TestLedger.open();
const { bank, db, context, clock } = ledger;
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of ["syncs", "consents"] as const) await db.deleteFrom(table).execute();
  bank.accounts.length = 0;
  bank.calls.length = 0;
  bank.before = () => undefined;
});

const about = (person: Person) => ({ ...person, aspspId: "op-fi" });
const pause = (person: Person, pausedAt = clock.now()) =>
  inTransaction(db, (tx) => pauseSyncing(context, tx, { ...about(person), reason: "reconfirmation-missed", pausedAt: pausedAt.toString() }));
const confirm = (person: Person, reconfirmedAt = clock.now()) =>
  inTransaction(db, (tx) => resumeSyncing(context, tx, { ...about(person), reconfirmedAt: reconfirmedAt.toString(), reconfirmBy: null }));
const connectAndRead = async () => {
  bank.add({}, [manyTransactions(4)]);
  const person = await ledger.connect();
  await ledger.runNext();
  bank.calls.length = 0;
  return person;
};

describe("a consent that is paused", () => {
  it("is read no more, by nobody, and keeps its figures and its place", async () => {
    const person = await connectAndRead();
    await pause(person);
    await expect(startSync(context, person)).rejects.toMatchObject({ code: "ERR_SYNC_CONSENT_PAUSED", kind: "rejected" });
    clock.advance({ hours: 30 });
    expect(await planScheduledSyncs(context)).toBe(0);
    expect(await ledger.runNext()).toBeUndefined();
    expect(bank.calls).toEqual([]);
    expect(await listAccounts(db, person.psuId)).toMatchObject([{ connected: true, transactions: 4 }]);
  });

  it("US-36: stores no page that comes after, and says why the reading ended", async () => {
    bank.add(
      {},
      Array.from({ length: 6 }, (_, page) => manyTransactions(60).slice(page * 10, page * 10 + 10)),
    );
    const person = await ledger.connect();
    const stored = Promise.withResolvers<number>();
    const rows = async () => (await db.selectFrom("transactions").select("psuId").where("psuId", "=", person.psuId).execute()).length;
    bank.before = async ({ cursor }) => {
      if (cursor !== "page-3") return;
      await pause(person);
      stored.resolve(await rows());
    };
    expect(await ledger.runNext()).toMatchObject({ status: "left" });
    // The reading may have ended at the page before, while this one was on its way.
    expect(await rows()).toBe(await stored.promise);
    expect((await ledger.published("ingest.sync-failed")).at(-1)).toMatchObject({
      consentId: person.consentId,
      code: "ERR_SYNC_CONSENT_PAUSED",
      listedAt: expect.any(String),
    });
    expect(await ledger.runNext()).toBeUndefined();
  });

  it("is read again as soon as the person confirms, without them, and then on schedule", async () => {
    const person = await connectAndRead();
    await pause(person);
    clock.advance({ hours: 24 });
    await confirm(person);
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
    expect(await listLatestSyncs(db, person.psuId)).toMatchObject([{ reason: "scheduled", status: "completed" }]);
    clock.advance({ hours: 6 });
    expect(await planScheduledSyncs(context)).toBe(1);
  });
});

describe("pause and confirmation are told in any order", () => {
  it("a confirmation that came after the pause stands, whichever is heard of first", async () => {
    const person = await connectAndRead();
    const paused = clock.now();
    clock.advance({ minutes: 1 });
    await confirm(person);
    await pause(person, paused);
    clock.advance({ hours: 24 });
    expect(await planScheduledSyncs(context)).toBe(1);
  });

  it("told again changes nothing", async () => {
    const person = await connectAndRead();
    const paused = clock.now();
    await pause(person, paused);
    clock.advance({ minutes: 1 });
    await confirm(person);
    await ledger.runNext();
    await pause(person, paused);
    await confirm(person, paused);
    await expect(startSync(context, person)).resolves.toMatchObject({ sync: { consentId: person.consentId } });
  });

  it("a confirmation in time begins no reading of its own", async () => {
    const person = await connectAndRead();
    clock.advance({ minutes: 1 });
    await confirm(person);
    expect(await ledger.runNext()).toBeUndefined();
  });

  it("neither touches what has ended, or was never heard of", async () => {
    const person = await connectAndRead();
    await inTransaction(db, (tx) => stopSyncing(context, tx, { ...about(person), keepData: true, replacedBy: null }));
    clock.advance({ minutes: 1 });
    await pause(person);
    await confirm(person);
    await confirm({ psuId: crypto.randomUUID(), consentId: crypto.randomUUID() });
    expect(await ledger.runNext()).toBeUndefined();
    await expect(startSync(context, person)).rejects.toMatchObject({ code: "ERR_SYNC_CONSENT_ENDED" });
  });
});
