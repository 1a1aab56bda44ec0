import { type Payment, type Rhythm, expectedPayments, runsUntil } from "../recurrence/rhythm.ts";

/** The past looked at: a year at the most, and no less than this many days. */
export const longestPastDays = 365;
export const leastPastDays = 90;
/** A forecast looks ahead a part of what it looks back: of fewer spans nothing can be said. */
const spansLookedAt = 4;

/** What is known about money in one currency. Days since 1970-01-01. */
export interface Past {
  /** The day as of which is reckoned: the last one of which all entries are known. */
  readonly today: number;
  /** The first day of which all entries are known; undefined when there are none. */
  readonly since: number | undefined;
  /** What was booked, by day. What lies after `today` is not looked at. */
  readonly nets: ReadonlyMap<number, bigint>;
  readonly rhythms: readonly Rhythm[];
}

/** Where something lay among the days of the past: one in ten below, half below, one in ten above. */
export interface Spread {
  readonly low: bigint;
  readonly middle: bigint;
  readonly high: bigint;
}

/**
 * The balance at the end of a day as it is expected, and the band in which 8 of 10 equally long spans of the past ended, reckoned with the
 * recurring payments as they are known today. A forecast made in the past knew less of these, so fewer would have ended in it.
 */
export interface ForecastDay {
  readonly day: number;
  readonly low: bigint;
  readonly expected: bigint;
  readonly high: bigint;
}

/** How many days are known, up to the longest past looked at. */
export function pastDays({ today, since }: Pick<Past, "today" | "since">): number {
  return since === undefined ? 0 : Math.max(0, Math.min(longestPastDays, today - since));
}

/**
 * The balance day by day from today, which is as it is: with what is due added to it, and what came beside that on as many days in the
 * past. As far ahead as asked for, or as the past carries; empty where too little of it is known.
 * @param due what is expected after today
 */
export function forecast(
  past: Past,
  { balanceMinor, due, days }: { readonly balanceMinor: bigint; readonly due: readonly Payment[]; readonly days: number },
): ForecastDay[] {
  const spreads = spreadsOf(past, days);
  if (spreads.length === 0) return [];
  const dueBy = sumsByDay(due, past.today, spreads.length);
  let expectedMinor = balanceMinor;
  const ahead = spreads.map(({ low, middle, high }, index): ForecastDay => {
    expectedMinor += dueBy[index + 1] ?? 0n;
    return { day: past.today + index + 1, low: expectedMinor + low, expected: expectedMinor + middle, high: expectedMinor + high };
  });
  return [{ day: past.today, low: balanceMinor, expected: balanceMinor, high: balanceMinor }, ...ahead];
}

/**
 * How far balances moved beside what was due: for 1, 2, … days, over all spans of that length in the past. On each day of it the same rule
 * says what was due as it says today, so that a band holds also what recurring payments do unexpectedly.
 */
export function spreadsOf(past: Past, days: number): Spread[] {
  const { today, nets, rhythms } = past;
  const known = pastDays(past);
  const longest = known < leastPastDays ? 0 : Math.min(days, Math.floor(known / spansLookedAt));
  const first = today - known;
  const since = past.since ?? today;
  const running = rhythms.filter((rhythm) => runsUntil(rhythm) >= first);
  // By length of the span, then by the day it begins after; the longer, the fewer end by today. Such arrays of 64 bits, as the columns have
  // them, are sorted many times faster than lists.
  const beside = Array.from({ length: longest }, (_, index) => new BigInt64Array(known - index));
  for (let day = first; day < today; day += 1) {
    const until = Math.min(today, day + longest);
    const due = sumsByDay(
      running.flatMap((rhythm) => expectedPayments(rhythm, { today: day, until, since })),
      day,
      longest,
    );
    let moved = 0n;
    for (let length = 1; day + length <= until; length += 1) {
      moved += (nets.get(day + length) ?? 0n) - (due[length] ?? 0n);
      const spans = beside[length - 1];
      if (spans !== undefined) spans[day - first] = moved;
    }
  }
  return beside.map(spreadOf);
}

function spreadOf(values: BigInt64Array): Spread {
  const ordered = values.toSorted();
  const last = ordered.length - 1;
  const tenth = Math.floor(last / 10);
  const at = (index: number): bigint => ordered[index] ?? 0n;
  return { low: at(tenth), middle: at(last >> 1), high: at(last - tenth) };
}

/** By the number of days after a day. */
function sumsByDay(payments: readonly Payment[], after: number, days: number): BigInt64Array {
  const sums = new BigInt64Array(days + 1);
  for (const { day, amountMinor } of payments) {
    const at = day - after;
    if (at >= 1 && at <= days) sums[at] = (sums[at] ?? 0n) + amountMinor;
  }
  return sums;
}
