import type { Place } from "./continuation.ts";

interface Entry {
  readonly sequence: number;
}

/**
 * One page of a list that is read from the newest entry to the oldest. Reading goes on below the last entry
 * answered, so what is booked meanwhile neither shifts the pages nor is answered twice.
 */
export function pageOf<T extends Entry>(input: {
  /** Oldest first, ordered by `dateOf` and sequence. */
  readonly entries: readonly T[];
  readonly dateOf: (entry: T) => string;
  readonly from: string;
  readonly to: string;
  readonly after: Place["after"];
  readonly size: number;
}): { readonly rows: readonly T[]; readonly last: T | undefined; readonly more: boolean } {
  const { entries, dateOf, from, to, after, size } = input;
  const isBefore = (entry: T, date: string, sequence: number): boolean => dateOf(entry) < date || (dateOf(entry) === date && entry.sequence < sequence);
  const begin = firstIndex(entries, (entry) => dateOf(entry) >= from);
  const endOfRange = firstIndex(entries, (entry) => dateOf(entry) > to);
  const end =
    after === undefined
      ? endOfRange
      : Math.min(
          endOfRange,
          firstIndex(entries, (entry) => !isBefore(entry, after.date, after.sequence)),
        );
  const start = Math.max(begin, end - size);
  const rows = entries.slice(start, Math.max(start, end)).toReversed();
  return { rows, last: rows.at(-1), more: start > begin };
}

/** Index of the first entry for which the monotonous test holds. */
function firstIndex<T>(entries: readonly T[], holds: (entry: T) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && holds(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}
