import type { TransactionPage, TransactionRow } from "../../api/queries.ts";
import type { WireAmount } from "../../format/format.ts";

/** One line of the virtual list. */
export type ListItem =
  | { readonly kind: "pending-head"; readonly count: number }
  | { readonly kind: "day-head"; readonly date: string; readonly sums: readonly WireAmount[]; readonly count: number }
  | { readonly kind: "row"; readonly row: TransactionRow }
  /** A row that is known to exist and not loaded yet. */
  | { readonly kind: "unloaded" };

/**
 * Pages as they came (pending first, then newest first) as lines of a list: pending apart under one head, booked by day with the
 * sum of the day over the whole filter, and a place for every row that is still to come, so that the scroll bar is honest.
 */
export function listItems(pages: readonly TransactionPage[]): ListItem[] {
  const rows = pages.flatMap((page) => page.transactions);
  const days = new Map(pages.flatMap((page) => page.days.map((day) => [day.date, day] as const)));
  const pending = rows.filter((row) => row.bookingStatus === "pending");
  const items: ListItem[] = [];
  if (pending.length > 0) items.push({ kind: "pending-head", count: pending.length });
  for (const row of pending) items.push({ kind: "row", row });
  let date: string | undefined;
  for (const row of rows) {
    if (row.bookingStatus === "pending") continue;
    if (row.bookingDate !== date) {
      date = row.bookingDate;
      const day = days.get(date);
      items.push({ kind: "day-head", date, sums: day?.sums ?? [], count: day?.count ?? 0 });
    }
    items.push({ kind: "row", row });
  }
  const total = pages[0]?.total ?? undefined;
  const more = pages.at(-1)?.nextCursor !== null && pages.length > 0;
  const missing = !more ? 0 : Math.max(1, (total ?? 0) - rows.length);
  for (let index = 0; index < missing; index += 1) items.push({ kind: "unloaded" });
  return items;
}

/** Where the heads stand, in order. */
export function headIndexes(items: readonly ListItem[]): number[] {
  return items.flatMap((item, index) => (item.kind === "pending-head" || item.kind === "day-head" ? [index] : []));
}

/** The head a line stands under; undefined before the first. */
export function headAbove(heads: readonly number[], line: number): number | undefined {
  return heads.findLast((head) => head <= line);
}

/** The nearest row from a line in a direction, not counting the line itself; undefined at the end. */
export function nextRow(items: readonly ListItem[], from: number, step: 1 | -1): number | undefined {
  for (let index = from + step; index >= 0 && index < items.length; index += step) if (items[index]?.kind === "row") return index;
  return undefined;
}
