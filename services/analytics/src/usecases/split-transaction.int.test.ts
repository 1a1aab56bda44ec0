import type { CategoryId } from "@opl/contracts/model";
import { inTransaction } from "@opl/postgres";
import { newId } from "@opl/service";
import { type KyselyPlugin, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { markUnsettled } from "../db/person-store.ts";
import { addToMonths } from "../projections/cash-flow/store.ts";
import { summed } from "../projections/entry-change.ts";
import { deleteRows } from "../projections/ledger/store.ts";
import { type Harness, startHarness } from "../testing/harness.ts";
import { LedgerModel, idOf } from "../testing/ledger-model.ts";
import { purgeErased } from "./purge-erased.ts";
import { rebuildProjections } from "./rebuild-projections.ts";
import { mergeParts, splitIntoParts } from "./split-transaction.ts";

let stage: Harness;
const ledger = new LedgerModel();
let psuId: string;
let current: string;
const label = (name: string) => `${psuId} ${name}`;
const bill = (minor: bigint) => ({ label: label("bill"), minor, date: "2026-11-03", name: "PRISMA KANNELMÄKI" });
beforeAll(async () => {
  stage = await startHarness(ledger);
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  [psuId, current] = [newId(), newId()];
  ledger.account(psuId, current);
  ledger.record(current, [
    bill(-5000n),
    { label: label("shop"), minor: -1234n, date: "2026-11-03", name: "K-MARKET KAMPPI" },
    { label: label("kiosk"), minor: -300n, date: "2026-11-06", name: "R-KIOSKI", pending: true },
    { label: label("pay"), minor: 250_000n, date: "2026-11-10", name: "TEHDAS OY", code: "PALKKA" },
  ]);
  await deliver();
});
const deliver = async () => {
  const facts = ledger.facts.splice(0);
  for (const fact of facts) await stage.deliver([fact]);
  await stage.settle();
};
const rowOf = async (name: string) => (await stage.list(psuId)).transactions.find(({ transactionId }) => transactionId === idOf(label(name)));
const november = async () => {
  const spent = (await stage.spending(psuId, "2026-11-01", "2026-11-30")).currencies[0]?.categories ?? [];
  return Object.fromEntries(spent.map(({ category, amount, count }) => [category, `${amount.amount} (${count})`]));
};
const cashFlow = async () => {
  const { income, expenses } = (await stage.cashFlow(psuId)).currencies[0]?.months.at(-1) ?? {};
  return [income?.amount, expenses?.amount];
};
/** What the list finds in a category on the day of the bill. */
const found = async (category: CategoryId | CategoryId[]) => {
  const { transactions, days, total } = await stage.list(psuId, { category, from: "2026-11-03", to: "2026-11-03" });
  return [transactions.map((row) => row.raw.pointer.replace(/.* /, "")).toSorted(), days.map(({ count, sums }) => [count, sums[0]?.amount])[0], total];
};
/** Stored month totals, and the same counted from nothing. */
async function expectTotalsFromScratch(): Promise<void> {
  const stored = () => stage.ctx.db.selectFrom("cashFlowMonths").selectAll().where("psuId", "=", psuId).orderBy("month").orderBy("category").execute();
  const kept = await stored();
  await stage.ctx.db.deleteFrom("cashFlowMonths").where("psuId", "=", psuId).execute();
  await stage.ctx.db
    .insertInto("unsettledPeople")
    .values({ psuId, firstChangeAt: stage.clock.now(), dueAt: stage.clock.now() })
    .onConflict((oc) => oc.doNothing())
    .execute();
  await stage.settle();
  expect(await stored()).toEqual(kept);
}
const threeParts = [
  ["groceries", -3000n],
  ["family", -1500n, "Birthday candles"],
  ["transfers", -500n],
] as const;

describe("a person splits an entry", () => {
  it("every figure follows its parts at once, to the cent; a part in own transfers is neither spent nor earned", async () => {
    expect([await november(), await cashFlow()]).toEqual([{ groceries: "62.34 (2)" }, ["2500.00", "62.34"]]);
    const before = await stage.told("analytics.insights-changed");
    const { split, category } = await stage.split(psuId, label("bill"), threeParts);
    expect(split).toEqual({
      stands: true,
      parts: [
        { category: "groceries", amount: { amount: "-30.00", currency: "EUR" }, note: null },
        { category: "family", amount: { amount: "-15.00", currency: "EUR" }, note: "Birthday candles" },
        { category: "transfers", amount: { amount: "-5.00", currency: "EUR" }, note: null },
      ],
    });
    expect(category.category).toBe("groceries");
    expect((await rowOf("bill"))?.split).toEqual(split);
    expect((await rowOf("shop"))?.split).toBe(null);
    expect([await november(), await cashFlow()]).toEqual([{ groceries: "42.34 (2)", family: "15.00 (1)" }, ["2500.00", "57.34"]]);
    const days = (await stage.monthSoFar(psuId, "2026-11"))[0]?.thisMonth;
    expect([days?.[1]?.amount.amount, days?.[2]?.amount.amount]).toEqual(["0.00", "57.34"]);
    expect((await stage.told("analytics.insights-changed")).slice(before.length)).toEqual([{ psuId, months: ["2026-11"] }]);
    await expectTotalsFromScratch();
  });

  it("the list finds it by any of its parts, and the rows of a category add up to its figure", async () => {
    await stage.split(psuId, label("bill"), [
      ["family", -1n],
      ["family", -2n],
      ["leisure", -4997n],
    ]);
    expect(await found("family")).toEqual([["bill"], [1, "-0.03"], 1]);
    expect(await found("leisure")).toEqual([["bill"], [1, "-49.97"], 1]);
    expect(await found("groceries")).toEqual([["shop"], [1, "-12.34"], 1]);
    expect(await found(["family", "groceries"])).toEqual([["bill", "shop"], [2, "-12.37"], 2]);
    expect(await found([])).toEqual([[], undefined, 0]);
    // Without a category a day is what the bank booked.
    expect((await stage.list(psuId, { to: "2026-11-03" })).days[0]?.sums[0]?.amount).toBe("-62.34");
    const spent = await november();
    expect(spent).toEqual({ family: "0.03 (1)", leisure: "49.97 (1)", groceries: "12.34 (1)" });
  });

  it("notes of parts are found by the search, also after the bank told the entry again", async () => {
    await stage.note(psuId, label("bill"), "Before the party");
    await stage.split(psuId, label("bill"), threeParts);
    const candles = async () => (await stage.list(psuId, { text: "CANDLES" })).total;
    const party = async () => (await stage.list(psuId, { text: "party" })).total;
    expect([await candles(), await party()]).toEqual([1, 1]);
    ledger.record(current, [bill(-5000n)]);
    await deliver();
    expect([await candles(), await party()]).toEqual([1, 1]);
    await stage.merge(psuId, label("bill"));
    expect([await candles(), await party()]).toEqual([0, 1]);
  });

  it("taken back, everything is as it was, byte for byte; split anew, only the new parts count", async () => {
    const before = await stage.everything(psuId);
    await stage.split(psuId, label("bill"), threeParts);
    expect(await stage.everything(psuId)).not.toBe(before);
    await stage.split(psuId, label("bill"), [
      ["health", -4900n],
      ["other", -100n],
    ]);
    expect(await november()).toEqual({ groceries: "12.34 (1)", health: "49.00 (1)", other: "1.00 (1)" });
    expect(await stage.merge(psuId, label("bill"))).toMatchObject({ split: null });
    expect(await stage.everything(psuId)).toBe(before);
    await stage.settle();
    expect(await stage.everything(psuId)).toBe(before);
    // Once more changes nothing.
    expect(await stage.merge(psuId, label("bill"))).toMatchObject({ split: null });
    await expectTotalsFromScratch();
  });

  it("when the bank changes the amount the parts are set aside and not lost, and stand again when it changes back", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    ledger.record(current, [bill(-5001n)]);
    await stage.deliver(ledger.facts.splice(0));
    expect((await rowOf("bill"))?.split).toMatchObject({
      stands: false,
      parts: [{ category: "groceries" }, { category: "family" }, { category: "transfers" }],
    });
    expect([await november(), await cashFlow()]).toEqual([{ groceries: "62.35 (2)" }, ["2500.00", "62.35"]]);
    expect(await found("family")).toEqual([[], undefined, 0]);
    expect(await found("groceries")).toEqual([["bill", "shop"], [2, "-62.35"], 2]);
    await stage.settle();
    await expectTotalsFromScratch();
    ledger.record(current, [bill(-5000n)]);
    await stage.deliver(ledger.facts.splice(0));
    expect(await november()).toEqual({ groceries: "42.34 (2)", family: "15.00 (1)" });
    ledger.record(current, [bill(-4000n)]);
    await deliver();
    await stage.split(psuId, label("bill"), [
      ["family", -1000n],
      ["groceries", -3000n],
    ]);
    expect(await november()).toEqual({ groceries: "42.34 (2)", family: "10.00 (1)" });
  });

  it("taken back by the bank and shown again, moved to another month, its parts go with it", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    ledger.record(current, [], [label("bill")]);
    await deliver();
    expect(await november()).toEqual({ groceries: "12.34 (1)" });
    ledger.record(current, [{ ...bill(-5000n), date: "2026-10-31" }]);
    await deliver();
    // Beside the month before, which has the parts.
    expect(await november()).toEqual({ groceries: "12.34 (1)", family: "0.00 (0)" });
    const october = (await stage.spending(psuId, "2026-10-01", "2026-10-31")).currencies[0]?.categories;
    expect(october?.map(({ category, amount }) => [category, amount.amount])).toEqual([
      ["groceries", "30.00"],
      ["family", "15.00"],
    ]);
    await expectTotalsFromScratch();
  });

  it("outlives all projections: dropped and rebuilt they give the same bytes", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    await stage.split(psuId, label("pay"), [
      ["income", 200_000n],
      ["family", 50_000n],
    ]);
    await stage.settle();
    const before = await stage.everything(psuId);
    await sql`truncate transactions, cash_flow_months, balances, recurring_series, accounts`.execute(stage.ctx.db);
    await rebuildProjections(stage.ctx);
    expect(await stage.everything(psuId)).toBe(before);
    expect(await cashFlow()).toEqual(["2500.00", "57.34"]);
  });

  it("the category of the whole can still be said, and shows when the parts are taken back", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    const spent = await november();
    await stage.say(psuId, label("bill"), "leisure");
    expect(await november()).toEqual(spent);
    await stage.merge(psuId, label("bill"));
    expect(await november()).toEqual({ groceries: "12.34 (1)", leisure: "50.00 (1)" });
    await expectTotalsFromScratch();
  });

  it("a rule by counterparty moves the whole and promises no more than the figures show", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    expect(await stage.previewRule(psuId, label("bill"), "leisure")).toMatchObject({ transactions: 0, sums: [] });
    const spent = await november();
    await stage.rule(psuId, label("bill"), "leisure");
    expect(await november()).toEqual(spent);
    ledger.record(current, [bill(-5001n)]);
    await deliver();
    expect(await november()).toEqual({ groceries: "12.34 (1)", leisure: "50.01 (1)" });
    expect(await stage.previewRule(psuId, label("bill"), "other")).toMatchObject({ transactions: 1, sums: [{ amount: "-50.01" }] });
  });

  it("what repeats is decided by the whole entry", async () => {
    for (let month = 1; month <= 10; month += 1)
      ledger.record(current, [{ label: label(`n${month}`), minor: -1399n, date: `2026-${String(month).padStart(2, "0")}-11`, name: "NETFLIX.COM" }]);
    await deliver();
    const before = await stage.recurring(psuId);
    expect(before.recurring).toHaveLength(1);
    await stage.split(psuId, label("n7"), [
      ["family", -399n],
      ["subscriptions", -1000n],
    ]);
    await stage.settle();
    expect(await stage.recurring(psuId)).toEqual(before);
  });

  it.each<[string, Parameters<Harness["split"]>[2], string, string]>([
    [
      "a cent is left",
      [
        ["family", -2500n],
        ["other", -2499n],
      ],
      "ERR_ANALYTICS_SPLIT_SUM_WRONG",
      "-0.01 EUR is left to assign",
    ],
    [
      "a cent is too much",
      [
        ["family", -2500n],
        ["other", -2501n],
      ],
      "ERR_ANALYTICS_SPLIT_SUM_WRONG",
      ": 0.01 EUR too much",
    ],
    [
      "a part goes the other way",
      [
        ["family", -5100n],
        ["other", 100n],
      ],
      "ERR_ANALYTICS_SPLIT_PART_INVALID",
      "Part 2 ",
    ],
    [
      "a part is nothing",
      [
        ["family", 0n],
        ["other", -5000n],
      ],
      "ERR_ANALYTICS_SPLIT_PART_INVALID",
      "Part 1 ",
    ],
  ])("is refused with a sentence where %s, and nothing has changed", async (_, parts, code, words) => {
    const before = await stage.everything(psuId);
    await expect(stage.split(psuId, label("bill"), parts)).rejects.toMatchObject({ code, kind: "rejected", message: expect.stringContaining(words) as string });
    expect(await stage.everything(psuId)).toBe(before);
  });

  it("is refused in another currency, about an entry the bank has not booked, and about another person's (US-08)", async () => {
    await expect(
      stage.split(
        psuId,
        label("bill"),
        [
          ["family", -2500n],
          ["other", -2500n],
        ],
        "SEK",
      ),
    ).rejects.toMatchObject({ code: "ERR_ANALYTICS_SPLIT_PART_INVALID" });
    await expect(
      stage.split(psuId, label("kiosk"), [
        ["family", -100n],
        ["other", -200n],
      ]),
    ).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_PENDING" });
    await expect(stage.split(newId(), label("bill"), threeParts)).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    await expect(stage.merge(newId(), label("bill"))).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
  });

  it("of money that comes in what is left and what is too much is told apart as well", async () => {
    const pay = (last: bigint) =>
      stage.split(psuId, label("pay"), [
        ["income", 200_000n],
        ["family", last],
      ]);
    await expect(pay(49_999n)).rejects.toMatchObject({ message: expect.stringContaining(": 0.01 EUR is left to assign") as string });
    await expect(pay(50_001n)).rejects.toMatchObject({ message: expect.stringContaining(": 0.01 EUR too much") as string });
  });

  it("an amount with too many decimals is refused with the reason, and nothing is rounded", async () => {
    const parts = ["-25.005", "-24.995"].map((amount) => ({ category: "family" as const, amount: { amount, currency: "EUR" }, note: null }));
    await expect(splitIntoParts(stage.ctx, { psuId, transactionId: idOf(label("bill")) }, parts)).rejects.toMatchObject({
      code: "ERR_ANALYTICS_SPLIT_PART_INVALID",
      message: "Part 1 is not an exact amount, change it: EUR has 2 decimals; the text has more.",
    });
  });

  it("all that the person said is read once while others wait for the lock", async () => {
    let reads = 0;
    const counted: KyselyPlugin = {
      transformQuery: ({ node }) => (
        (reads += JSON.stringify(node, (_, value: unknown) => (typeof value === "bigint" ? "" : value)).includes("from counterparty_rules") ? 1 : 0),
        node
      ),
      transformResult: async ({ result }) => result,
    };
    const ctx = { ...stage.ctx, db: stage.ctx.db.withPlugin(counted) };
    await mergeParts(ctx, { psuId, transactionId: idOf(label("bill")) });
    expect(reads).toBe(1);
  });

  it("racing with a fact that changes the amount, the totals are exact either way", async () => {
    ledger.record(current, [bill(-4000n)]);
    const facts = ledger.facts.splice(0);
    await Promise.allSettled([stage.split(psuId, label("bill"), threeParts), ...facts.map((fact) => stage.deliver([fact])), stage.settle()]);
    await stage.settle();
    expect(await november()).toEqual({ groceries: "52.34 (2)" });
    await expectTotalsFromScratch();
  });
});

