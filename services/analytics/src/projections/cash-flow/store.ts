import { type Transaction, sql } from "kysely";
import { type Tables, columns } from "../../db/tables.ts";
import { columnList, unnest } from "../../db/unnest.ts";
import type { EntryChange } from "../entry-change.ts";
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

/** Works one person's totals out anew from the entries. */
export async function recountMonths(tx: Transaction<Tables>, psuId: string): Promise<void> {
  await tx.deleteFrom("cashFlowMonths").where("psuId", "=", psuId).execute();
  await sql`
    insert into cash_flow_months (${columnList(columns.cashFlowMonths)})
    select psu_id, currency, to_char(booking_date, 'YYYY-MM'), category,
      coalesce(sum(amount_minor) filter (where amount_minor > 0), 0), coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0), count(*)
    from transactions where psu_id = ${psuId} and not pending group by 1, 2, 3, 4`.execute(tx);
}
