import { describe, expect, it } from "vitest";
import type { TransactionPage, TransactionRow } from "../../api/queries.ts";
import { headAbove, headIndexes, listItems, nextRow } from "./list-items.ts";

const row = (transactionId: string, bookingDate: string, bookingStatus: "booked" | "pending" = "booked"): TransactionRow => ({
  transactionId,
  accountId: "a",
  bookingStatus,
  bookingDate,
  amount: { amount: "-1.00", currency: "EUR" },
  originalAmount: null,
  valueDate: null,
  counterparty: { name: "X", iban: null, bic: null },
  remittanceInformation: null,
  reference: null,
  proprietaryCode: null,
  category: null,
  recurringId: null,
  note: null,
  split: null,
});
const day = (date: string, count: number) => ({ date, count, sums: [{ amount: `-${count}.00`, currency: "EUR" }] });
const page = (transactions: TransactionRow[], days: TransactionPage["days"], nextCursor: string | null, total: number | null): TransactionPage => ({
  transactions,
  days,
  nextCursor,
  total,
  missing: [],
});

describe("listItems", () => {
  it("keeps pending apart and groups the rest by day with the day's sum over the whole filter", () => {
    const pages = [
      page([row("p", "2026-03-05", "pending"), row("1", "2026-03-04"), row("2", "2026-03-03")], [day("2026-03-04", 1), day("2026-03-03", 2)], "next", 4),
      page([row("3", "2026-03-03")], [day("2026-03-03", 2)], null, null),
    ];
    expect(
      listItems(pages).map((item) =>
        item.kind === "row" ? item.row.transactionId : item.kind === "day-head" ? `${item.date} ${item.sums[0]?.amount}` : item.kind,
      ),
    ).toEqual(["pending-head", "p", "2026-03-04 -1.00", "1", "2026-03-03 -2.00", "2", "3"]);
  });

  it("keeps a place for every row that is still to come", () => {
    const items = listItems([page([row("1", "2026-03-04")], [], "next", 10_000)]);
    expect(items.filter(({ kind }) => kind === "unloaded")).toHaveLength(9_999);
    expect(listItems([page([row("1", "2026-03-04")], [], "next", null)]).at(-1)?.kind).toBe("unloaded");
    expect(listItems([page([], [], null, 0)])).toEqual([]);
    expect(listItems([])).toEqual([]);
  });
});

describe("moving through the list", () => {
  const items = listItems([page([row("1", "2026-03-04"), row("2", "2026-03-03")], [], null, 2)]);

  it("knows where the heads stand, and which one a line stands under", () => {
    const heads = headIndexes(items);
    expect(heads).toEqual([0, 2]);
    expect([0, 1, 2, 3].map((line) => headAbove(heads, line))).toEqual([0, 0, 2, 2]);
    expect(headAbove(heads, -1)).toBeUndefined();
  });

  it("steps from row to row over heads", () => {
    expect(nextRow(items, 1, 1)).toBe(3);
    expect(nextRow(items, 3, -1)).toBe(1);
    expect(nextRow(items, 3, 1)).toBeUndefined();
    expect(nextRow(items, -1, 1)).toBe(1);
  });
});
