import { describe, expect, it } from "vitest";
import { addDays } from "../../../format/dates.ts";
import { firstBelowZero, type Forecast, forecastFinding } from "./forecast-finding.ts";

const euros = (amount: string) => ({ amount, currency: "EUR" });
const today = "2026-11-22";
const daysOf = (...expected: [low: string, expected: string][]): Forecast["days"] =>
  expected.map(([low, middle], index) => ({ date: addDays(today, index), low: euros(low), expected: euros(middle), high: euros(middle) }));
const dueOn = (date: string, amount: string): Forecast["due"] => [
  { recurringId: "r", counterpartyName: "Tehdas", category: "income", date, amount: euros(amount) },
];

describe("what a forecast says", () => {
  const falling = daysOf(["100.00", "100.00"], ["70.00", "80.00"], ["30.00", "60.00"], ["10.00", "500.00"]);
  it("is what is left on the day before the next income", () => {
    expect(forecastFinding({ days: falling, due: dueOn("2026-11-25", "440.00") }, today)).toEqual({
      kind: "before-income",
      date: "2026-11-24",
      amount: euros("60.00"),
      counterpartyName: "Tehdas",
    });
  });
  it.each<[string, Forecast["due"]]>([
    ["nothing comes in", dueOn("2026-11-25", "-10.00")],
    ["income comes tomorrow", dueOn("2026-11-23", "440.00")],
    ["nothing is due", []],
  ])("is the lowest day where %s", (_, due) => {
    expect(forecastFinding({ days: falling, due }, today)).toEqual({ kind: "lowest", date: "2026-11-24", amount: euros("60.00") });
  });
  it("is what the balance grows to where it never falls below today's", () => {
    expect(forecastFinding({ days: daysOf(["1.00", "1.00"], ["1.00", "2.00"], ["1.00", "3.00"]), due: [] }, today)).toEqual({
      kind: "grows",
      date: "2026-11-24",
      amount: euros("3.00"),
    });
  });
  it("is of the days from today on where a forecast begins before", () => {
    const later = addDays(today, 1);
    expect(forecastFinding({ days: falling, due: dueOn(today, "440.00") }, later)).toEqual({ kind: "lowest", date: "2026-11-24", amount: euros("60.00") });
    expect(forecastFinding({ days: falling, due: [] }, addDays(today, 2))).toEqual({ kind: "grows", date: "2026-11-25", amount: euros("500.00") });
  });
  it("is nothing without a forecast", () => {
    expect(forecastFinding({ days: [], due: [] }, today)).toBeUndefined();
    expect(forecastFinding({ days: daysOf(["1.00", "1.00"]), due: [] }, today)).toBeUndefined();
  });
});

describe("the first day below nothing", () => {
  it("is that of the low edge of the band", () => {
    expect(firstBelowZero(daysOf(["5.00", "5.00"], ["0.00", "4.00"], ["-0.01", "3.00"], ["-9.00", "2.00"]), today)?.date).toBe("2026-11-24");
    expect(firstBelowZero(daysOf(["5.00", "5.00"], ["0.00", "4.00"]), today)).toBeUndefined();
  });
  it("is today at the earliest, also where the band reached there before", () => {
    const days = daysOf(["5.00", "5.00"], ["-1.00", "4.00"], ["-2.00", "3.00"]);
    expect(firstBelowZero(days, "2026-11-24")?.date).toBe("2026-11-24");
  });
  it("is no news where the balance is below already", () => {
    expect(firstBelowZero(daysOf(["-5.00", "-5.00"], ["-6.00", "4.00"]), today)).toBeUndefined();
    expect(firstBelowZero([], today)).toBeUndefined();
  });
});
