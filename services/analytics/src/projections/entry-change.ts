import type { CategoryId } from "@opl/contracts/model";

/** What sums look at in one entry. */
export interface SummedEntry {
  readonly psuId: string;
  readonly accountId: string;
  readonly pending: boolean;
  readonly bookingDate: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly category: CategoryId;
}

/** One entry before and after a fact or a new decision about it; null where there was or is none. */
export interface EntryChange {
  readonly before: SummedEntry | null;
  readonly after: SummedEntry | null;
}

/** Calls `add` for what a change takes out of the sums (-1) and what it brings in (+1). Pending entries are in no sum. */
export function forSums(changes: Iterable<EntryChange>, add: (entry: SummedEntry, sign: 1 | -1) => void): void {
  for (const { before, after } of changes) {
    if (before !== null && !before.pending) add(before, -1);
    if (after !== null && !after.pending) add(after, 1);
  }
}
