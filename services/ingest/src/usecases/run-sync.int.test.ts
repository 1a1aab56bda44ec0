import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aBalance, aTransaction, manyTransactions } from "../testing/bank-answers.ts";
import { aspspError } from "../testing/fake-bank.ts";
import { TestLedger } from "../testing/ledger.ts";
import type { Person } from "../testing/ledger.ts";
import { listAccounts } from "../db/account-store.ts";

const ledger = await TestLedger.open();
const { bank, db } = ledger;
afterAll(() => ledger[Symbol.asyncDispose]());
beforeEach(() => {
  bank.accounts.length = 0;
  bank.calls.length = 0;
  bank.before = () => undefined;
  bank.nextCursor = undefined;
});

const paged = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
const count = async ({ psuId }: Person) => (await db.selectFrom("transactions").select("transactionId").where("psuId", "=", psuId).execute()).length;
const snapshot = ({ psuId }: Person) => db.selectFrom("transactions").selectAll().where("psuId", "=", psuId).orderBy("transactionId").execute();

describe("the first sync", () => {
  it("stores accounts with balances, then every page, and tells everybody", async () => {
    bank.add({ resourceId: "r1" }, paged(manyTransactions(250), 100), [aBalance("1234.56"), aBalance("1200.00", { type: "interimAvailable" })]);
    bank.add({ resourceId: "r2", iban: "FI5542345670000081", name: "Säästötili", kind: "savings" }, [manyTransactions(3)]);
    const person = await ledger.connect();
    expect(await ledger.runNext()).toMatchObject({ status: "completed", accounts: 2, transactionsSeen: 253, transactionsNew: 253, incompleteAccounts: [] });

    const accounts = await listAccounts(db, person.psuId);
    expect(accounts.map(({ name, transactions, connected, incompleteSince, readAt }) => ({ name, transactions, connected, incompleteSince, readAt }))).toEqual([
      { name: "Käyttötili", transactions: 250, connected: true, incompleteSince: null, readAt: "2026-11-22T10:00:00Z" },
      { name: "Säästötili", transactions: 3, connected: true, incompleteSince: null, readAt: "2026-11-22T10:00:00Z" },
    ]);
    expect(accounts[0]?.oldestBookingDate).toBe("2026-10-02");
    expect(accounts[0]?.balances.map(({ type, amount }) => [type, amount.amount])).toEqual([
      ["interimAvailable", "1200.00"],
      ["interimBooked", "1234.56"],
    ]);
    expect(await ledger.published("ingest.account-discovered")).toHaveLength(2);
    expect(await ledger.published("ingest.balance-recorded")).toHaveLength(3);
    const recorded = (await ledger.published("ingest.transactions-recorded")).flatMap((event) => event.recorded);
    expect(new Set(recorded.map(({ transactionId }) => transactionId)).size).toBe(253);
    expect((await ledger.published("ingest.sync-completed")).at(-1)).toMatchObject({
      accounts: 2,
      transactionsSeen: 253,
      transactionsNew: 253,
      incompleteAccounts: [],
    });
  });

  it("publishes in chunks of a hundred at the most", async () => {
    bank.add({}, [manyTransactions(250)]);
    await ledger.connect();
    const before = (await ledger.published("ingest.transactions-recorded")).length;
    await ledger.runNext();
    const events = (await ledger.published("ingest.transactions-recorded")).slice(before);
    expect(events.map(({ recorded }) => recorded.length)).toEqual([100, 100, 50]);
  });

  it("makes balances visible before any transaction is read", async () => {
    bank.add({}, [manyTransactions(1)], [aBalance("77.00")]);
    const person = await ledger.connect();
    let seen: string | undefined;
    bank.before = async ({ operation }) => {
      if (operation === "transactions") seen = (await listAccounts(db, person.psuId))[0]?.balances[0]?.amount.amount;
    };
    await ledger.runNext();
    expect(seen).toBe("77.00");
  });

  it("never calls the bank inside a transaction", async () => {
    bank.add({}, paged(manyTransactions(30), 10));
    await ledger.connect();
    const states: string[] = [];
    bank.before = async () => {
      // Prefetching overlaps with storing, so what is asked is whether the caller waits with locks of its own: it would lock its account.
      await db.selectFrom("consents").select("psuId").forUpdate().execute();
      states.push("free");
    };
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
    expect(states).toHaveLength(4);
  });
});

