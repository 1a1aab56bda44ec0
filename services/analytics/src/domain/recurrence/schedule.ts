import { dayNumber, dayNumberIn, daysInMonth, monthNumber, monthOf, weekday } from "../calendar.ts";

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

export const monthlyRule: CadenceRule = { cadence: "monthly", unit: "month", step: 1, toleranceDays: 4, graceDays: 12, atLeast: 3 };

/** In the order in which they are tried. */
export const cadenceRules: readonly CadenceRule[] = [
  { cadence: "weekly", unit: "week", step: 1, toleranceDays: 1, graceDays: 5, atLeast: 4 },
  monthlyRule,
  { cadence: "quarterly", unit: "month", step: 3, toleranceDays: 7, graceDays: 25, atLeast: 3 },
  { cadence: "yearly", unit: "month", step: 12, toleranceDays: 10, graceDays: 45, atLeast: 2 },
];

export function ruleOf(cadence: Cadence): CadenceRule {
  const rule = cadenceRules.find((each) => each.cadence === cadence);
  if (rule === undefined) throw new TypeError(`${cadence} is no cadence`);
  return rule;
}

/** A date as numbers, worked out once for all the schedules it is compared with. */
export interface Place {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Months since year zero. */
  readonly month: number;
  readonly dayOfMonth: number;
  /** 0 is Monday. */
  readonly weekday: number;
  readonly isMonthEnd: boolean;
}

export function placeOf(date: string): Place {
  const month = monthOf(date);
  const dayOfMonth = Number.parseInt(date.slice(8, 10), 10);
  return { day: dayNumber(date), month: monthNumber(month), dayOfMonth, weekday: weekday(date), isMonthEnd: dayOfMonth === daysInMonth(month) };
}

/** Which day a schedule prefers: 0 to 6 for weeks (Monday is 0), 1 to 31 for months, where 31 is the last day of any. */
export type Anchor = number;

/** The slot of a schedule, a week or a month by number, whose day is nearest to a place. */
export function slotOf(unit: CadenceRule["unit"], anchor: Anchor, { day, month, dayOfMonth }: Place): number {
  // Day 4 was a Monday.
  if (unit === "week") return Math.round((day - 4 - anchor) / 7);
  const neighbour = dayOfMonth < anchor ? month - 1 : month + 1;
  return Math.abs(slotDay(unit, anchor, neighbour) - day) < Math.abs(slotDay(unit, anchor, month) - day) ? neighbour : month;
}

/** The day of a slot, as days since 1970-01-01. */
export function slotDay(unit: CadenceRule["unit"], anchor: Anchor, slot: number): number {
  return unit === "week" ? 4 + anchor + slot * 7 : dayNumberIn(slot, anchor);
}

/**
 * Where banks book on working days only, money due on a weekend comes on the Friday before and is taken on the Monday after. Days since
 * 1970-01-01.
 */
export function shiftFromWeekend(day: number, direction: "in" | "out"): number {
  const beyondFriday = ((((day + 3) % 7) + 7) % 7) - 4;
  if (beyondFriday <= 0) return day;
  return direction === "in" ? day - beyondFriday : day + 3 - beyondFriday;
}
