import { describe, expect, it } from "vitest";
import { decodeSearch, isFiltered, periodOf, presetSpans, readAmountBound, toQuery } from "./filter.ts";

const account = "0198c1f0-0000-7000-8000-000000000001";

describe("the filter in the address", () => {
  it("is read, with lists by comma or repeated, doubles removed", () => {
    const search = decodeSearch({
      q: "prisma",
      account: [account, account],
      category: "housing,groceries",
      from: "2026-01-01",
      to: "2026-01-31",
      min: "5",
      dir: "out",
    });
    expect(search).toEqual({ q: "prisma", account: [account], category: ["housing", "groceries"], from: "2026-01-01", to: "2026-01-31", min: "5", dir: "out" });
  });

  it("leaves out what is not understood, whatever a link says", () => {
    const raw = {
      q: "",
      account: "1 or 1=1",
      category: "gold,",
      from: "2026-02-30",
      to: "soon",
      min: "-5",
      max: "1e9",
      dir: "up",
      status: "lost",
      tx: "../x",
      recurring: 7,
      other: "x",
    };
    expect(decodeSearch(raw)).toEqual({});
  });

  it("cuts an endless search text and an endless list", () => {
    const accounts = Array.from({ length: 60 }, (_, index) => `0198c1f0-0000-7000-8000-${String(index).padStart(12, "0")}`);
    const search = decodeSearch({ q: "x".repeat(500), account: accounts.join(",") });
    expect(search.q?.length).toBe(100);
    expect(search.account?.length).toBe(50);
  });

  it("becomes the question to the server, without the row that is open", () => {
    const search = decodeSearch({ q: " s-market ", account, category: "housing,transport", max: "12.50", status: "pending", tx: account });
    expect(toQuery(search)).toEqual({ text: "s-market", accountId: account, category: ["housing", "transport"], maxAmount: "12.50", status: "pending" });
    expect(isFiltered(decodeSearch({ tx: account }))).toBe(false);
    expect(isFiltered(search)).toBe(true);
  });
});

describe("amount bounds", () => {
  it("are read as people write them", () => {
    expect(["1 250,50", "12.5", "€7", "0,01"].map(readAmountBound)).toEqual(["1250.50", "12.5", "7", "0.01"]);
    expect(["", "-3", "1,2,3", "abc", "1e3", "9".repeat(13)].map(readAmountBound)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
  });
});

describe("periods", () => {
  it("have names where people have names for them", () => {
    const today = "2026-03-15";
    for (const [preset, span] of presetSpans(today)) expect(periodOf(span, today)).toEqual({ kind: "preset", preset });
    expect(periodOf({ from: "2026-02-01", to: "2026-02-28" }, "2026-05-01")).toEqual({ kind: "month", month: "2026-02" });
    expect(periodOf({ from: "2024-01-01", to: "2024-12-31" }, today)).toEqual({ kind: "year", year: "2024" });
    expect(periodOf({ from: "2026-02-02" }, today)).toEqual({ kind: "span", from: "2026-02-02", to: undefined });
    expect(periodOf({}, today)).toBeUndefined();
  });
});
