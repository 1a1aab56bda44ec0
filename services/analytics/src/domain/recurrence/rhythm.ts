import { dateOf } from "../calendar.ts";
import { directionOf, fitTo } from "./fit.ts";
import { type Cadence, type CadenceRule, placeOf, ruleOf, shiftFromWeekend, slotDay, slotOf } from "./schedule.ts";

/** A payment as it was booked, or as it is expected. */
export interface Payment {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly amountMinor: bigint;
}

/** A series as of any day: its payments, oldest first, each with the slot of the schedule it filled. */
export interface Rhythm {
  readonly rule: CadenceRule;
  readonly payments: readonly (Payment & { readonly slot: number })[];
  /** The day on which a slot of its schedule is due. */
  readonly dueDay: (slot: number) => number;
}

/** The rhythm of a series by its payments, oldest first, of which there is at least one. */
export function rhythmOf(cadence: Cadence, payments: readonly Payment[]): Rhythm {
  const rule = ruleOf(cadence);
  const rows = payments.map((payment) => ({ ...payment, place: placeOf(dateOf(payment.day)) }));
  const last = rows.at(-1)?.place;
  if (last === undefined) throw new TypeError("a series has payments");
  const anchor = fitTo(rule, rows, 0)?.anchor ?? (rule.unit === "week" ? last.weekday : last.dayOfMonth);
  const workingDaysOnly = rule.unit === "month" && !rows.some(({ place }) => place.weekday >= 5);
  const direction = directionOf(rows[0]?.amountMinor ?? 0n);
  return {
    rule,
    payments: rows.map(({ place, day, amountMinor }) => ({ day, amountMinor, slot: slotOf(rule.unit, anchor, place) })),
    dueDay: remembered((slot) => {
      const due = slotDay(rule.unit, anchor, slot);
      return workingDaysOnly ? shiftFromWeekend(due, direction) : due;
    }),
  };
}

/**
 * What a series lets expect from the day after `today` to `until`, by its payments up to `today` and no later ones, each as large as the
 * last. What is overdue, one payment at the most, comes on the next day; a series that is overdue for longer than its grace has ended.
 * Nothing before the first payment, unless the series began before all that is known (`since`): then it is taken to have run already.
 * @param asked.today the last day of which all entries are known
 */
export function expectedPayments(
  { rule, payments, dueDay }: Rhythm,
  { today, until, since }: { readonly today: number; readonly until: number; readonly since: number },
): Payment[] {
  const known = countUntil(payments, today);
  const last = payments[Math.max(0, known - 1)];
  if (last === undefined || (known === 0 && last.day > since + longestStep(rule))) return [];
  let slot = known === 0 ? last.slot : last.slot + rule.step;
  if (today > dueDay(slot) + rule.graceDays) return [];
  const expected: Payment[] = [];
  for (let day = Math.max(dueDay(slot), today + 1); day <= until; day = dueDay(slot)) {
    expected.push({ day, amountMinor: last.amountMinor });
    slot += rule.step;
  }
  return expected;
}

/** The last day on which something is expected still of a series that is not paid again: after it the series has ended for good. */
export function runsUntil({ rule, payments, dueDay }: Rhythm): number {
  const last = payments.at(-1);
  return last === undefined ? -Infinity : dueDay(last.slot + rule.step) + rule.graceDays;
}

/** By halves: it is asked for every day of a year. */
function countUntil(payments: Rhythm["payments"], day: number): number {
  let [low, high] = [0, payments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((payments[middle]?.day ?? day) <= day) low = middle + 1;
    else high = middle;
  }
  return low;
}

function remembered(work: (slot: number) => number): (slot: number) => number {
  const known = new Map<number, number>();
  return (slot) => {
    const day = known.get(slot) ?? work(slot);
    known.set(slot, day);
    return day;
  };
}

/** So many days at the most from one payment to the next. */
function longestStep({ unit, step, toleranceDays }: CadenceRule): number {
  return step * (unit === "week" ? 7 : 31) + toleranceDays;
}
