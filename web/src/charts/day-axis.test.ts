import { describe, expect, it } from "vitest";
import { dayPoints, monthTicks } from "./day-axis.ts";

describe("a course by day", () => {
  it("counts days from its first, over gaps", () => {
    const amount = { amount: "1.00", currency: "EUR" };
    expect(
      dayPoints([
        { date: "2026-02-27", amount },
        { date: "2026-03-02", amount },
      ]).map(({ x }) => x),
    ).toEqual([0, 3]);
    expect(dayPoints([])).toEqual([]);
  });

  it("names the months that begin within it", () => {
    expect(monthTicks("2026-01-15", "2026-03-01", (month) => month)).toEqual([
      { x: 17, label: "2026-02" },
      { x: 45, label: "2026-03" },
    ]);
  });
});
