import { addMonths, daysBetween, firstDayOf, monthOf } from "../format/dates.ts";
import type { WireAmount } from "../format/format.ts";
import type { LinePoint } from "./line-chart.tsx";

/** A course by day as points counted in days from its first one. */
export function dayPoints(days: readonly { readonly date: string; readonly amount: WireAmount }[]): LinePoint[] {
  const first = days[0]?.date;
  return first === undefined ? [] : days.map(({ date, amount }) => ({ x: daysBetween(first, date), amount }));
}

/** The first of each month within a course, to be named below the axis. */
export function monthTicks(first: string, last: string, name: (month: string) => string): { x: number; label: string }[] {
  const ticks: { x: number; label: string }[] = [];
  for (let month = monthOf(first); firstDayOf(month) <= last; month = addMonths(month, 1)) {
    const x = daysBetween(first, firstDayOf(month));
    if (x >= 0) ticks.push({ x, label: name(month) });
  }
  return ticks;
}
