import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, datesBetween } from "./calendar.ts";
import { type ToldBalance, anchorsOf, endOfDays } from "./end-of-day.ts";

const told = (balanceType: ToldBalance["balanceType"], day: string, minor: bigint, hour = "10"): ToldBalance => ({
  balanceType,
  day,
  asOf: Temporal.Instant.from(`${day}T${hour}:00:00Z`),
  amountMinor: minor,
});

describe("anchorsOf: what to work back from", () => {
  it.each<[string, ToldBalance[], [string, bigint][]]>([
    [
      "the latest of the best kind",
      [told("interimBooked", "2026-11-20", 1n), told("interimBooked", "2026-11-21", 2n), told("interimAvailable", "2026-11-22", 9n)],
      [["2026-11-21", 2n]],
    ],
    ["the later of two on one day", [told("interimBooked", "2026-11-20", 1n, "08"), told("interimBooked", "2026-11-20", 2n, "15")], [["2026-11-20", 2n]]],
    [
      "closing balances are exact for their days",
      [told("closingBooked", "2026-11-18", 1n), told("closingBooked", "2026-11-19", 2n), told("interimBooked", "2026-11-20", 3n)],
      [
        ["2026-11-18", 1n],
        ["2026-11-19", 2n],
        ["2026-11-20", 3n],
      ],
    ],
    [
      "the closing balance of a day is better than one in its middle",
      [told("interimBooked", "2026-11-20", 1n, "15"), told("closingBooked", "2026-11-20", 2n, "09")],
      [["2026-11-20", 2n]],
    ],
    ["what opens a day closed the one before", [told("openingBooked", "2026-11-20", 7n)], [["2026-11-19", 7n]]],
    ["expected, where nothing booked is told", [told("expected", "2026-11-20", 5n), told("interimAvailable", "2026-11-21", 9n)], [["2026-11-20", 5n]]],
    ["available, where there is nothing else", [told("interimAvailable", "2026-11-21", 9n)], [["2026-11-21", 9n]]],
    ["nothing", [], []],
  ])("%s", (_, balances, anchors) => {
    expect(anchorsOf("current", balances).map(({ day, amountMinor }) => [day, amountMinor])).toEqual(anchors);
    expect(anchorsOf("current", balances.toReversed()).map(({ day, amountMinor }) => [day, amountMinor])).toEqual(anchors);
  });

  it("leaves a card out whose bank tells no more than what may still be spent", () => {
    expect(anchorsOf("card", [told("interimAvailable", "2026-11-21", 500_000n), told("forwardAvailable", "2026-11-21", 500_000n)])).toEqual([]);
    expect(anchorsOf("card", [told("interimBooked", "2026-11-21", -12_000n)])).toHaveLength(1);
  });
});

describe("endOfDays", () => {
  const movements = [
    { date: "2026-11-10", sumMinor: -300n },
    { date: "2026-11-12", sumMinor: 1000n },
    { date: "2026-11-14", sumMinor: -50n },
  ];
  const amounts = (anchors: Parameters<typeof endOfDays>[0], from: string, to: string) => endOfDays(anchors, movements, datesBetween(from, to));

  it("goes back from the anchor, forward after it, and stays flat before the oldest entry", () => {
    expect(amounts([{ day: "2026-11-13", amountMinor: 5000n }], "2026-11-08", "2026-11-15")).toEqual([4300n, 4300n, 4000n, 4000n, 5000n, 5000n, 4950n, 4950n]);
  });

  it("takes the next anchor of each day: what the bank said of a day stands", () => {
    const anchors = [
      { day: "2026-11-11", amountMinor: 1n },
      { day: "2026-11-13", amountMinor: 5000n },
    ];
    expect(amounts(anchors, "2026-11-09", "2026-11-14")).toEqual([301n, 1n, 1n, 5000n, 5000n, 4950n]);
  });

  it("has nothing without an anchor", () => {
    expect(amounts([], "2026-11-01", "2026-11-02")).toEqual([]);
  });

  it("each day differs from the one before by what was booked on it, and the anchor's day is the anchor", () => {
    const booked = fc.array(fc.record({ day: fc.integer({ min: 0, max: 60 }), minor: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }) }), { maxLength: 40 });
    fc.assert(
      fc.property(booked, fc.integer({ min: 0, max: 60 }), fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (rows, anchorDay, amountMinor) => {
        const byDate = new Map<string, bigint>();
        for (const { day, minor } of rows) byDate.set(addDays("2026-02-01", day), (byDate.get(addDays("2026-02-01", day)) ?? 0n) + minor);
        const sums = [...byDate].map(([date, sumMinor]) => ({ date, sumMinor })).toSorted((a, b) => (a.date < b.date ? -1 : 1));
        const dates = datesBetween("2026-01-31", addDays("2026-02-01", 61));
        const days = endOfDays([{ day: addDays("2026-02-01", anchorDay), amountMinor }], sums, dates);
        expect(days[anchorDay + 1]).toBe(amountMinor);
        for (let at = 1; at < days.length; at += 1) expect((days[at] ?? 0n) - (days[at - 1] ?? 0n)).toBe(byDate.get(dates[at] ?? "") ?? 0n);
      }),
    );
  });
});
