const dayMs = 86_400_000;

/** Days since 1970-01-01 of a bank's date; a date has no time and no zone, so neither can move it. */
export function dayNumber(date: string): number {
  return Date.UTC(digits(date, 0, 4), digits(date, 5, 7) - 1, digits(date, 8, 10)) / dayMs;
}

/** The `dayNumber` of a day of a month given as number; a day behind the end of the month is its last. */
export function dayNumberIn(month: number, dayOfMonth: number): number {
  const first = Date.UTC(Math.floor(month / 12), month % 12, 1) / dayMs;
  if (dayOfMonth <= 28) return first + dayOfMonth - 1;
  const next = Date.UTC(Math.floor(month / 12), (month % 12) + 1, 1) / dayMs;
  return Math.min(first + dayOfMonth, next) - 1;
}

/** The reverse of {@link dayNumber}. */
export function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Every date from one to another, both included. */
export function datesBetween(from: string, to: string): readonly string[] {
  const dates: string[] = [];
  for (let month = monthOf(from); month <= monthOf(to); month = addMonths(month, 1)) {
    const last = daysInMonth(month);
    for (let day = 1; day <= last; day += 1) {
      const date = `${month}-${day < 10 ? "0" : ""}${day}`;
      if (date >= from && date <= to) dates.push(date);
    }
  }
  return dates;
}

export function addDays(date: string, days: number): string {
  return dateOf(dayNumber(date) + days);
}

/**
 * The month an entry counts in: the calendar month of the bank's booking date, as the bank wrote it. No time zone, no value date, no
 * locale takes part (the rule behind every monthly figure).
 */
export function monthOf(bookingDate: string): string {
  return bookingDate.slice(0, 7);
}

/** Months since year zero, for arithmetic. */
export function monthNumber(month: string): number {
  return digits(month, 0, 4) * 12 + digits(month, 5, 7) - 1;
}

function monthFrom(number: number): string {
  return `${String(Math.floor(number / 12)).padStart(4, "0")}-${String((number % 12) + 1).padStart(2, "0")}`;
}

export function addMonths(month: string, months: number): string {
  return monthFrom(monthNumber(month) + months);
}

export function daysInMonth(month: string): number {
  return dayNumber(`${addMonths(month, 1)}-01`) - dayNumber(`${month}-01`);
}

/** The `day`th of a month, or its last day where the month is shorter. */
export function dayOfMonth(month: string, day: number): string {
  return `${month}-${String(Math.min(day, daysInMonth(month))).padStart(2, "0")}`;
}

/** 0 is Monday. */
export function weekday(date: string): number {
  return (((dayNumber(date) + 3) % 7) + 7) % 7;
}

function digits(text: string, from: number, to: number): number {
  return Number.parseInt(text.slice(from, to), 10);
}