describe("reading again", () => {
  it("BR-16 BR-17 BR-20: changes nothing, whatever the order and the pages", async () => {
    const twins = [aTransaction({ amount: "-4.00" }), aTransaction({ amount: "-4.00" })];
    const entries = [...manyTransactions(57), ...twins];
    const account = bank.add({}, paged(entries, 20));
    const person = await ledger.connect();
    await ledger.runNext();
    const before = await snapshot(person);
    expect(before).toHaveLength(59);
    const events = (await ledger.published("ingest.transactions-recorded")).length;
    account.pages = paged(entries.toReversed(), 7);
    expect(await ledger.syncAgain(person)).toMatchObject({ status: "completed", transactionsSeen: 59, transactionsNew: 0, revised: 0, missing: 0 });
    expect(await snapshot(person)).toEqual(before);
    expect(await ledger.published("ingest.transactions-recorded")).toHaveLength(events);
  });

  it("BR-18: keeps what a booked transaction was before as a revision", async () => {
    const account = bank.add({}, [[aTransaction({ entryReference: "A1", amount: "-10.00" })]]);
    const person = await ledger.connect();
    await ledger.runNext();
    account.pages = [[aTransaction({ entryReference: "A1", amount: "-12.50" })]];
    expect(await ledger.syncAgain(person)).toMatchObject({ status: "completed", revised: 1 });
    const [row, ...others] = await snapshot(person);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ revision: 2, amountMinor: -1250n });
    const revisions = await db.selectFrom("transactionRevisions").selectAll().where("psuId", "=", person.psuId).execute();
    expect(revisions).toMatchObject([{ revision: 1, amountMinor: -1000n, content: { amount: { amount: "-10.00" }, revision: 1 } }]);
    const last = (await ledger.published("ingest.transactions-recorded")).at(-1);
    expect(last).toMatchObject({ recorded: [{ transactionId: row?.transactionId, revision: 2, amount: { amount: "-12.50" } }], removed: [] });
  });

  it("BR-22: replaces the pending set at the end of a complete reading", async () => {
    const account = bank.add({}, [
      [
        aTransaction({ bookingStatus: "pending", amount: "-5.00" }),
        aTransaction({ bookingStatus: "pending", amount: "-6.00" }),
        aTransaction({ entryReference: "B1" }),
      ],
    ]);
    const person = await ledger.connect();
    await ledger.runNext();
    expect(await count(person)).toBe(3);
    account.pages = [
      [
        aTransaction({ bookingStatus: "pending", amount: "-6.00" }),
        aTransaction({ entryReference: "B2", amount: "-5.00" }),
        aTransaction({ entryReference: "B1" }),
      ],
    ];
    await ledger.syncAgain(person);
    const rows = await snapshot(person);
    expect(rows.map(({ pending, amountMinor }) => `${pending ? "pending" : "booked"} ${amountMinor}`).toSorted()).toEqual([
      "booked -1000",
      "booked -500",
      "pending -600",
    ]);
    const events = (await ledger.published("ingest.transactions-recorded")).slice(-2);
    expect(events.flatMap(({ recorded }) => recorded).map(({ amount }) => amount.amount)).toEqual(["-5.00"]);
    expect(events.flatMap(({ removed }) => removed)).toHaveLength(1);
    expect((await listAccounts(db, person.psuId))[0]?.transactions).toBe(3);
  });

  it("BR-23: keeps a booked transaction that vanishes, marked, and takes the mark back", async () => {
    const both = [aTransaction({ entryReference: "V1", bookingDate: "2026-11-19" }), aTransaction({ entryReference: "V2", bookingDate: "2026-11-10" })];
    const account = bank.add({}, [[...both, aTransaction({ entryReference: "V3", bookingDate: "2026-11-05" })]]);
    const person = await ledger.connect();
    await ledger.runNext();
    account.pages = [[aTransaction({ entryReference: "V2", bookingDate: "2026-11-10" }), aTransaction({ entryReference: "V3", bookingDate: "2026-11-05" })]];
    expect(await ledger.syncAgain(person)).toMatchObject({ missing: 1 });
    expect((await snapshot(person)).filter((row) => row.missingSince !== null).map((row) => row.entryReference)).toEqual(["V1"]);
    account.pages = [[...both, aTransaction({ entryReference: "V3", bookingDate: "2026-11-05" })]];
    expect(await ledger.syncAgain(person)).toMatchObject({ transactionsNew: 0, missing: 0 });
    expect((await snapshot(person)).some((row) => row.missingSince !== null)).toBe(false);
    expect((await listAccounts(db, person.psuId))[0]?.transactions).toBe(3);
  });

  it("BR-37: an entry without a reference that moves over the border of a page while we read is counted twice until the next reading at most", async () => {
    const purchases = ["-1.00", "-2.00", "-3.00", "-4.00", "-5.00"].map((amount, index) => aTransaction({ amount, bookingDate: `2026-11-${18 - index}` }));
    const account = bank.add({}, paged(purchases, 2));
    const person = await ledger.connect();
    bank.before = ({ cursor }) => {
      // A new purchase in front pushes everything down by one before the second page is asked for.
      if (cursor === "page-1") account.pages = paged([aTransaction({ amount: "-9.00", bookingDate: "2026-11-19" }), ...purchases], 2);
    };
    await ledger.runNext();
    bank.before = () => undefined;
    expect(await count(person)).toBe(6);
    expect(await ledger.syncAgain(person)).toMatchObject({ transactionsNew: 1, missing: 0 });
    const rows = await snapshot(person);
    expect(rows.map((row) => row.amountMinor).toSorted((a, b) => Number(b - a))).toEqual([-100n, -200n, -300n, -400n, -500n, -900n]);
    expect((await ledger.published("ingest.transactions-recorded")).at(-1)?.removed).toHaveLength(1);
    expect((await listAccounts(db, person.psuId))[0]?.transactions).toBe(6);
  });

  it("BR-20 BR-37: true twins on two pages are confirmed by the next reading and stay for good", async () => {
    const twin = () => aTransaction({ amount: "-4.00", bookingDate: "2026-11-19" });
    const rest = manyTransactions(6, (index) => ({ bookingDate: `2026-11-${10 - index}`.replace(/-(\d)$/, "-0$1") }));
    const account = bank.add({}, [[twin()], [twin()], rest]);
    const person = await ledger.connect();
    await ledger.runNext();
    expect((await snapshot(person)).filter((row) => row.doubtful)).toHaveLength(1);
    await ledger.syncAgain(person);
    expect((await snapshot(person)).filter((row) => row.doubtful)).toHaveLength(0);
    account.pages = [[twin()], rest];
    expect(await ledger.syncAgain(person)).toMatchObject({ missing: 1 });
    expect(await count(person)).toBe(8);
  });

  it("BR-23: history that falls out of the bank's window is not missing", async () => {
    const account = bank.add({}, [manyTransactions(50)]);
    const person = await ledger.connect();
    await ledger.runNext();
    // The oldest day that is left is cut in the middle.
    account.pages = [manyTransactions(50).slice(0, 18)];
    expect(await ledger.syncAgain(person)).toMatchObject({ missing: 0 });
  });

  it("appends balances and shows the latest of each type; the same statement twice is one", async () => {
    const account = bank.add({}, [[]], [aBalance("10.00")]);
    const person = await ledger.connect();
    await ledger.runNext();
    await ledger.syncAgain(person);
    account.balances = [aBalance("20.00", { asOf: "2026-11-22T12:00:00Z" })];
    await ledger.syncAgain(person);
    const rows = await db.selectFrom("balances").select(["amountMinor"]).where("psuId", "=", person.psuId).orderBy("asOf").execute();
    expect(rows.map((row) => row.amountMinor)).toEqual([1000n, 2000n]);
    expect((await listAccounts(db, person.psuId))[0]?.balances).toEqual([
      { type: "interimBooked", amount: { amount: "20.00", currency: "EUR" }, asOf: "2026-11-22T12:00:00Z" },
    ]);
  });

  it("BR-13: keeps both of two balances that contradict each other", async () => {
    bank.add({}, [[]], [aBalance("10.00"), aBalance("11.00")]);
    const person = await ledger.connect();
    await ledger.runNext();
    expect((await listAccounts(db, person.psuId))[0]?.balances.map(({ amount }) => amount.amount).toSorted()).toEqual(["10.00", "11.00"]);
  });

  it("BR-11: stores each amount in its own currency, also without decimals", async () => {
    bank.add({}, [[aTransaction({ amount: "-1500", currency: "JPY", originalAmount: { amount: "-9.315", currency: "KWD" } })]]);
    const person = await ledger.connect();
    await ledger.runNext();
    expect(await snapshot(person)).toMatchObject([{ amountMinor: -1500n, currency: "JPY", originalAmountMinor: -9315n, originalCurrency: "KWD" }]);
  });
});

