import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, addMonths, dateOf, datesBetween, dayNumber, dayNumberIn, dayOfMonth, daysInMonth, monthNumber, monthOf, weekday } from "./calendar.ts";

const anyDate = fc.date({ min: new Date("1971-01-01"), max: new Date("2999-12-31"), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));

describe("the calendar agrees with Temporal", () => {
  it("on days, months and weekdays", () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: -800, max: 800 }), (date, days) => {
        const plain = Temporal.PlainDate.from(date);
        expect(dateOf(dayNumber(date))).toBe(date);
        expect(addDays(date, days)).toBe(plain.add({ days }).toString());
        expect(datesBetween(date, addDays(date, days))).toEqual(Array.from({ length: Math.max(0, days + 1) }, (_, index) => addDays(date, index)));
        expect(weekday(date)).toBe(plain.dayOfWeek - 1);
        expect(daysInMonth(monthOf(date))).toBe(plain.daysInMonth);
        expect(addMonths(monthOf(date), days)).toBe(plain.toPlainYearMonth().add({ months: days }).toString());
        expect(dateOf(dayNumberIn(monthNumber(monthOf(date)), plain.day))).toBe(date);
        expect(dateOf(dayNumberIn(monthNumber(monthOf(date)), 31))).toBe(dayOfMonth(monthOf(date), 31));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the month of an entry is the calendar month of the bank's booking date (US-40)", () => {
  it("whatever the zone and the locale of the machine", () => {
    const zone = process.env["TZ"];
    try {
      fc.assert(
        fc.property(anyDate, fc.constantFrom("UTC", "Pacific/Kiritimati", "Pacific/Niue", "Europe/Helsinki", "America/St_Johns"), (date, timeZone) => {
          process.env["TZ"] = timeZone;
          expect(monthOf(date)).toBe(date.slice(0, 7));
          expect(dateOf(dayNumber(date))).toBe(date);
          expect(addDays(addDays(date, 1), -1)).toBe(date);
        }),
      );
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });
});
