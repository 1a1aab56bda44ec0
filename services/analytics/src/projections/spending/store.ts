import type { CategoryId } from "@opl/contracts/model";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Tables } from "../../db/tables.ts";
import type { Period } from "../../domain/period.ts";
import { lines } from "../lines.ts";

export interface SpanRow {
  readonly currency: string;
  readonly category: CategoryId;
  readonly amountMinor: string;
  readonly previousMinor: string;
  readonly entries: number;
}

/** Expenses of two adjoining periods by category; read from the list itself, whose index carries what the sums need. */
export async function expensesByCategory(db: Executor<Tables>, psuId: string, period: Period, before: Period): Promise<SpanRow[]> {
  const { rows } = await sql<SpanRow>`
    select currency, category,
      coalesce(-sum(amount_minor) filter (where booking_date >= ${period.from}::date), 0)::text as amount_minor,
      coalesce(-sum(amount_minor) filter (where booking_date < ${period.from}::date), 0)::text as previous_minor,
      (count(*) filter (where booking_date >= ${period.from}::date))::int as entries
    from ${lines(psuId)}
    where booking_date between ${before.from}::date and ${period.to}::date and amount_minor < 0 and category <> 'transfers'
    group by currency, category`.execute(db);
  return rows;
}

export interface DayRow {
  readonly currency: string;
  readonly date: string;
  readonly amountMinor: string;
}

/** Expenses by day. */
export async function expensesByDay(db: Executor<Tables>, psuId: string, { from, to }: Period): Promise<DayRow[]> {
  const { rows } = await sql<DayRow>`
    select currency, booking_date as date, (-sum(amount_minor))::text as amount_minor
    from ${lines(psuId)}
    where booking_date between ${from}::date and ${to}::date and amount_minor < 0 and category <> 'transfers'
    group by currency, booking_date order by currency, booking_date`.execute(db);
  return rows;
}
