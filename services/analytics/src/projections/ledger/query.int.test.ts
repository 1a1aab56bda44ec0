import { newId } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../../testing/harness.ts";
import { type EntryPlan, LedgerModel } from "../../testing/ledger-model.ts";
import type { ListQuestion } from "./query.ts";

let stage: Harness;
const psuId = newId();
const [current, savings] = [newId(), newId()];
const plans: readonly (EntryPlan & { readonly account: string })[] = [
  { account: current, label: "rent", minor: -95_000n, date: "2026-11-02", name: "Matti Virtanen", text: "Vuokra MARRASKUU" },
  { account: current, label: "shop", minor: -1250n, date: "2026-11-02", name: "K-MARKET KAMPPI" },
  { account: current, label: "kiosk", minor: -390n, date: "2026-11-03", name: "R-KIOSKI", pending: true },
  { account: current, label: "sek", minor: -10_000n, date: "2026-11-03", name: "ICA NÄRA VISBY", currency: "SEK" },
  { account: current, label: "yen", minor: -1250n, date: "2026-11-03", name: "NIHON 100%", currency: "JPY" },
  { account: savings, label: "pay", minor: 250_000n, date: "2026-10-25", name: "TEHDAS OY", code: "PALKKA", text: "palkka 10/2026" },
  { account: savings, label: "zero", minor: 0n, date: "2026-10-24", name: "Ääkkönen", text: "a_b" },
];
beforeAll(async () => {
  stage = await startHarness();
  const ledger = new LedgerModel();
  for (const accountId of [current, savings]) {
    ledger.account(psuId, accountId);
    ledger.record(
      accountId,
      plans.filter((plan) => plan.account === accountId),
    );
  }
  // Somebody else with the same.
  const [other, account] = [newId(), newId()];
  ledger.account(other, account);
  ledger.record(
    account,
    plans.map((plan) => ({ ...plan, label: `other ${plan.label}` })),
  );
  await stage.deliver(ledger.facts);
});
afterAll(() => stage[Symbol.asyncDispose]());

const labels = async (question: Partial<ListQuestion>) =>
  (await stage.list(psuId, question)).transactions.map((row) => row.raw.pointer.replace("/transactions/", "")).toSorted();

describe("the list of entries", () => {
  it.each<[Partial<ListQuestion>, string[]]>([
    [{}, plans.map((plan) => plan.label).toSorted()],
    [{ accountId: savings }, ["pay", "zero"]],
    [{ accountId: [current, savings], direction: "in" }, ["pay"]],
    [{ direction: "out", accountId: savings }, []],
    [{ from: "2026-11-03" }, ["kiosk", "sek", "yen"]],
    [{ to: "2026-10-24" }, ["zero"]],
    [{ from: "2026-10-25", to: "2026-11-02" }, ["pay", "rent", "shop"]],
    [{ status: "pending" }, ["kiosk"]],
    [{ status: "booked", from: "2026-11-03" }, ["sek", "yen"]],
    [{ category: "groceries" }, ["sek", "shop"]],
    [{ category: ["housing", "income"] }, ["pay", "rent"]],
    [{ text: "marraskuu" }, ["rent"]],
    [{ text: "  VIRTANEN " }, ["rent"]],
    [{ text: "ääkkönen" }, ["zero"]],
    [{ text: "ÄÄKKÖNEN" }, ["zero"]],
    [{ text: "%" }, ["yen"]],
    [{ text: "_" }, ["zero"]],
    [{ text: "market" }, ["shop"]],
    [{ text: "nothing like it" }, []],
    [{ text: "12,5" }, ["shop"]],
    [{ text: "1250" }, ["yen"]],
    [{ text: "12,51" }, []],
    [{ text: "12,50", category: "housing" }, []],
    [{ minAmount: "12.50", maxAmount: "12.50" }, ["shop"]],
    [{ minAmount: "12.501", maxAmount: "100" }, ["sek"]],
    [{ minAmount: "1250", maxAmount: "1250" }, ["yen"]],
    [{ minAmount: "2500.00" }, ["pay"]],
    [{ maxAmount: "0" }, ["zero"]],
  ])("narrowed by %j", async (question, expected) => {
    expect(await labels(question)).toEqual(expected);
    expect((await stage.list(psuId, question)).total).toBe(expected.length);
  });

  it("is in order: pending first, then newest first", async () => {
    const { transactions } = await stage.list(psuId);
    expect(transactions[0]?.bookingStatus).toBe("pending");
    const dates = transactions.slice(1).map((row) => row.bookingDate);
    expect(dates).toEqual(dates.toSorted().toReversed());
  });

  it.each([1, 2, 3, 5, 7, 8])("pages of %i have every entry once, the sums of a day are those of the whole filter", async (limit) => {
    const rows: string[] = [];
    const sums = new Map<string, string>();
    let totals = 0;
    for (let cursor: string | undefined; ;) {
      const page = await stage.list(psuId, { limit, cursor });
      expect(page.transactions.length).toBeLessThanOrEqual(limit);
      rows.push(...page.transactions.map((row) => row.transactionId));
      if (page.total !== null) totals += 1;
      for (const { date, count, sums: amounts } of page.days) {
        const text = `${count} ${amounts.map((amount) => `${amount.amount} ${amount.currency}`).join(", ")}`;
        expect(sums.get(date) ?? text).toBe(text);
        sums.set(date, text);
      }
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(rows).toEqual((await stage.list(psuId)).transactions.map((row) => row.transactionId));
    expect(new Set(rows).size).toBe(plans.length);
    expect(totals).toBe(1);
    expect(Object.fromEntries(sums)).toEqual({
      "2026-11-03": "2 -1250 JPY, -100.00 SEK",
      "2026-11-02": "2 -962.50 EUR",
      "2026-10-25": "1 2500.00 EUR",
      "2026-10-24": "1 0.00 EUR",
    });
  });

  it("sums of a day follow the filter", async () => {
    expect((await stage.list(psuId, { text: "market" })).days).toEqual([{ date: "2026-11-02", count: 1, sums: [{ amount: "-12.50", currency: "EUR" }] }]);
  });
});