describe("accounts across consents", () => {
  it("BR-25: a new consent with new resource ids finds the same account and doubles nothing", async () => {
    const account = bank.add({ resourceId: "old-1" }, [manyTransactions(10)]);
    const first = await ledger.connect();
    await ledger.runNext();
    const [before] = await listAccounts(db, first.psuId);
    account.account = { ...account.account, resourceId: "new-7" };
    const second = await ledger.connect({ psuId: first.psuId });
    expect(await ledger.runNext()).toMatchObject({ status: "completed", transactionsNew: 0 });
    const accounts = await listAccounts(db, first.psuId);
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject({ accountId: before?.accountId, consentId: second.consentId, transactions: 10 });
    expect((await ledger.published("ingest.account-discovered")).slice(-1)).toMatchObject([{ accountId: before?.accountId, consentId: second.consentId }]);
  });

  it("keeps cards apart, also two with the same mask and name", async () => {
    const card = { iban: null, kind: "card", name: "Visa", bic: null } as const;
    bank.add({ ...card, resourceId: "c1", maskedPan: "************1111" });
    bank.add({ ...card, resourceId: "c2", maskedPan: "************2222" });
    bank.add({ ...card, resourceId: "c3", maskedPan: "************2222" });
    const person = await ledger.connect();
    await ledger.runNext();
    expect(await listAccounts(db, person.psuId)).toHaveLength(3);
    await ledger.syncAgain(person);
    expect(await listAccounts(db, person.psuId)).toHaveLength(3);
    expect((await ledger.published("ingest.account-discovered")).slice(-3).map(({ maskedPan }) => maskedPan)).toEqual(
      expect.arrayContaining(["************1111", "************2222"]),
    );
  });

  it("tells of an account again when anything of it is new, and else says nothing", async () => {
    const listed = bank.add({ maskedPan: null });
    const person = await ledger.connect();
    await ledger.runNext();
    const told = async () => (await ledger.published("ingest.account-discovered")).filter(({ psuId }) => psuId === person.psuId);
    for (const change of [{}, { maskedPan: "************1111" }, {}, { name: "Arki" }, { kind: "savings" }, { ownerName: null }, {}] as const) {
      const before = (await told()).length;
      listed.account = { ...listed.account, ...change };
      await ledger.syncAgain(person);
      expect((await told()).slice(before), JSON.stringify(change)).toMatchObject(Object.keys(change).length === 0 ? [] : [change]);
    }
  });

  it("tells once more of an account from before it was kept what was told of it: who keeps more now hears it", async () => {
    bank.add({ maskedPan: "************1111" });
    const person = await ledger.connect();
    await ledger.runNext();
    await db.updateTable("accounts").set({ toldAs: null }).where("psuId", "=", person.psuId).execute();
    const told = async () => (await ledger.published("ingest.account-discovered")).filter(({ psuId }) => psuId === person.psuId);
    await ledger.syncAgain(person);
    const [first, again] = await told();
    expect(again).toEqual(first);
    await ledger.syncAgain(person);
    expect(await told()).toHaveLength(2);
  });

  it("BR-27: an empty list of accounts deletes nothing", async () => {
    bank.add({}, [manyTransactions(5)]);
    const person = await ledger.connect();
    await ledger.runNext();
    const before = await listAccounts(db, person.psuId);
    bank.accounts.length = 0;
    expect(await ledger.syncAgain(person)).toMatchObject({ status: "completed", accounts: 0 });
    expect(await listAccounts(db, person.psuId)).toEqual(before);
  });

  it("two people with the same IBAN share nothing", async () => {
    bank.add({}, [manyTransactions(5)]);
    const one = await ledger.connect();
    const other = await ledger.connect();
    await ledger.runNext();
    await ledger.runNext();
    const [a] = await listAccounts(db, one.psuId);
    const [b] = await listAccounts(db, other.psuId);
    expect(a?.accountId).not.toBe(b?.accountId);
    expect([await count(one), await count(other)]).toEqual([5, 5]);
  });
});

