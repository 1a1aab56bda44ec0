import type { CategoryId } from "@opl/contracts/model";
import type { Said } from "../domain/said.ts";
import { type Split, linesOf } from "../domain/split.ts";
import type { LedgerRow } from "./ledger/evolve.ts";

/** What sums look at in one entry. */
export interface SummedEntry {
  readonly psuId: string;
  readonly accountId: string;
  readonly pending: boolean;
  readonly bookingDate: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly category: CategoryId;
  /** How the person split it, where they did. */
  readonly split: Split | undefined;
}

/** A row of the list as sums look at it. */
export function summed(row: LedgerRow, said: Said | undefined): SummedEntry {
  return { ...row, split: said?.splits.get(row.transactionId) };
}

/** One entry before and after a fact or a new decision about it; null where there was or is none. */
export interface EntryChange {
  readonly before: SummedEntry | null;
  readonly after: SummedEntry | null;
}

/** Calls `add` for what a change takes out of the sums (-1) and what it brings in (+1), part by part. Pending entries are in no sum. */
export function forSums(changes: Iterable<EntryChange>, add: (line: SummedEntry, sign: 1 | -1) => void): void {
  for (const { before, after } of changes) {
    if (before !== null && !before.pending) for (const line of linesOf(before)) add(line, -1);
    if (after !== null && !after.pending) for (const line of linesOf(after)) add(line, 1);
  }
}
