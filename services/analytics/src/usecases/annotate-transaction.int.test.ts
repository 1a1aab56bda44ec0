import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { eventually } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lockPeople } from "../db/person-store.ts";
import { type Harness, startHarness } from "../testing/harness.ts";
import { LedgerModel, idOf } from "../testing/ledger-model.ts";
import { rebuildProjections } from "./rebuild-projections.ts";

let stage: Harness;
const ledger = new LedgerModel();
let psuId: string;
let [current, savings] = ["", ""];
const label = (name: string) => `${psuId} ${name}`;
beforeAll(async () => {
  stage = await startHarness(ledger);
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  psuId = newId();
  [current, savings] = [newId(), newId()];
  ledger.account(psuId, current, { iban: "FI2112345600000785", ownerName: "Aino Testinen" });
  ledger.account(psuId, savings, { iban: "FI1410093000123458", kind: "savings" });
  ledger.record(current, [
    { label: label("shop"), minor: -1234n, date: "2026-11-03", name: "K-MARKET KAMPPI" },
    { label: label("other shop"), minor: -500n, date: "2026-11-04", name: "K-MARKET KAMPPI" },
    { label: label("moved"), minor: -20_000n, date: "2026-11-05" },
    { label: label("kiosk"), minor: -300n, date: "2026-11-06", name: "R-KIOSKI", pending: true },
  ]);
  ledger.record(savings, [{ label: label("arrived"), minor: 20_000n, date: "2026-11-06", text: "Oma siirto" }]);
  await deliver();
});
const deliver = async () => {
  const facts = ledger.facts.splice(0);
  for (const fact of facts) await stage.deliver([fact]);
  await stage.settle();
  return facts;
};
const rowOf = async (name: string) => {
  const row = (await stage.list(psuId)).transactions.find(({ transactionId }) => transactionId === idOf(label(name)));
  if (row === undefined) throw new Error(`no entry ${name}`);
  return row;
};
const november = async () => {
  const spent = (await stage.spending(psuId, "2026-11-01", "2026-11-30")).currencies[0]?.categories ?? [];
  return Object.fromEntries(spent.map(({ category, amount }) => [category, amount.amount]));
};
const cashFlow = async () => (await stage.cashFlow(psuId)).currencies[0]?.months.at(-1);
const toldAbout = async () =>
  (await stage.told("analytics.insights-changed")).filter((data) => (data as { psuId: string }).psuId === psuId) as { months: string[] }[];

