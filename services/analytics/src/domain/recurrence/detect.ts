import type { CategoryId } from "@opl/contracts/model";
import { addDays, dateOf } from "../calendar.ts";
import { amountPattern, clusterByAmount, latestChange } from "./amounts.ts";
import { type Fit, directionOf, fitTo, usualShare } from "./fit.ts";
import { type Cadence, type Place, cadenceRules, monthlyRule, placeOf, ruleOf, shiftFromWeekend, slotDay } from "./schedule.ts";

/** A booked entry that may repeat. */
export interface Occurrence {
  readonly transactionId: string;
  readonly accountId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly bookingDate: string;
  readonly category: CategoryId;
  /** Cleaned counterparty: for people, and for comparing. */
  readonly counterpartyName: string;
  readonly counterpartyKey: string;
  readonly reference: string | null;
}

/** A payment or income that repeats. Nothing in it depends on today. */
export interface Series {
  /** Account, currency, direction, counterparty and a number: the same series has the same key whenever it is looked for. */
  readonly key: string;
  readonly accountId: string;
  readonly currency: string;
  readonly counterpartyName: string;
  readonly category: CategoryId;
  readonly cadence: Cadence;
  readonly amountMinor: bigint;
  readonly previousAmountMinor: bigint | null;
  readonly changedOn: string | null;
  readonly firstDate: string;
  readonly lastDate: string;
  /** The day after the last one on which it is due. */
  readonly dueDate: string;
  readonly regularity: number;
  readonly transactionIds: readonly string[];
}

interface Placed extends Occurrence {
  readonly place: Place;
}

/** Bought when one likes, not when a bill comes: only an equal price makes them a series. */
const atWill: ReadonlySet<CategoryId> = new Set(["groceries", "eating-out", "transport", "shopping", "leisure", "health"]);

/** Days a month on which one payer may have a series each. */
const mostDays = 3;

/** The series of each entry that belongs to one. */
export function seriesByEntry<Of extends Series>(series: readonly Of[]): ReadonlyMap<string, Of> {
  return new Map(series.flatMap((each) => each.transactionIds.map((transactionId) => [transactionId, each] as const)));
}

/** Finds what repeats among a person's entries. Transfers between own accounts are no payments and are left out. */
export function detectRecurring(entries: Iterable<Occurrence>): Series[] {
  const groups = Map.groupBy(
    [...entries].filter((entry) => entry.category !== "transfers" && entry.counterpartyKey !== "" && entry.amountMinor !== 0n),
    (entry) => `${entry.accountId} ${entry.currency} ${directionOf(entry.amountMinor)} ${entry.counterpartyKey}`,
  );
  return [...groups].flatMap(([group, rows]) => {
    if (rows.length < 2) return [];
    const placed = rows.map((row): Placed => ({ ...row, place: placeOf(row.bookingDate) })).toSorted(byDate);
    const fits = seriesIn(placed).toSorted((a, b) => byDate(firstOf(a), firstOf(b)));
    return fits.map((fit, index) => seriesOf(`${group} ${index}`, fit));
  });
}

/** When a series is next expected as seen on a day, and whether it has ended. A late payment is still expected while it may come. */
export function outlook(series: Pick<Series, "cadence" | "dueDate">, today: string): { readonly status: "active" | "ended"; readonly nextDate: string | null } {
  return today <= addDays(series.dueDate, ruleOf(series.cadence).graceDays)
    ? { status: "active", nextDate: series.dueDate }
    : { status: "ended", nextDate: null };
}

/** All rows as one series if they are one, else by reference, else by amount: two contracts with one company. */
function seriesIn(rows: readonly Placed[]): Fit<Placed>[] {
  const whole = bestFit(rows);
  if (whole !== undefined) return [whole];
  const byReference = [...Map.groupBy(rows, (row) => row.reference ?? "").values()];
  for (const parts of [byReference, clusterByAmount(rows)]) {
    const fits = parts.length > 1 ? parts.flatMap((part) => bestFit(part) ?? []) : [];
    if (fits.length > 0) return fits;
  }
  return severalDays(rows);
}

/** Several times a month from the same payer on days of their own, such as pay on the 15th and the 30th. */
function severalDays(rows: readonly Placed[]): Fit<Placed>[] {
  const fits: Fit<Placed>[] = [];
  if (isShopping(rows)) return [];
  let rest = rows;
  for (let layer = 0; layer < mostDays; layer += 1) {
    const fit = fitTo(monthlyRule, rest, 1 / (mostDays + 1));
    if (fit === undefined || !convinces(fit)) break;
    fits.push(fit);
    const taken = new Set(fit.rows);
    rest = rest.filter((row) => !taken.has(row));
  }
  return fits.length > 1 && rest.length <= rows.length * (1 - usualShare) ? fits : [];
}

function bestFit(rows: readonly Placed[]): Fit<Placed> | undefined {
  if (isShopping(rows)) return undefined;
  for (const rule of cadenceRules) {
    const fit = fitTo(rule, rows);
    if (fit !== undefined && convinces(fit)) return fit;
  }
  return undefined;
}

/** Nothing but purchases at will with ever different amounts: no part of them convinces, and there are many. */
function isShopping(rows: readonly Placed[]): boolean {
  return rows.every((row) => atWill.has(row.category)) && new Set(rows.map((row) => row.amountMinor)).size > rows.length / 2 + 1;
}

function convinces({ rule, rows, regularity }: Fit<Placed>): boolean {
  const pattern = amountPattern(rows.map((row) => row.amountMinor));
  const category = rows.at(-1)?.category ?? "other";
  if (category === "subscriptions" && pattern === "fixed" && rule.cadence === "monthly") return regularity >= 60;
  if (rows.length < rule.atLeast) return false;
  if (pattern === "fixed") return regularity >= 50;
  if (rule.cadence === "weekly" || atWill.has(category)) return false;
  if (category === "other") return pattern === "near" && regularity >= 80 && rows.length > rule.atLeast;
  return pattern === "near" ? regularity >= 55 : regularity >= 65 && rows.length > rule.atLeast;
}

function seriesOf(key: string, fit: Fit<Placed>): Series {
  const { rows, rule, anchor, lastSlot, regularity } = fit;
  const first = firstOf(fit);
  const last = rows.at(-1) ?? first;
  const change = amountPattern(rows.map((row) => row.amountMinor)) === "fixed" ? latestChange(rows) : undefined;
  const due = slotDay(rule.unit, anchor, lastSlot + rule.step);
  const workingDaysOnly = rule.unit === "month" && !rows.some((row) => row.place.weekday >= 5);
  return {
    key,
    accountId: last.accountId,
    currency: last.currency,
    counterpartyName: last.counterpartyName,
    category: last.category,
    cadence: rule.cadence,
    amountMinor: last.amountMinor,
    previousAmountMinor: change?.before.amountMinor ?? null,
    changedOn: change?.after.bookingDate ?? null,
    firstDate: first.bookingDate,
    lastDate: last.bookingDate,
    dueDate: dateOf(workingDaysOnly ? shiftFromWeekend(due, directionOf(last.amountMinor)) : due),
    regularity,
    transactionIds: rows.map((row) => row.transactionId),
  };
}

function firstOf(fit: Fit<Placed>): Placed {
  const [first] = fit.rows;
  if (first === undefined) throw new TypeError("a fit has rows");
  return first;
}

function byDate(a: Placed, b: Placed): number {
  if (a.place.day !== b.place.day) return a.place.day - b.place.day;
  return a.transactionId < b.transactionId ? -1 : 1;
}
