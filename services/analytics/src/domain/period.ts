import { addDays, addMonths, dayNumber, daysInMonth, monthNumber, monthOf } from "./calendar.ts";

/** Two days, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const longestDays = 3_660;
const [earliest, latest] = ["1900-01-01", "2999-12-31"];

/** True for a period that can be answered: it begins before it ends, within ten years, in this age. */
export function isAnswerable({ from, to }: Period): boolean {
  return from <= to && from >= earliest && to <= latest && dayNumber(to) - dayNumber(from) < longestDays;
}

/** The same span before: as many whole calendar months when the period is made of those, else as many days. */
export function periodBefore({ from, to }: Period): Period {
  const [first, last] = [monthOf(from), monthOf(to)];
  if (from.endsWith("-01") && dayNumber(to) - dayNumber(`${last}-01`) + 1 === daysInMonth(last)) {
    const months = monthNumber(last) - monthNumber(first) + 1;
    return { from: `${addMonths(first, -months)}-01`, to: addDays(from, -1) };
  }
  return { from: addDays(from, dayNumber(from) - dayNumber(to) - 1), to: addDays(from, -1) };
}
