import { dayNumber } from "../calendar.ts";
import { type Anchor, type CadenceRule, anchorOf, isMonthEnd, slotOf } from "./schedule.ts";

export interface Dated {
  readonly bookingDate: string;
  readonly amountMinor: bigint;
}

/** Rows that keep to a schedule, oldest first, one a slot. */
export interface Fit<Row extends Dated> {
  readonly rule: CadenceRule;
  readonly anchor: Anchor;
  readonly rows: readonly Row[];
  readonly lastSlot: number;
  /** 100: never missed and always on its day. */
  readonly regularity: number;
}

/** So many of the rows of a counterparty must belong to the series; others are one-off payments to the same. */
export const usualShare = 0.8;
/** So many of the slots from first to last must be filled. */
const filledShare = 0.75;

/** Tries one cadence on rows of one counterparty, oldest first; undefined when they do not keep to it. */
export function fitTo<Row extends Dated>(rule: CadenceRule, rows: readonly Row[], belongShare = usualShare): Fit<Row> | undefined {
  if (rows.length < 2 || rows.length * belongShare > mostSlots(rule, rows)) return undefined;
  const fits = anchorsOf(rule, rows).flatMap((anchor) => fitAt(rule, anchor, rows, belongShare) ?? []);
  return fits.reduce<Fit<Row> | undefined>((best, fit) => (best === undefined || betterThan(fit, best) ? fit : best), undefined);
}

/** So many slots at the most between the first row and the last: whoever pays more often than that cannot keep to the schedule. */
function mostSlots(rule: CadenceRule, rows: readonly Dated[]): number {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const shortestDays = rule.step * (rule.unit === "week" ? 7 : 28);
  return Math.floor((dayNumber(last.bookingDate) - dayNumber(first.bookingDate) + 2 * rule.toleranceDays) / shortestDays) + 1;
}

function betterThan(a: Fit<Dated>, b: Fit<Dated>): boolean {
  return a.rows.length === b.rows.length ? a.regularity > b.regularity : a.rows.length > b.rows.length;
}

function anchorsOf(rule: CadenceRule, rows: readonly Dated[]): Anchor[] {
  const anchors = new Set(rows.map((row) => anchorOf(rule.unit, row.bookingDate)));
  if (rule.unit === "month" && rows.some((row) => isMonthEnd(row.bookingDate))) anchors.add(31);
  return [...anchors].toSorted((a, b) => a - b);
}

function fitAt<Row extends Dated>(rule: CadenceRule, anchor: Anchor, rows: readonly Row[], belongShare: number): Fit<Row> | undefined {
  const bySlot = new Map<number, { row: Row; deviationDays: number }>();
  for (const row of rows) {
    const { slot, deviationDays } = slotOf(rule.unit, anchor, row.bookingDate);
    const holder = bySlot.get(slot);
    if (deviationDays <= rule.toleranceDays && (holder === undefined || deviationDays < holder.deviationDays)) bySlot.set(slot, { row, deviationDays });
  }
  const phase = mostCommon([...bySlot.keys()].map((slot) => mod(slot, rule.step)));
  const slots = [...bySlot.keys()].filter((slot) => mod(slot, rule.step) === phase).toSorted((a, b) => a - b);
  const kept = slots.flatMap((slot) => bySlot.get(slot) ?? []);
  const [firstSlot, lastSlot] = [slots[0], slots.at(-1)];
  if (firstSlot === undefined || lastSlot === undefined || kept.length < 2 || kept.length < rows.length * belongShare) return undefined;
  const filled = kept.length / ((lastSlot - firstSlot) / rule.step + 1);
  if (filled < filledShare) return undefined;
  const beside = kept.reduce((sum, each) => sum + each.deviationDays, 0) / kept.length;
  const regularity = Math.round(100 * filled * (1 - beside / (2 * rule.toleranceDays)));
  return { rule, anchor, rows: kept.map((each) => each.row), lastSlot, regularity };
}

function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best), [0, 0] as const)[0];
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
