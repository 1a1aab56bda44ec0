import type { firstScreen, spending } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import type { Tables } from "../../db/tables.ts";
import { addMonths, dayOfMonth, daysInMonth, monthOf } from "../../domain/calendar.ts";
import { type Period, periodBefore } from "../../domain/period.ts";
import { type DayRow, type SpanRow, expensesByCategory, expensesByDay } from "./store.ts";

/** Expenses of a period by category beside the same span before, the largest first. Amounts are positive. */
export async function askSpending(db: Executor<Tables>, psuId: string, period: Period): Promise<ResponseInputOf<typeof spending>> {
  const rows = await expensesByCategory(db, psuId, period, periodBefore(period));
  const byCurrency = [...Map.groupBy(rows, (row) => row.currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    currencies: byCurrency.map(([currency, parts]) => {
      const wire = (minor: bigint) => toWire({ minor, currency });
      return {
        currency,
        total: wire(sum(parts, "amountMinor")),
        previousTotal: wire(sum(parts, "previousMinor")),
        categories: parts.toSorted(byAmount).map(({ category, amountMinor, previousMinor, entries }) => ({
          category,
          amount: wire(BigInt(amountMinor)),
          previous: wire(BigInt(previousMinor)),
          count: entries,
        })),
      };
    }),
  };
}

/** Expenses of a month added up day by day, up to today, beside the whole month before. */
export async function askCumulativeSpending(
  db: Executor<Tables>,
  psuId: string,
  { month, today }: { readonly month: string; readonly today: string },
): Promise<ResponseInputOf<typeof firstScreen>["month"]> {
  const before = addMonths(month, -1);
  const rows = await expensesByDay(db, psuId, { from: `${before}-01`, to: dayOfMonth(month, 31) });
  const byCurrency = [...Map.groupBy(rows, (row) => row.currency)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const now = monthOf(today);
  const until = month > now ? 0 : month === now ? Number.parseInt(today.slice(8, 10), 10) : daysInMonth(month);
  return byCurrency.map(([currency, days]) => ({
    currency,
    thisMonth: runningOf(days, month, until, currency),
    lastMonth: runningOf(days, before, daysInMonth(before), currency),
  }));
}

/** Each day with all days of the month before it. */
function runningOf(rows: readonly DayRow[], month: string, until: number, currency: string) {
  const days = new Map(rows.filter((row) => monthOf(row.date) === month).map((row) => [Number.parseInt(row.date.slice(8, 10), 10), BigInt(row.amountMinor)]));
  let minor = 0n;
  return Array.from({ length: until }, (_, index) => {
    minor += days.get(index + 1) ?? 0n;
    return { day: index + 1, amount: toWire({ minor, currency }) };
  });
}

function sum(rows: readonly SpanRow[], column: "amountMinor" | "previousMinor"): bigint {
  return rows.reduce((total, row) => total + BigInt(row[column]), 0n);
}

function byAmount(a: SpanRow, b: SpanRow): number {
  const difference = BigInt(b.amountMinor) - BigInt(a.amountMinor);
  return difference === 0n ? (a.category < b.category ? -1 : 1) : difference > 0n ? 1 : -1;
}
