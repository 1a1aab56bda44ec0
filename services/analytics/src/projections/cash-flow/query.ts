import type { cashFlow } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Tables } from "../../db/tables.ts";
import { addMonths, monthOf } from "../../domain/calendar.ts";

interface MonthRow {
  readonly currency: string;
  readonly month: string;
  readonly incomeMinor: string;
  readonly expensesMinor: string;
  readonly entries: number;
}

/**
 * Money in and out of the latest months up to that of `today`, transfers between own accounts left out. Expenses are positive, net is
 * income less expenses. Each currency begins with its first month that has entries and has every month since.
 */
export async function askCashFlow(
  db: Executor<Tables>,
  psuId: string,
  { months, today }: { readonly months: number; readonly today: string },
): Promise<ResponseInputOf<typeof cashFlow>> {
  const last = monthOf(today);
  // Never less than nothing: totals can owe an entry until the person is settled, where a process that knows no parts counted beside this one.
  const { rows } = await sql<MonthRow>`
    select currency, month, greatest(sum(income_minor), 0)::text as income_minor, greatest(sum(expenses_minor), 0)::text as expenses_minor, greatest(sum(entries), 0)::int as entries
    from cash_flow_months where psu_id = ${psuId} and category <> 'transfers' and month between ${addMonths(last, 1 - months)} and ${last}
    group by currency, month order by currency, month`.execute(db);
  const byCurrency = Map.groupBy(rows, (row) => row.currency);
  return { currencies: [...byCurrency].map(([currency, known]) => ({ currency, months: everyMonth(known, last).map(toAnswer) })) };
}

function everyMonth(known: readonly MonthRow[], last: string): MonthRow[] {
  const byMonth = new Map(known.map((row) => [row.month, row]));
  const months: MonthRow[] = [];
  const [first] = known;
  if (first === undefined) return months;
  for (let { month } = first; month <= last; month = addMonths(month, 1)) {
    months.push(byMonth.get(month) ?? { currency: first.currency, month, incomeMinor: "0", expensesMinor: "0", entries: 0 });
  }
  return months;
}

function toAnswer({ currency, month, incomeMinor, expensesMinor, entries }: MonthRow) {
  const [income, expenses] = [BigInt(incomeMinor), BigInt(expensesMinor)];
  const wire = (minor: bigint) => toWire({ minor, currency });
  return { month, income: wire(income), expenses: wire(expenses), net: wire(income - expenses), count: entries };
}
