import { describe, expect, it } from "vitest";
import { cashFlowFinding, changeOf, courseFinding, recurringPerMonth, spendingBreakdown } from "./findings.ts";

const eur = (amount: string) => ({ amount, currency: "EUR" });
const month = (name: string, net: string, count = 5) => ({ month: name, income: eur("0.00"), expenses: eur("0.00"), net: eur(net), count });

describe("cash flow", () => {
  it("is averaged over whole months, to the cent", () => {
    const months = [month("2026-08", "100.00"), month("2026-09", "100.00"), month("2026-10", "-99.99"), month("2026-11", "-5000.00")];
    expect(cashFlowFinding(months, "EUR", "2026-11")).toEqual({ kind: "left-over", average: { minor: 3334n, currency: "EUR" }, months: 3 });
  });

  it("says when money was missing, when it came out even and when there is nothing to say", () => {
    expect(cashFlowFinding([month("2026-10", "-10.01")], "EUR", "2026-11")).toMatchObject({ kind: "missing", average: { minor: 1001n } });
    expect(cashFlowFinding([month("2026-09", "5.00"), month("2026-10", "-5.00")], "EUR", "2026-11").kind).toBe("even");
    expect(cashFlowFinding([month("2026-10", "0.00", 0), month("2026-11", "9.00")], "EUR", "2026-11").kind).toBe("nothing");
  });
});

describe("spending", () => {
  it("is sorted largest first, with a refund below nothing", () => {
    const categories = [
      { category: "groceries" as const, amount: eur("300.00"), previous: eur("200.00"), count: 9 },
      { category: "housing" as const, amount: eur("700.00"), previous: eur("700.00"), count: 1 },
      { category: "shopping" as const, amount: eur("-20.00"), previous: eur("0.00"), count: 1 },
    ];
    const { total, shares } = spendingBreakdown({ currency: "EUR", total: eur("980.00"), previousTotal: eur("900.00"), categories });
    expect(total.minor).toBe(98_000n);
    expect(shares.map(({ category, spent, share }) => [category, spent.minor, share])).toEqual([
      ["housing", 70_000n, 0.714],
      ["groceries", 30_000n, 0.306],
      ["shopping", -2_000n, 0],
    ]);
  });
});

describe("changes", () => {
  it("have a direction, a difference and a share of what was before", () => {
    expect(changeOf({ minor: 150n, currency: "EUR" }, { minor: 100n, currency: "EUR" })).toEqual({
      direction: "up",
      difference: { minor: 50n, currency: "EUR" },
      share: 0.5,
    });
    expect(changeOf({ minor: -50n, currency: "EUR" }, { minor: -100n, currency: "EUR" })).toMatchObject({ direction: "up", share: 0.5 });
    expect(changeOf({ minor: 5n, currency: "EUR" }, { minor: 0n, currency: "EUR" })).toMatchObject({ direction: "up", share: undefined });
    expect(changeOf({ minor: 0n, currency: "EUR" }, { minor: 0n, currency: "EUR" }).direction).toBe("same");
  });

  it("of a course go from its first to its last day", () => {
    expect(
      courseFinding([
        { date: "2026-01-01", amount: eur("10.00") },
        { date: "2026-02-01", amount: eur("7.50") },
      ]),
    ).toMatchObject({ direction: "down", since: "2026-01-01", share: 0.25 });
    expect(courseFinding([])).toBeUndefined();
    expect(courseFinding([{ date: "2026-01-01", amount: eur("10.00") }])).toBeUndefined();
  });
});

describe("recurring payments", () => {
  it("are brought to a month by their cadence, income and ended ones left out", () => {
    const recurring = [
      { amount: eur("-12.00"), cadence: "monthly" as const, status: "active" as const },
      { amount: eur("-120.00"), cadence: "yearly" as const, status: "active" as const },
      { amount: eur("-30.00"), cadence: "quarterly" as const, status: "active" as const },
      { amount: eur("-3.00"), cadence: "weekly" as const, status: "active" as const },
      { amount: eur("-99.00"), cadence: "monthly" as const, status: "ended" as const },
      { amount: eur("3000.00"), cadence: "monthly" as const, status: "active" as const },
      { amount: { amount: "-5.00", currency: "SEK" }, cadence: "monthly" as const, status: "active" as const },
    ];
    expect(recurringPerMonth(recurring, "EUR").minor).toBe(4_500n);
  });
});