describe("a process that knows no parts works beside this one", () => {
  const countedWhole = async () => {
    await sql`update cash_flow_months set expenses_minor = 6234 where psu_id = ${psuId} and category = 'groceries'`.execute(stage.ctx.db);
    await sql`delete from cash_flow_months where psu_id = ${psuId} and category in ('family', 'transfers')`.execute(stage.ctx.db);
  };

  it("what it counted whole is by parts again when the person is settled, and open pages are told", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    await stage.settle();
    const expected = await stage.everything(psuId);
    await countedWhole();
    await sql`insert into unsettled_people values (${psuId}, ${stage.clock.now()}, ${stage.clock.now()})`.execute(stage.ctx.db);
    const before = (await stage.told("analytics.insights-changed")).length;
    await stage.settle();
    expect(await stage.everything(psuId)).toBe(expected);
    expect((await stage.told("analytics.insights-changed")).slice(before)).toEqual([{ psuId, months: ["2026-11"] }]);
  });

  it("a split taken back after it counted the entry whole is taken back, and settling makes the totals right", async () => {
    const expected = await stage.everything(psuId);
    await stage.split(psuId, label("bill"), threeParts);
    await countedWhole();
    await stage.merge(psuId, label("bill"));
    await stage.settle();
    expect(await stage.everything(psuId)).toBe(expected);
    await expectTotalsFromScratch();
  });

  it("what it takes out of a category that no other entry is in takes money from nobody's figure, and settling makes the totals right", async () => {
    ledger.record(current, [{ label: label("alone"), minor: -2000n, date: "2026-10-05", name: "ALEPA KALLIO" }]);
    await deliver();
    const row = await stage.ctx.db
      .selectFrom("transactions")
      .selectAll()
      .where("psuId", "=", psuId)
      .where("transactionId", "=", idOf(label("alone")))
      .executeTakeFirstOrThrow();
    await stage.split(psuId, label("alone"), [
      ["family", -500n],
      ["transfers", -1500n],
    ]);
    await stage.settle();
    await inTransaction(stage.ctx.db, async (tx) => {
      await deleteRows(tx, [row]);
      await addToMonths(tx, [{ before: summed(row, undefined), after: null }]);
      await markUnsettled(tx, [psuId], { at: stage.clock.now(), ...stage.ctx.settling });
    });
    const nothing = { amount: "0.00", currency: "EUR" };
    expect((await stage.cashFlow(psuId)).currencies[0]?.months).toMatchObject([
      { month: "2026-10", income: nothing, expenses: nothing, net: nothing, count: 0 },
      { month: "2026-11", expenses: { amount: "62.34" }, count: 3 },
    ]);
    await stage.settle();
    expect((await stage.cashFlow(psuId)).currencies[0]?.months).toMatchObject([{ month: "2026-11" }]);
    await expectTotalsFromScratch();
  });

  it("parts of an account it erased go too, and no figure keeps them", async () => {
    await stage.split(psuId, label("bill"), threeParts);
    const words = await stage.ctx.db.selectFrom("splitParts").selectAll().where("psuId", "=", psuId).execute();
    expect(words).toHaveLength(3);
    await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [current] } }]);
    expect(await stage.ctx.db.selectFrom("splitParts").selectAll().where("psuId", "=", psuId).execute()).toEqual([]);
    expect(await stage.ctx.db.selectFrom("cashFlowMonths").selectAll().where("psuId", "=", psuId).execute()).toEqual([]);
    await stage.ctx.db.insertInto("splitParts").values(words).execute();
    await purgeErased(stage.ctx);
    expect(await stage.ctx.db.selectFrom("splitParts").selectAll().where("psuId", "=", psuId).execute()).toEqual([]);
  });
});
