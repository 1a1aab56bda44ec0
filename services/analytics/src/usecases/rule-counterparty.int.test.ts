import { newId } from "@opl/service";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../testing/harness.ts";
import { LedgerModel, idOf } from "../testing/ledger-model.ts";
import { rebuildProjections } from "./rebuild-projections.ts";

let stage: Harness;
const ledger = new LedgerModel();
let psuId: string;
let [current, card] = ["", ""];
const label = (name: string) => `${psuId} ${name}`;
const deliver = async () => {
  for (const fact of ledger.facts.splice(0)) await stage.deliver([fact]);
  await stage.settle();
};
beforeAll(async () => {
  stage = await startHarness(ledger);
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  psuId = newId();
  [current, card] = [newId(), newId()];
  ledger.account(psuId, current);
  ledger.account(psuId, card, { kind: "card" });
  ledger.record(current, [
    { label: label("one"), minor: -1000n, date: "2026-11-03", name: "K-MARKET KAMPPI" },
    { label: label("two"), minor: -234n, date: "2026-11-04", name: "Korttiosto K-MARKET KAMPPI 123456" },
    { label: label("elsewhere"), minor: -700n, date: "2026-11-04", name: "ALEPA KALLIO" },
    { label: label("nobody"), minor: -1n, date: "2026-11-05" },
  ]);
  ledger.record(card, [{ label: label("kronor"), minor: -5000n, date: "2026-10-05", name: "K-Market Kamppi", currency: "SEK" }]);
  await deliver();
});
const categoryOf = async (name: string) => (await stage.list(psuId)).transactions.find(({ transactionId }) => transactionId === idOf(label(name)))?.category;
const november = async () =>
  Object.fromEntries(
    (await stage.spending(psuId, "2026-11-01", "2026-11-30")).currencies
      .find(({ currency }) => currency === "EUR")
      ?.categories.map(({ category, amount }) => [category, amount.amount]) ?? [],
  );