describe("quarantine", () => {
  const refused = (resourceId: string, page: number) => {
    bank.before = ({ resourceId: asked, cursor }) => {
      if (asked === resourceId && cursor === (page === 0 ? undefined : `page-${page}`))
        throw aspspError("ERR_ASPSP_PROTOCOL", "upstream", { details: { rawHash: "cd".repeat(32) } });
    };
  };

  it("puts a refused page aside, marks the account, goes on with the others, and heals with the next clean reading", async () => {
    bank.add({ resourceId: "bad" }, paged(manyTransactions(30), 10));
    bank.add({ resourceId: "good", iban: "FI5542345670000081" }, paged(manyTransactions(30), 10));
    const person = await ledger.connect();
    refused("bad", 1);
    const result = await ledger.runNext();
    const accounts = await listAccounts(db, person.psuId);
    const bad = accounts.find(({ incompleteSince }) => incompleteSince !== null);
    expect(result).toMatchObject({ status: "completed", incompleteAccounts: [bad?.accountId], transactionsNew: 40 });
    expect(bad).toMatchObject({ transactions: 10, readAt: null });
    expect((await ledger.published("ingest.page-rejected")).at(-1)).toMatchObject({
      accountId: bad?.accountId,
      code: "ERR_ASPSP_PROTOCOL",
      rawHash: "cd".repeat(32),
    });
    expect(await db.selectFrom("quarantine").selectAll().where("psuId", "=", person.psuId).execute()).toMatchObject([
      { page: 2, code: "ERR_ASPSP_PROTOCOL", healedAt: null },
    ]);

    bank.before = () => undefined;
    expect(await ledger.syncAgain(person)).toMatchObject({ status: "completed", incompleteAccounts: [], transactionsNew: 20 });
    expect((await listAccounts(db, person.psuId)).every(({ incompleteSince, transactions }) => incompleteSince === null && transactions === 30)).toBe(true);
    expect((await db.selectFrom("quarantine").selectAll().where("psuId", "=", person.psuId).executeTakeFirstOrThrow()).healedAt).not.toBeNull();
  });

  it("an incomplete reading takes no pending away and marks nothing missing", async () => {
    const account = bank.add({ resourceId: "bad" }, [[aTransaction({ bookingStatus: "pending" }), aTransaction({ entryReference: "Q1" })]]);
    const person = await ledger.connect();
    await ledger.runNext();
    account.pages = [[aTransaction({ entryReference: "Q2", bookingDate: "2026-11-01" })], []];
    refused("bad", 1);
    await ledger.syncAgain(person);
    const rows = await snapshot(person);
    expect(rows).toHaveLength(3);
    expect(rows.some((row) => row.missingSince !== null)).toBe(false);
  });

  it.each([
    ["BR-08: an amount with more decimals than its currency", aTransaction({ amount: "10.50", currency: "JPY" }), "ERR_PAGE_AMOUNT"],
    ["BR-10: an unknown currency", aTransaction({ currency: "ZZZ" }), "ERR_PAGE_AMOUNT"],
    ["BR-24: a reference with NUL", aTransaction({ entryReference: "A\0B" }), "ERR_PAGE_TEXT"],
    ["BR-47: half a surrogate pair", aTransaction({ remittanceInformation: "x\ud800" }), "ERR_PAGE_TEXT"],
    ["BR-56: the year 9999", aTransaction({ bookingDate: "9999-12-31" }), "ERR_PAGE_DATE"],
  ])("refuses the whole page for %s", async (_, entry, code) => {
    bank.add({}, [[...manyTransactions(3), entry]]);
    const person = await ledger.connect();
    expect(await ledger.runNext()).toMatchObject({ status: "completed", transactionsNew: 0 });
    expect(await count(person)).toBe(0);
    expect((await ledger.published("ingest.page-rejected")).at(-1)).toMatchObject({ code });
  });

  it("BR-29: stops at a cursor that leads back", async () => {
    bank.add({}, paged(manyTransactions(30), 10));
    bank.nextCursor = (_, page) => (page === 2 ? "page-1" : `page-${page + 1}`);
    const person = await ledger.connect();
    expect(await ledger.runNext()).toMatchObject({ status: "completed", transactionsNew: 30 });
    expect((await ledger.published("ingest.page-rejected")).at(-1)).toMatchObject({ code: "ERR_PAGE_REPEATED" });
    expect(bank.callsFor("r1")).toHaveLength(3);
    expect((await listAccounts(db, person.psuId))[0]?.incompleteSince).not.toBeNull();
  });

  it("BR-30 BR-31: stops at endless pages, full or empty", async () => {
    bank.add({}, [[]]);
    bank.nextCursor = (_, page) => `page-${page + 1}`;
    await ledger.connect();
    expect(await ledger.runNext()).toMatchObject({ status: "completed" });
    expect((await ledger.published("ingest.page-rejected")).at(-1)).toMatchObject({ code: "ERR_PAGE_BUDGET" });
    expect(bank.callsFor("r1")).toHaveLength(20);
  });

  it("a list of accounts that fails its checks fails the sync and is kept in quarantine", async () => {
    const person = await ledger.connect();
    bank.before = () => {
      throw aspspError("ERR_ASPSP_PROTOCOL", "upstream", { details: { rawHash: "ef".repeat(32) } });
    };
    expect(await ledger.runNext()).toMatchObject({ status: "failed", error: { code: "ERR_ASPSP_PROTOCOL" } });
    expect(await db.selectFrom("quarantine").selectAll().where("psuId", "=", person.psuId).execute()).toMatchObject([
      { accountId: null, rawHash: "ef".repeat(32) },
    ]);
    expect((await ledger.published("ingest.sync-failed")).at(-1)).toMatchObject({ code: "ERR_ASPSP_PROTOCOL", listedAt: null });
  });
});

