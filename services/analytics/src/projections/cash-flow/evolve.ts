import type { CategoryId } from "@opl/contracts/model";
import { monthOf } from "../../domain/calendar.ts";
import { type EntryChange, forSums } from "../entry-change.ts";

/** Money of one category in and out of one calendar month. Both sums are positive; a negative figure here is a difference to apply. */
interface MonthTotal {
  readonly psuId: string;
  readonly currency: string;
  readonly month: string;
  readonly category: CategoryId;
  readonly incomeMinor: bigint;
  readonly expensesMinor: bigint;
  /** An entry that is split counts once in each of its categories. */
  readonly entries: bigint;
}

export type MonthTotals = ReadonlyMap<string, MonthTotal>;

export const noTotals: MonthTotals = new Map();

/**
 * Totals after some more changes. An entry counts in the calendar month of the bank's booking date and in its own currency; what came
 * in is income, what went out is expenses; an entry that was split counts by its parts. Currencies are never mixed, pending entries are in no total.
 */
export function evolve(totals: MonthTotals, changes: Iterable<EntryChange>): MonthTotals {
  const next = new Map(totals);
  forSums(changes, (entry, sign) => {
    const { psuId, currency, category, amountMinor } = entry;
    const month = monthOf(entry.bookingDate);
    const key = `${psuId} ${currency} ${month} ${category}`;
    const known = next.get(key) ?? { psuId, currency, month, category, incomeMinor: 0n, expensesMinor: 0n, entries: 0n };
    const signed = sign === 1 ? amountMinor : -amountMinor;
    next.set(key, {
      ...known,
      incomeMinor: amountMinor > 0n ? known.incomeMinor + signed : known.incomeMinor,
      expensesMinor: amountMinor < 0n ? known.expensesMinor - signed : known.expensesMinor,
      entries: known.entries + BigInt(sign),
    });
  });
  return next;
}

/** The totals without those that say nothing. */
export function withoutEmpty(totals: MonthTotals): MonthTotals {
  return new Map([...totals].filter(([, total]) => total.incomeMinor !== 0n || total.expensesMinor !== 0n || total.entries !== 0n));
}
