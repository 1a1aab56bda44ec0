import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../testing/harness.ts";
import { type EntryPlan, LedgerModel, idOf } from "../testing/ledger-model.ts";
import { newId } from "@opl/service";

let stage: Harness;
let ledger: LedgerModel;
let psuId: string;
let [current, savings] = ["", ""];
beforeAll(async () => {
  stage = await startHarness();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(() => {
  ledger = new LedgerModel();
  psuId = newId();
  [current, savings] = [newId(), newId()];
  ledger.account(psuId, current, { iban: "FI2112345600000785", ownerName: "Aino Testinen" });
});

const shop = (label: string, over: Partial<EntryPlan> = {}): EntryPlan => ({
  minor: -1250n,
  date: "2026-11-02",
  name: "K-MARKET KAMPPI",
  code: "PKORTTIMAKSU",
  label: `${psuId} ${label}`,
  ...over,
});
const deliverAll = () => stage.deliver(ledger.facts.splice(0));
const month = async (of = "2026-11") =>
  (await stage.cashFlow(psuId)).currencies.map(({ currency, months }) => {
    const found = months.find((each) => each.month === of);
    return `${currency} +${found?.income.amount} -${found?.expenses.amount} =${found?.net.amount} (${found?.count})`;
  });

describe("the straight path: facts become list, cash flow and balances", () => {
  it("shows entries with their category and its reason", async () => {
    ledger.record(current, [shop("a"), shop("b", { name: "TEHDAS OY", code: "PALKKA", minor: 250_000n, date: "2026-11-13" })]);
    await deliverAll();
    const { transactions, total, nextCursor, days } = await stage.list(psuId);
    expect(transactions.map((row) => [row.bookingDate, row.amount.amount, row.category.category, row.category.ruleId, row.category.matched])).toEqual([
      ["2026-11-13", "2500.00", "income", "code.salary", "PALKKA"],
      ["2026-11-02", "-12.50", "groceries", "counterparty.k-market", "K-MARKET"],
    ]);
    expect({ total, nextCursor }).toEqual({ total: 2, nextCursor: null });
    expect(days).toEqual([
      { date: "2026-11-13", count: 1, sums: [{ amount: "2500.00", currency: "EUR" }] },
      { date: "2026-11-02", count: 1, sums: [{ amount: "-12.50", currency: "EUR" }] },
    ]);
    expect(await month()).toEqual(["EUR +2500.00 -12.50 =2487.50 (2)"]);
  });

  it("lists pending entries first and has them in no sum", async () => {
    ledger.record(current, [shop("a"), shop("p", { pending: true, minor: -9900n, date: "2026-11-01" })]);
    await deliverAll();
    const { transactions, days } = await stage.list(psuId);
    expect(transactions.map((row) => row.bookingStatus)).toEqual(["pending", "booked"]);
    expect(days).toEqual([
      { date: "2026-11-02", count: 1, sums: [{ amount: "-12.50", currency: "EUR" }] },
      { date: "2026-11-01", count: 0, sums: [] },
    ]);
    expect(await month()).toEqual(["EUR +0.00 -12.50 =-12.50 (1)"]);
    expect((await stage.totals()).accounts.find((account) => account.accountId === current)).toEqual({
      accountId: current,
      psuId,
      count: 1,
      sum: { amount: "-12.50", currency: "EUR" },
    });
  });

  it("works a balance back through the bookings, day by day", async () => {
    ledger.balance(current, "interimBooked", 100_000n, "2026-11-20T10:00:00Z");
    ledger.record(current, [shop("a", { date: "2026-11-19" }), shop("b", { date: "2026-11-17", minor: 5000n })]);
    await deliverAll();
    const { currencies, accounts } = await stage.netWorth(psuId, "2026-11-16", "2026-11-21");
    expect(currencies[0]?.days.map(({ date, amount }) => `${date} ${amount.amount}`)).toEqual([
      "2026-11-16 962.50",
      "2026-11-17 1012.50",
      "2026-11-18 1012.50",
      "2026-11-19 1000.00",
      "2026-11-20 1000.00",
      "2026-11-21 1000.00",
    ]);
    expect(accounts).toEqual([{ accountId: current, currency: "EUR", days: currencies[0]?.days }]);
  });

  it("never mixes currencies", async () => {
    ledger.record(current, [shop("a"), shop("b", { currency: "SEK", minor: -10_000n }), shop("c", { currency: "JPY", minor: 500n })]);
    await deliverAll();
    expect(await month()).toEqual(["EUR +0.00 -12.50 =-12.50 (1)", "JPY +500 -0 =500 (1)", "SEK +0.00 -100.00 =-100.00 (1)"]);
  });

  it("tells once a person and batch that figures changed, and the months", async () => {
    ledger.record(current, [shop("a"), shop("b", { date: "2026-10-31" })]);
    ledger.record(current, [shop("c", { date: "2026-10-01" })]);
    await deliverAll();
    expect((await stage.told("analytics.insights-changed")).filter((data) => (data as { psuId: string }).psuId === psuId)).toEqual([
      { psuId, months: ["2026-10", "2026-11"] },
    ]);
  });
});

describe("facts come twice and out of order (DR-C3, DR-C4)", () => {
  it("a newer revision wins, whichever comes first", async () => {
    ledger.record(current, [shop("a")]);
    ledger.record(current, [shop("a", { minor: -2000n, date: "2026-10-30" })]);
    const [account, first, second] = ledger.facts.splice(0);
    for (const fact of [account, second, first, second, first]) if (fact !== undefined) await stage.deliver([fact]);
    expect(await month("2026-10")).toEqual(["EUR +0.00 -20.00 =-20.00 (1)"]);
    expect(await month("2026-11")).toEqual(["EUR +0.00 -0.00 =0.00 (0)"]);
    expect((await stage.list(psuId)).transactions.map((row) => row.revision)).toEqual([2]);
  });

  it("what was taken back stays away when an older fact about it comes late", async () => {
    ledger.record(current, [shop("p", { pending: true })]);
    ledger.record(current, [shop("b")], [`${psuId} p`]);
    const [account, pending, booked] = ledger.facts.splice(0);
    for (const fact of [booked, pending, account]) if (fact !== undefined) await stage.deliver([fact]);
    expect((await stage.list(psuId)).transactions.map((row) => row.transactionId)).toEqual([idOf(`${psuId} b`)]);
  });

  it("an entry that the bank shows again after taking it back is there again", async () => {
    ledger.record(current, [shop("p", { pending: true })]);
    ledger.record(current, [], [`${psuId} p`]);
    ledger.record(current, [shop("p", { pending: true })]);
    const [account, first, gone, again] = ledger.facts.splice(0);
    for (const fact of [account, first, again, gone, first]) if (fact !== undefined) await stage.deliver([fact]);
    expect((await stage.list(psuId)).transactions).toHaveLength(1);
  });

  it("duplicates inside one batch count once", async () => {
    ledger.record(current, [shop("a")]);
    const facts = ledger.facts.splice(0);
    await stage.deliver([...facts, ...facts, ...facts]);
    expect(await month()).toEqual(["EUR +0.00 -12.50 =-12.50 (1)"]);
  });
});

describe("transfers between own accounts", () => {
  beforeEach(() => {
    ledger.record(current, [shop("out", { name: "Säästötili", iban: "FI1410093000123458", code: "TILISIIRTO", minor: -50_000n })]);
  });

  it("an account found late turns entries told earlier into transfers, on both sides", async () => {
    await deliverAll();
    expect(await month()).toEqual(["EUR +0.00 -500.00 =-500.00 (1)"]);
    ledger.account(psuId, savings, { iban: "FI1410093000123458", ownerName: "Aino Testinen", kind: "savings" });
    ledger.record(savings, [shop("in", { name: null, code: null, minor: 50_000n, date: "2026-11-03" })]);
    await deliverAll();
    await stage.settle();
    expect((await stage.list(psuId)).transactions.map((row) => `${row.category.category} ${row.category.ruleId} ${row.category.confidence}`)).toEqual([
      "transfers transfer.mirrored certain",
      "transfers transfer.own-account certain",
    ]);
    expect((await stage.cashFlow(psuId)).currencies).toEqual([]);
    expect((await stage.spending(psuId, "2026-11-01", "2026-11-30")).currencies).toEqual([]);
  });

  it("settling again changes nothing", async () => {
    ledger.account(psuId, savings, { iban: "FI1410093000123458" });
    await deliverAll();
    await stage.settle();
    const before = await stage.everything(psuId);
    const told = (await stage.told("analytics.insights-changed")).length;
    await stage.ctx.db.insertInto("unsettledPeople").values({ psuId, firstChangeAt: stage.clock.now(), dueAt: stage.clock.now() }).execute();
    expect(await stage.settle()).toBe(1);
    expect(await stage.everything(psuId)).toBe(before);
    expect((await stage.told("analytics.insights-changed")).length).toBe(told);
  });
});

describe("recurring payments", () => {
  const netflix = (index: number) =>
    shop(`n${index}`, { name: "NETFLIX.COM", minor: index < 8 ? -1399n : -1599n, date: `2026-${String(index + 1).padStart(2, "0")}-11` });

  it("are found after a pause, told once, and listed with the next day and the change of price", async () => {
    ledger.record(
      current,
      Array.from({ length: 11 }, (_, index) => netflix(index)),
    );
    await deliverAll();
    expect((await stage.recurring(psuId)).recurring).toEqual([]);
    await stage.settle();
    const { recurring } = await stage.recurring(psuId);
    expect(recurring).toMatchObject([
      {
        counterpartyName: "Netflix",
        category: "subscriptions",
        cadence: "monthly",
        amount: { amount: "-15.99" },
        previousAmount: { amount: "-13.99" },
        changedOn: "2026-09-11",
        nextDate: "2026-12-11",
        occurrences: 11,
        status: "active",
        regularity: 100,
      },
    ]);
    const recurringId = recurring[0]?.recurringId ?? "";
    expect((await stage.list(psuId, { recurringId })).total).toBe(11);
    expect(await stage.told("analytics.recurring-detected")).toContainEqual({
      psuId,
      recurringId,
      accountId: current,
      counterpartyName: "Netflix",
      amount: { amount: "-15.99", currency: "EUR" },
      cadence: "monthly",
      nextDate: "2026-12-11",
    });

    ledger.record(current, [netflix(11)]);
    await deliverAll();
    await stage.settle();
    expect((await stage.recurring(psuId)).recurring).toMatchObject([{ recurringId, occurrences: 12 }]);
    expect((await stage.told("analytics.recurring-detected")).filter((data) => (data as { psuId: string }).psuId === psuId)).toHaveLength(1);
  });

  it("end when they stay away, but only as far as the account is known", async () => {
    ledger.record(
      current,
      Array.from({ length: 5 }, (_, index) => netflix(index)),
    );
    await deliverAll();
    await stage.settle();
    expect((await stage.recurring(psuId)).recurring).toMatchObject([{ status: "active", nextDate: "2026-06-11" }]);
    ledger.record(current, [shop("later", { date: "2026-11-20" })]);
    await deliverAll();
    expect((await stage.recurring(psuId)).recurring).toMatchObject([{ status: "ended", nextDate: null }]);
  });
});