describe("a person says in which category one entry belongs", () => {
  it("the entry, its reason, spending and the pages that are open follow at once, to the cent", async () => {
    expect(await november()).toEqual({ groceries: "17.34" });
    const before = (await toldAbout()).length;
    const { category } = await stage.say(psuId, label("shop"), "family");
    expect(category).toMatchObject({ category: "family", ruleId: "person.transaction", matched: null, confidence: "certain" });
    expect((await rowOf("shop")).category).toEqual(category);
    expect(await november()).toEqual({ family: "12.34", groceries: "5.00" });
    expect((await toldAbout()).slice(before)).toMatchObject([{ months: ["2026-11"] }]);
    expect((await stage.list(psuId, { category: "family" })).total).toBe(1);
  });

  it("taking it back leaves everything as it was, byte for byte", async () => {
    const before = await stage.everything(psuId);
    await stage.say(psuId, label("shop"), "family");
    await stage.say(psuId, label("moved"), "housing");
    expect(await stage.everything(psuId)).not.toBe(before);
    await stage.say(psuId, label("shop"), null);
    await stage.say(psuId, label("moved"), null);
    await stage.settle();
    expect(await stage.everything(psuId)).toBe(before);
    expect(await stage.ctx.db.selectFrom("annotations").selectAll().where("psuId", "=", psuId).execute()).toEqual([]);
  });

  it("goes before what another account shows, and says nothing about the other half", async () => {
    expect((await rowOf("moved")).category.ruleId).toBe("transfer.mirrored");
    const { expenses } = (await cashFlow()) ?? {};
    expect(expenses?.amount).toBe("17.34");
    await stage.say(psuId, label("moved"), "housing");
    expect((await cashFlow())?.expenses.amount).toBe("217.34");
    expect((await rowOf("arrived")).category.category).toBe("transfers");
  });

  it("taken back from half of a transfer, the entry and its month are by the rules at once, and the transfer is found when its person is settled", async () => {
    await stage.say(psuId, label("moved"), "housing");
    await stage.say(psuId, label("moved"), null);
    expect((await rowOf("moved")).category.ruleId).toBe("fallback.sign");
    expect(await november()).toEqual({ groceries: "17.34", other: "200.00" });
    expect((await cashFlow())?.expenses.amount).toBe("217.34");
    expect(await stage.settle()).toBe(1);
    expect((await rowOf("moved")).category.ruleId).toBe("transfer.mirrored");
    expect((await cashFlow())?.expenses.amount).toBe("17.34");
  });

  it("no fact overrides it: told again, corrected by the bank, taken back and shown again", async () => {
    await stage.say(psuId, label("shop"), "family");
    ledger.record(current, [{ label: label("shop"), minor: -1300n, date: "2026-11-03", name: "NETFLIX.COM" }]);
    const facts = await deliver();
    for (const fact of facts) await stage.deliver([fact]);
    expect((await rowOf("shop")).category.ruleId).toBe("person.transaction");
    expect(await november()).toEqual({ family: "13.00", groceries: "5.00" });
    ledger.record(current, [], [label("shop")]);
    await deliver();
    expect(await november()).toEqual({ groceries: "5.00" });
    ledger.record(current, [{ label: label("shop"), minor: -1300n, date: "2026-11-03", name: "NETFLIX.COM" }]);
    await stage.deliver(ledger.facts.splice(0));
    // Before anybody was settled.
    expect(await november()).toEqual({ family: "13.00", groceries: "5.00" });
  });

  it("outlives all projections: dropped and rebuilt they give the same bytes", async () => {
    await stage.say(psuId, label("shop"), "family");
    await stage.say(psuId, label("arrived"), "income");
    await stage.note(psuId, label("other shop"), "For the market of the school");
    await stage.settle();
    const before = await stage.everything(psuId);
    await sql`truncate transactions, cash_flow_months, balances, recurring_series, accounts`.execute(stage.ctx.db);
    await rebuildProjections(stage.ctx);
    expect(await stage.everything(psuId)).toBe(before);
  });

  it("is refused about an entry the bank has not booked: booked it is another one", async () => {
    await expect(stage.say(psuId, label("kiosk"), "family")).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_PENDING" });
    await expect(stage.note(psuId, label("kiosk"), "x")).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_PENDING" });
  });

  it("racing with facts about the same entry, the person's word stands and the totals are exact", async () => {
    ledger.record(current, [{ label: label("shop"), minor: -999n, date: "2026-11-03", name: "K-MARKET KAMPPI" }]);
    const facts = ledger.facts.splice(0);
    // Who is told to come again while the others are at it comes again.
    const said = eventually(async () => (await stage.say(psuId, label("shop"), "family"), true));
    await Promise.all([said, ...facts.map((fact) => stage.deliver([fact])), stage.settle()]);
    await stage.settle();
    expect(await november()).toEqual({ family: "9.99", groceries: "5.00" });
  });

  it("while something long goes on about a person, eight of their requests are told to come again and another person's is answered", async () => {
    const [other, account] = [newId(), newId()];
    ledger.account(other, account);
    ledger.record(account, [{ label: `${other} shop`, minor: -1n, date: "2026-11-03", name: "K-MARKET KAMPPI" }]);
    await deliver();
    await inTransaction(stage.ctx.db, async (tx) => {
      await lockPeople(tx, [psuId]);
      const answers = await Promise.allSettled([
        ...Array.from({ length: 6 }, () => stage.say(psuId, label("shop"), "family")),
        stage.note(psuId, label("shop"), "x"),
        stage.rule(psuId, label("shop"), "family"),
      ]);
      const busy: unknown = expect.objectContaining({ code: "ERR_ANALYTICS_PERSON_BUSY", kind: "conflict", retryAfterSeconds: 1 });
      expect(answers).toEqual(answers.map(() => ({ status: "rejected", reason: busy })));
      expect(await stage.say(other, `${other} shop`, "family")).toMatchObject({ category: { category: "family" } });
    });
    expect(await stage.say(psuId, label("shop"), "family")).toMatchObject({ category: { category: "family" }, note: null });
    expect(await stage.rules(psuId)).toEqual([]);
  });

  it("another person's entry is one that is not there (US-08)", async () => {
    const refused = { code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" };
    await expect(stage.say(newId(), label("shop"), "family")).rejects.toMatchObject(refused);
    await expect(stage.note(newId(), label("shop"), "x")).rejects.toMatchObject(refused);
    expect((await rowOf("shop")).category.category).toBe("groceries");
  });
});

describe("a person writes a note on an entry", () => {
  it("it stands in the list, is found by the search and leaves the category alone", async () => {
    await stage.note(psuId, label("shop"), "Äidin SYNTYMÄPÄIVÄ");
    expect((await rowOf("shop")).note).toBe("Äidin SYNTYMÄPÄIVÄ");
    expect((await rowOf("shop")).category.ruleId).toBe("counterparty.k-market");
    expect((await stage.list(psuId, { text: "syntymäpäivä" })).transactions.map(({ transactionId }) => transactionId)).toEqual([idOf(label("shop"))]);
    await stage.say(psuId, label("shop"), "family");
    expect(await stage.note(psuId, label("shop"), null)).toMatchObject({ note: null, category: { category: "family" } });
    expect((await stage.list(psuId, { text: "syntymäpäivä" })).total).toBe(0);
  });

  it("is found after the bank changed the entry", async () => {
    await stage.note(psuId, label("shop"), "Birthday");
    ledger.record(current, [{ label: label("shop"), minor: -1300n, date: "2026-11-03", name: "K-MARKET KAMPPI 2" }]);
    await deliver();
    expect((await stage.list(psuId, { text: "birthday" })).transactions).toMatchObject([{ note: "Birthday", revision: 2 }]);
  });
});
