import { addDays, dateOf, dayNumber, dayOfMonth, daysInMonth, monthFrom, monthNumber, monthOf, weekday } from "../calendar.ts";

export type Cadence = "weekly" | "monthly" | "quarterly" | "yearly";

/** How often, how exactly, and how late a payment may be before it counts as missed. */
export interface CadenceRule {
  readonly cadence: Cadence;
  readonly unit: "week" | "month";
  /** Units from one occurrence to the next. */
  readonly step: number;
  /** Days an occurrence may lie beside its day: weekends, bank holidays, a late biller. */
  readonly toleranceDays: number;
  readonly graceDays: number;
  readonly atLeast: number;
}

/** In the order in which they are tried. */
export const cadenceRules: readonly CadenceRule[] = [
  { cadence: "weekly", unit: "week", step: 1, toleranceDays: 1, graceDays: 5, atLeast: 4 },
  { cadence: "monthly", unit: "month", step: 1, toleranceDays: 4, graceDays: 12, atLeast: 3 },
  { cadence: "quarterly", unit: "month", step: 3, toleranceDays: 7, graceDays: 25, atLeast: 3 },
  { cadence: "yearly", unit: "month", step: 12, toleranceDays: 10, graceDays: 45, atLeast: 2 },
];

/** A place in a schedule: the number of its week or month, and how many days the date lies beside its day. */
export interface Slot {
  readonly slot: number;
  readonly deviationDays: number;
}

/** Which day a schedule prefers: 0 to 6 for weeks (Monday is 0), 1 to 31 for months. */
export type Anchor = number;

export function anchorOf(unit: CadenceRule["unit"], date: string): Anchor {
  return unit === "week" ? weekday(date) : Number.parseInt(date.slice(8, 10), 10);
}

/** The slot whose day is nearest to the date. */
export function slotOf(unit: CadenceRule["unit"], anchor: Anchor, date: string): Slot {
  const day = dayNumber(date);
  if (unit === "week") {
    // Day 4 was a Monday.
    const slot = Math.round((day - 4 - anchor) / 7);
    return { slot, deviationDays: Math.abs(day - 4 - anchor - slot * 7) };
  }
  const month = monthNumber(monthOf(date));
  const near = [month - 1, month, month + 1].map((slot) => ({ slot, deviationDays: Math.abs(dayNumber(slotDate(unit, anchor, slot)) - day) }));
  return near.reduce((best, each) => (each.deviationDays < best.deviationDays ? each : best));
}

/** The day of a slot. */
export function slotDate(unit: CadenceRule["unit"], anchor: Anchor, slot: number): string {
  return unit === "week" ? dateOf(4 + anchor + slot * 7) : dayOfMonth(monthFrom(slot), anchor);
}

/** Where banks book on working days only, money due on a weekend comes on Friday and is taken on Monday. */
export function shiftFromWeekend(date: string, direction: "in" | "out"): string {
  const day = weekday(date);
  if (day < 5) return date;
  return direction === "in" ? addDays(date, 4 - day) : addDays(date, 7 - day);
}

export function isWeekend(date: string): boolean {
  return weekday(date) >= 5;
}

/** True for a schedule that means "the end of the month", whatever its length. */
export function isMonthEnd(date: string): boolean {
  return Number.parseInt(date.slice(8, 10), 10) === daysInMonth(monthOf(date));
}
