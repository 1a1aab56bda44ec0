import { describe, expect, it } from "vitest";
import { bankDay } from "./bank-day.ts";
import { isAnswerable, periodBefore } from "./period.ts";

describe("the same span before", () => {
  it.each([
    ["2026-11-01", "2026-11-30", "2026-10-01", "2026-10-31"],
    ["2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"],
    ["2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"],
    ["2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"],
    ["2026-11-01", "2026-11-22", "2026-10-10", "2026-10-31"],
    ["2026-11-05", "2026-11-05", "2026-11-04", "2026-11-04"],
    ["2024-02-01", "2024-02-28", "2024-01-04", "2024-01-31"],
  ])("%s to %s: %s to %s", (from, to, before, until) => {
    expect(periodBefore({ from, to })).toEqual({ from: before, to: until });
  });
});

it.each([
  ["2026-01-01", "2026-01-01", true],
  ["2026-01-02", "2026-01-01", false],
  ["2016-12-01", "2026-11-30", true],
  ["2000-01-01", "2026-01-01", false],
  ["0001-01-01", "0001-01-02", false],
  ["9999-01-01", "9999-01-02", false],
])("a period from %s to %s can be answered: %s", (from, to, answer) => {
  expect(isAnswerable({ from, to })).toBe(answer);
});

it("a bank's point in time belongs to the day of its zone, summer and winter", () => {
  const day = (instant: string) => bankDay(Temporal.Instant.from(instant), "Europe/Helsinki");
  expect([day("2026-11-20T21:59:59Z"), day("2026-11-20T22:00:00Z"), day("2026-07-20T20:59:59Z"), day("2026-07-20T21:00:00Z")]).toEqual([
    "2026-11-20",
    "2026-11-21",
    "2026-07-20",
    "2026-07-21",
  ]);
});
