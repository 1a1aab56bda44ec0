import { dateOf } from "../calendar.ts";
import { directionOf, fitTo } from "./fit.ts";
import { type Anchor, type Cadence, type CadenceRule, placeOf, ruleOf, shiftFromWeekend, slotDay, slotOf } from "./schedule.ts";

/** A payment as it was booked, or as it is expected. */
export interface Payment {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly amountMinor: bigint;
}

/** A series as of any day: its payments, oldest first, each with the slot of the schedule it filled. */
export interface Rhythm {
  readonly rule: CadenceRule;
  readonly anchor: Anchor;
  readonly workingDaysOnly: boolean;
  readonly payments: readonly (Payment & { readonly slot: number })[];
}

/** The rhythm of a series by its payments, oldest first, of which there is at least one. */
export function rhythmOf(cadence: Cadence, payments: readonly Payment[]): Rhythm {
  const rule = ruleOf(cadence);
  const rows = payments.map((payment) => ({ ...payment, place: placeOf(dateOf(payment.day)) }));
  const last = rows.at(-1)?.place;
  if (last === undefined) throw new TypeError("a series has payments");
  const anchor = fitTo(rule, rows, 0)?.anchor ?? (rule.unit === "week" ? last.weekday : last.dayOfMonth);
  return {
    rule,
    anchor,
    workingDaysOnly: rule.unit === "month" && !rows.some(({ place }) => place.weekday >= 5),
    payments: rows.map(({ place, day, amountMinor }) => ({ day, amountMinor, slot: slotOf(rule.unit, anchor, place) })),
  };
}

/**
 * What a series lets expect from the day after `today` to `until`, by its payments up to `today` and no later ones, each as large as the
 * last. What is overdue comes on the next day; what is overdue for longer than its grace, as seen on `seenOn`, has ended. Nothing before
 * the first payment, unless the series began before all that is known (`since`): then it is taken to have run already.
 */
export function expectedPayments(
  { rule, anchor, workingDaysOnly, payments }: Rhythm,
  { today, until, since, seenOn = today }: { readonly today: number; readonly until: number; readonly since: number; readonly seenOn?: number },
): Payment[] {
  const known = countUntil(payments, today);
  const last = payments[Math.max(0, known - 1)];
  if (last === undefined || (known === 0 && last.day > since + longestStep(rule))) return [];
  const direction = directionOf(last.amountMinor);
  const expected: Payment[] = [];
  for (let slot = known === 0 ? last.slot : last.slot + rule.step; ; slot += rule.step) {
    const due = slotDay(rule.unit, anchor, slot);
    const day = workingDaysOnly ? shiftFromWeekend(due, direction) : due;
    if (expected.length === 0 && seenOn > day + rule.graceDays) return [];
    const comes = Math.max(day, today + 1);
    if (comes > until) return expected;
    expected.push({ day: comes, amountMinor: last.amountMinor });
  }
}

function countUntil(payments: Rhythm["payments"], day: number): number {
  const after = payments.findIndex((payment) => payment.day > day);
  return after === -1 ? payments.length : after;
}

/** So many days at the most from one payment to the next. */
function longestStep({ unit, step, toleranceDays }: CadenceRule): number {
  return step * (unit === "week" ? 7 : 31) + toleranceDays;
}
