import { type Anchor, type CadenceRule, type Place, shiftFromWeekend, slotDay, slotOf } from "./schedule.ts";

export interface Placed {
  readonly place: Place;
  readonly amountMinor: bigint;
}

/** Rows that keep to a schedule, oldest first, one a slot. */
export interface Fit<Row extends Placed> {
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
export function fitTo<Row extends Placed>(rule: CadenceRule, rows: readonly Row[], belongShare = usualShare): Fit<Row> | undefined {
  if (rows.length < 2 || rows.length * belongShare > mostSlots(rule, rows)) return undefined;
  let best: Fit<Row> | undefined;
  for (const anchor of anchorsOf(rule, rows)) {
    const fit = fitAt(rule, anchor, rows, belongShare);
    if (fit !== undefined && (best === undefined || betterThan(fit, best))) best = fit;
  }
  return best;
}

/** So many slots at the most between the first row and the last: whoever pays more often than that cannot keep to the schedule. */
function mostSlots(rule: CadenceRule, rows: readonly Placed[]): number {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const shortestDays = rule.step * (rule.unit === "week" ? 7 : 28);
  return Math.floor((last.place.day - first.place.day + 2 * rule.toleranceDays) / shortestDays) + 1;
}

function betterThan(a: Fit<Placed>, b: Fit<Placed>): boolean {
  return a.rows.length === b.rows.length ? a.regularity > b.regularity : a.rows.length > b.rows.length;
}

function anchorsOf(rule: CadenceRule, rows: readonly Placed[]): Anchor[] {
  const anchors = new Set(rows.map(({ place }) => (rule.unit === "week" ? place.weekday : place.dayOfMonth)));
  if (rule.unit === "month" && rows.some(({ place }) => place.isMonthEnd)) anchors.add(31);
  return [...anchors].toSorted((a, b) => a - b);
}

function fitAt<Row extends Placed>(rule: CadenceRule, anchor: Anchor, rows: readonly Row[], belongShare: number): Fit<Row> | undefined {
  const bySlot = new Map<number, { row: Row; beside: number }>();
  for (const row of rows) {
    const slot = slotOf(rule.unit, anchor, row.place);
    const beside = daysBeside(rule, row, slotDay(rule.unit, anchor, slot));
    if (beside > rule.toleranceDays) continue;
    const holder = bySlot.get(slot);
    if (holder === undefined || beside < holder.beside) bySlot.set(slot, { row, beside });
  }
  if (bySlot.size < 2 || bySlot.size < rows.length * belongShare) return undefined;
  const phase = mostCommon([...bySlot.keys()].map((slot) => mod(slot, rule.step)));
  const slots = [...bySlot.keys()].filter((slot) => mod(slot, rule.step) === phase).toSorted((a, b) => a - b);
  const [firstSlot, lastSlot] = [slots[0], slots.at(-1)];
  if (firstSlot === undefined || lastSlot === undefined || slots.length < 2 || slots.length < rows.length * belongShare) return undefined;
  const filled = slots.length / ((lastSlot - firstSlot) / rule.step + 1);
  if (filled < filledShare) return undefined;
  const kept = slots.flatMap((slot) => bySlot.get(slot) ?? []);
  const beside = kept.reduce((sum, each) => sum + each.beside, 0) / kept.length;
  const regularity = Math.round(100 * filled * (1 - beside / (2 * rule.toleranceDays)));
  return { rule, anchor, rows: kept.map((each) => each.row), lastSlot, regularity };
}

/** Days between a row and the day it is due, or the working day for which that stands. */
function daysBeside(rule: CadenceRule, { place, amountMinor }: Placed, due: number): number {
  const beside = Math.abs(place.day - due);
  if (beside === 0 || rule.unit === "week") return beside;
  return Math.min(beside, Math.abs(place.day - shiftFromWeekend(due, directionOf(amountMinor))));
}

export function directionOf(amountMinor: bigint): "in" | "out" {
  return amountMinor < 0n ? "out" : "in";
}

function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] || (each[1] === best[1] && each[0] < best[0]) ? each : best), [0, 0] as const)[0];
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