describe("everything with one counterparty", () => {
  it("the preview says exactly what then changes, by currency, whatever the bank wrote around the name", async () => {
    const preview = await stage.previewRule(psuId, label("two"), "family");
    expect(preview).toEqual({
      counterpartyName: "K-Market Kamppi",
      rule: null,
      transactions: 3,
      sums: expect.arrayContaining([
        { amount: "-12.34", currency: "EUR" },
        { amount: "-50.00", currency: "SEK" },
      ]) as unknown,
    });
    expect(await november()).toMatchObject({ groceries: "19.34" });
    await stage.rule(psuId, label("two"), "family");
    expect(await november()).toMatchObject({ family: "12.34", groceries: "7.00" });
    expect((await stage.list(psuId, { category: "family" })).total).toBe(3);
    expect(await categoryOf("one")).toMatchObject({ ruleId: "person.counterparty", matched: preview.counterpartyName, confidence: "certain" });
    expect(await stage.previewRule(psuId, label("two"), "family")).toMatchObject({ transactions: 0, sums: [], rule: { category: "family" } });
  });

  it("promises nothing of an entry that counts by the parts of its split, but all of one whose split is set aside", async () => {
    const parts = [
      ["leisure", -500n],
      ["health", -500n],
    ] as const;
    await stage.split(psuId, label("one"), parts);
    const before = await november();
    const preview = async () => {
      const { transactions, sums } = await stage.previewRule(psuId, label("two"), "family");
      return [transactions, sums.find(({ currency }) => currency === "EUR")?.amount];
    };
    expect(await preview()).toEqual([2, "-2.34"]);
    const { rule } = await stage.rule(psuId, label("two"), "family");
    expect(await november()).toEqual({ ...before, family: "2.34", groceries: "7.00" });
    expect((await stage.list(psuId, { category: "family" })).total).toBe(2);
    await stage.removeRule(psuId, rule.counterpartyRuleId);
    ledger.record(current, [{ label: label("one"), minor: -1100n, date: "2026-11-03", name: "K-MARKET KAMPPI" }]);
    await deliver();
    expect(await preview()).toEqual([3, "-13.34"]);
    await stage.rule(psuId, label("two"), "family");
    expect(await november()).toEqual({ family: "13.34", groceries: "7.00", other: "0.01" });
  });

  it("holds for what comes later, before anybody is settled", async () => {
    await stage.rule(psuId, label("one"), "family");
    ledger.record(current, [{ label: label("later"), minor: -100n, date: "2026-11-20", name: "K-MARKET KAMPPI", pending: true }]);
    await stage.deliver(ledger.facts.splice(0));
    expect(await categoryOf("later")).toMatchObject({ category: "family" });
  });

  it("gives way to what was said about a single entry; the entry it was made from follows the rule", async () => {
    await stage.say(psuId, label("one"), "leisure");
    await stage.say(psuId, label("two"), "health");
    expect(await stage.previewRule(psuId, label("two"), "family")).toMatchObject({ transactions: 2 });
    await stage.rule(psuId, label("two"), "family");
    expect(await november()).toMatchObject({ leisure: "10.00", family: "2.34", groceries: "7.00" });
    await stage.say(psuId, label("one"), null);
    expect(await november()).toMatchObject({ family: "12.34" });
  });

  it("changed it stays one rule; removed, everything is as it was, byte for byte", async () => {
    const before = await stage.everything(psuId);
    await stage.rule(psuId, label("one"), "family");
    await stage.rule(psuId, label("kronor"), "leisure");
    const rules = await stage.rules(psuId);
    expect(rules).toMatchObject([{ category: "leisure" }]);
    await stage.removeRule(psuId, rules[0]?.counterpartyRuleId ?? "");
    expect(await stage.everything(psuId)).toBe(before);
    await expect(stage.removeRule(psuId, rules[0]?.counterpartyRuleId ?? "")).rejects.toMatchObject({ code: "ERR_ANALYTICS_RULE_NOT_FOUND" });
  });

  it("outlives all projections: dropped and rebuilt they give the same bytes", async () => {
    await stage.rule(psuId, label("one"), "family");
    const before = await stage.everything(psuId);
    await sql`truncate transactions, cash_flow_months, balances, recurring_series, accounts`.execute(stage.ctx.db);
    await rebuildProjections(stage.ctx);
    expect(await stage.everything(psuId)).toBe(before);
  });

  it("needs somebody: where nothing tells who it was there is no rule", async () => {
    expect(await stage.previewRule(psuId, label("nobody"), "family")).toEqual({ counterpartyName: null, rule: null, transactions: 0, sums: [] });
    await expect(stage.rule(psuId, label("nobody"), "family")).rejects.toMatchObject({ code: "ERR_ANALYTICS_COUNTERPARTY_UNKNOWN" });
  });

  it("there may be a thousand of, and one more when another is removed; one there is can always be changed (US-41)", async () => {
    const { rule } = await stage.rule(psuId, label("one"), "family");
    const letters = Array.from("abcdefghij");
    const names = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => `Kauppa ${a}${b}${c} Oy`))).slice(1);
    const others = names.map((name) => ({ psuId, counterpartyRuleId: newId(), counterpartyText: name, counterpartyName: name }));
    const said = { category: "health", createdAt: stage.clock.now() } as const;
    await stage.ctx.db
      .insertInto("counterpartyRules")
      .values(others.map((other) => ({ ...other, ...said })))
      .execute();
    await expect(stage.rule(psuId, label("elsewhere"), "family")).rejects.toMatchObject({ code: "ERR_ANALYTICS_RULES_TOO_MANY", kind: "rejected" });
    await stage.rule(psuId, label("one"), "leisure");
    expect(await november()).toMatchObject({ leisure: "12.34", groceries: "7.00" });
    await stage.removeRule(psuId, others[0]?.counterpartyRuleId ?? "");
    await stage.rule(psuId, label("elsewhere"), "family");
    expect(await stage.rules(psuId)).toHaveLength(1_000);
    expect((await stage.rules(psuId)).map(({ counterpartyRuleId }) => counterpartyRuleId)).toContain(rule.counterpartyRuleId);
  });

  it("never start each other: two that name each other's category each move their own entries alone (US-41)", async () => {
    const turns = [
      ["one", "family"],
      ["elsewhere", "groceries"],
      ["one", "groceries"],
      ["elsewhere", "family"],
    ] as const;
    for (const [name, category] of turns) await stage.rule(psuId, label(name), category);
    expect(await november()).toMatchObject({ groceries: "12.34", family: "7.00" });
    expect(await stage.rules(psuId)).toHaveLength(2);
  });

  it("keeps the bank's own words and is found by what they are cleaned to today; of two that are one today the later counts", async () => {
    const { db } = stage.ctx;
    const { rule } = await stage.rule(psuId, label("two"), "family");
    const kept = await db.selectFrom("counterpartyRules").selectAll().where("psuId", "=", psuId).executeTakeFirstOrThrow();
    expect(kept.counterpartyText).toBe("Korttiosto K-MARKET KAMPPI 123456");
    // As if another way of cleaning had told these apart.
    const later = {
      ...kept,
      counterpartyRuleId: newId(),
      counterpartyText: "Kortti K-Market Kamppi",
      category: "health",
      createdAt: stage.clock.now().add({ hours: 1 }),
    } as const;
    await db.insertInto("counterpartyRules").values(later).execute();
    expect((await stage.previewRule(psuId, label("one"), "leisure")).rule).toMatchObject({ counterpartyRuleId: later.counterpartyRuleId });
    expect((await stage.rule(psuId, label("one"), "leisure")).rule).toMatchObject({ counterpartyRuleId: later.counterpartyRuleId, category: "leisure" });
    expect(await categoryOf("two")).toMatchObject({ category: "leisure" });
    await stage.removeRule(psuId, later.counterpartyRuleId);
    expect(await categoryOf("two")).toMatchObject({ category: "family" });
    await stage.removeRule(psuId, rule.counterpartyRuleId);
    expect(await november()).toMatchObject({ groceries: "19.34" });
    // Words in which nobody is named any more decide about nobody.
    await db
      .insertInto("counterpartyRules")
      .values({ ...kept, counterpartyText: "123456 7" })
      .execute();
    ledger.record(current, [{ label: label("unnamed"), minor: -2n, date: "2026-11-05" }]);
    await deliver();
    expect((await categoryOf("unnamed"))?.ruleId).not.toBe("person.counterparty");
  });

  it("goes with the last account that knew the counterparty", async () => {
    await stage.rule(psuId, label("one"), "family");
    await stage.rule(psuId, label("elsewhere"), "family");
    await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [current] } }]);
    expect((await stage.rules(psuId)).map(({ counterpartyName }) => counterpartyName)).toEqual(["K-Market Kamppi"]);
    await stage.deliver([{ kind: "accounts-erased", fact: { psuId, accountIds: [card] } }]);
    expect(await stage.rules(psuId)).toEqual([]);
  });

  it("is nobody else's: neither made from another's entry, seen nor removed (US-08)", async () => {
    const { rule } = await stage.rule(psuId, label("one"), "family");
    const other = newId();
    await expect(stage.previewRule(other, label("one"), "family")).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    await expect(stage.rule(other, label("one"), "family")).rejects.toMatchObject({ code: "ERR_ANALYTICS_TRANSACTION_NOT_FOUND" });
    await expect(stage.removeRule(other, rule.counterpartyRuleId)).rejects.toMatchObject({ code: "ERR_ANALYTICS_RULE_NOT_FOUND" });
    expect(await stage.rules(other)).toEqual([]);
    expect(await stage.rules(psuId)).toHaveLength(1);
  });
});
