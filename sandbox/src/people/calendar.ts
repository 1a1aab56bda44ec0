/** The Finnish banking calendar. */

/** Monday to Friday, public holidays and the eves on which banks are closed left out. */
export function isBankingDay(date: Temporal.PlainDate): boolean {
  return date.dayOfWeek <= 5 && !isHoliday(date);
}

/** The day itself when banks are open, else the next one that is. */
export function bankingDayFrom(date: Temporal.PlainDate): Temporal.PlainDate {
  return isBankingDay(date) ? date : bankingDayFrom(date.add({ days: 1 }));
}

/** The day itself when banks are open, else the last one before it. Salaries are paid this way. */
export function bankingDayUntil(date: Temporal.PlainDate): Temporal.PlainDate {
  return isBankingDay(date) ? date : bankingDayUntil(date.subtract({ days: 1 }));
}

/** Whether something due on day `day` of each month falls on `date` once moved to a banking day. */
export function isDueOn(date: Temporal.PlainDate, day: number, roll: "forward" | "back" = "forward"): boolean {
  if (!isBankingDay(date)) return false;
  const move = roll === "forward" ? bankingDayFrom : bankingDayUntil;
  const nearby = [date, date.add({ months: 1 }), date.subtract({ months: 1 })];
  return nearby.some((month) => move(month.with({ day: Math.min(day, month.daysInMonth) })).equals(date));
}

const holidaysOf = new Map<number, ReadonlySet<string>>();

function isHoliday(date: Temporal.PlainDate): boolean {
  let holidays = holidaysOf.get(date.year);
  if (holidays === undefined) {
    holidays = holidaysIn(date.year);
    holidaysOf.set(date.year, holidays);
  }
  return holidays.has(date.toString());
}

function holidaysIn(year: number): ReadonlySet<string> {
  const fixed = ["01-01", "01-06", "05-01", "12-06", "12-24", "12-25", "12-26"].map((day) => `${year}-${day}`);
  const easter = easterSunday(year);
  const moving = [easter.subtract({ days: 2 }), easter.add({ days: 1 }), easter.add({ days: 39 }), midsummerEve(year)];
  return new Set([...fixed, ...moving.map((day) => day.toString())]);
}

function midsummerEve(year: number): Temporal.PlainDate {
  const earliest = Temporal.PlainDate.from({ year, month: 6, day: 19 });
  return earliest.add({ days: (5 - earliest.dayOfWeek + 7) % 7 });
}

/** Gregorian computus (Meeus, Jones, Butcher). */
export function easterSunday(year: number): Temporal.PlainDate {
  const century = Math.floor(year / 100);
  const golden = year % 19;
  const leaps = century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + leaps + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor((year % 100) / 4) - epact - (year % 4)) % 7;
  const shift = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const sum = epact + weekday - 7 * shift + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(sum / 31), day: (sum % 31) + 1 });
}
