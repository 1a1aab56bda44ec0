import { type Transaction, sql } from "kysely";
import { type Tables, columns } from "../../db/tables.ts";
import { columnList, setFromExcluded, unnest } from "../../db/unnest.ts";
import type { EntryChange } from "../entry-change.ts";
import { lines } from "../lines.ts";
import { evolve, noTotals, withoutEmpty } from "./evolve.ts";

/** Adds what changed to the stored totals; the order of the rows keeps two writers from waiting for each other. */
export async function addToMonths(tx: Transaction<Tables>, changes: Iterable<EntryChange>): Promise<void> {
  const differences = [...withoutEmpty(evolve(noTotals, changes))].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
  if (differences.length === 0) return;
  await sql`
    merge into cash_flow_months m using ${unnest(differences, columns.cashFlowMonths)} as d (${columnList(columns.cashFlowMonths)})
    on m.psu_id = d.psu_id and m.currency = d.currency and m.month = d.month and m.category = d.category
    when matched and m.entries + d.entries = 0 then delete
    when matched then update set income_minor = m.income_minor + d.income_minor, expenses_minor = m.expenses_minor + d.expenses_minor, entries = m.entries + d.entries
    when not matched then insert (${columnList(columns.cashFlowMonths)}) values (${columnList(columns.cashFlowMonths, "d.")})`.execute(tx);
}

/** Works one person's totals out anew from the entries and writes where they differ. @returns the months whose totals were others */
export async function recountMonths(tx: Transaction<Tables>, psuId: string): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`
    with counted as (
      select ${psuId}::uuid as psu_id, currency, to_char(booking_date, 'YYYY-MM') as month, category,
        coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as income_minor, coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0) as expenses_minor, count(*) as entries
      from ${lines(psuId)} group by 1, 2, 3, 4
    ), gone as (
      delete from cash_flow_months m where psu_id = ${psuId}
        and not exists (select from counted c where c.currency = m.currency and c.month = m.month and c.category = m.category)
      returning month
    ), written as (
      insert into cash_flow_months as m (${columnList(columns.cashFlowMonths)}) select ${columnList(columns.cashFlowMonths)} from counted
      on conflict (psu_id, currency, month, category) do update set ${setFromExcluded(columns.cashFlowMonths, "psuId", "currency", "month", "category")}
      where (m.income_minor, m.expenses_minor, m.entries) is distinct from (excluded.income_minor, excluded.expenses_minor, excluded.entries)
      returning month
    )
    select month from gone union select month from written order by month`.execute(tx);
  return rows.map(({ month }) => month);
}
