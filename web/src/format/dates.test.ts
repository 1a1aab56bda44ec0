import { describe, expect, it } from "vitest";
import { addDays, addMonths, daysBetween, eachDay, isDay, lastDayOf, sameDayIn } from "./dates.ts";

describe("calendar days", () => {
  it("are added over months, years and the change to summer time", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2026-03-29", 1)).toBe("2026-03-30");
    expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(daysBetween("2026-03-30", "2026-03-28")).toBe(-2);
  });

  it("know their months", () => {
    expect(addMonths("2026-11", 3)).toBe("2027-02");
    expect(addMonths("2026-01", -1)).toBe("2025-12");
    expect(lastDayOf("2026-02")).toBe("2026-02-28");
    expect(sameDayIn("2026-02", "2026-03-31")).toBe("2026-02-28");
    expect(eachDay("2026-02-27", "2026-03-02")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
    expect(eachDay("2026-03-02", "2026-03-01")).toEqual([]);
  });

  it("refuse what is no day", () => {
    expect(["2026-02-30", "2026-13-01", "26-01-01", "", "2026-01-01x"].filter(isDay)).toEqual([]);
    expect(isDay("2028-02-29")).toBe(true);
  });
});