describe("failure and resumption", () => {
  it("tries again with growing waits and goes on from the page where it stopped", async () => {
    bank.add({}, paged(manyTransactions(50), 10));
    const person = await ledger.connect();
    let broken = true;
    bank.before = ({ cursor }) => {
      if (broken && cursor === "page-3") throw aspspError("ERR_ASPSP_UNAVAILABLE", "unavailable");
    };
    expect(await ledger.runNext()).toMatchObject({ status: "retried", inSeconds: 2 });
    expect(await count(person)).toBe(30);
    expect(await ledger.runNext()).toBeUndefined();
    ledger.clock.advance({ seconds: 2 });
    bank.calls.length = 0;
    broken = false;
    expect(await ledger.runNext()).toMatchObject({ status: "completed", transactionsSeen: 50, transactionsNew: 50 });
    expect(bank.calls.map(({ operation, cursor }) => [operation, cursor])).toEqual([
      ["transactions", "page-3"],
      ["transactions", "page-4"],
    ]);
  });

  it("gives up after its tries and says why", async () => {
    await ledger.connect();
    bank.before = () => {
      throw aspspError("ERR_ASPSP_UNAVAILABLE", "unavailable");
    };
    const waits: number[] = [];
    for (;;) {
      const result = await ledger.runNext();
      if (result?.status !== "retried") {
        expect(result).toMatchObject({ status: "failed", error: { code: "ERR_ASPSP_UNAVAILABLE" } });
        break;
      }
      waits.push(result.inSeconds);
      ledger.clock.advance({ seconds: result.inSeconds });
    }
    expect(waits).toEqual([2, 30]);
    expect((await ledger.published("ingest.sync-failed")).at(-1)).toMatchObject({ code: "ERR_ASPSP_UNAVAILABLE" });
  });

  it.each([
    ["ERR_ASPSP_CONSENT_INVALID", "rejected"],
    ["ERR_ASPSP_TOKEN_INVALID", "unauthenticated"],
  ] as const)("BR-61: %s ends the sync at once, without another call and without deleting", async (code, kind) => {
    bank.add({ resourceId: "r1" }, [manyTransactions(3)]);
    bank.add({ resourceId: "r2", iban: "FI5542345670000081" }, [manyTransactions(3)]);
    const person = await ledger.connect();
    await ledger.runNext();
    bank.calls.length = 0;
    bank.before = ({ operation }) => {
      if (operation === "accounts") throw aspspError(code, kind);
    };
    expect(await ledger.syncAgain(person)).toMatchObject({ status: "failed", error: { code } });
    expect(bank.calls).toHaveLength(1);
    expect(await count(person)).toBe(6);
  });

  it("a reading that ends after the bank has listed the accounts says when it did", async () => {
    bank.add({}, [manyTransactions(3)]);
    const { consentId } = await ledger.connect();
    const listedAt = ledger.clock.now().toString();
    bank.before = ({ operation }) => {
      if (operation === "accounts") return;
      ledger.clock.advance({ seconds: 5 });
      throw aspspError("ERR_ASPSP_CONSENT_INVALID", "rejected");
    };
    expect(await ledger.runNext()).toMatchObject({ status: "failed" });
    expect((await ledger.published("ingest.sync-failed")).at(-1)).toMatchObject({ consentId, code: "ERR_ASPSP_CONSENT_INVALID", listedAt });
  });

  it("BR-60: waits as long as the bank asks, within bounds", async () => {
    await ledger.connect();
    bank.before = () => {
      throw aspspError("ERR_ASPSP_RATE_LIMITED", "rate-limited", { retryAfterSeconds: 90 });
    };
    expect(await ledger.runNext()).toMatchObject({ status: "retried", inSeconds: 90 });
    ledger.clock.advance({ seconds: 90 });
    bank.before = () => {
      throw aspspError("ERR_ASPSP_RATE_LIMITED", "rate-limited", { retryAfterSeconds: 80_000 });
    };
    expect(await ledger.runNext()).toMatchObject({ status: "failed", error: { code: "ERR_ASPSP_RATE_LIMITED" } });
  });

  it("one account that cannot be read now does not stop the others", async () => {
    bank.add({ resourceId: "r1" }, [manyTransactions(3)]);
    bank.add({ resourceId: "r2", iban: "FI5542345670000081" }, [manyTransactions(3)]);
    const person = await ledger.connect();
    bank.before = ({ resourceId }) => {
      if (resourceId === "r1") throw aspspError("ERR_ASPSP_UNAVAILABLE", "unavailable");
    };
    expect(await ledger.runNext()).toMatchObject({ status: "retried" });
    expect(await count(person)).toBe(3);
  });
});
