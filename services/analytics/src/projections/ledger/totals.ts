import type { accountTotals } from "@opl/contracts/http/analytics";
import type { ResponseInputOf } from "@opl/contracts/http/route";
import { toWire } from "@opl/money";
import type { Executor } from "@opl/postgres";
import { sql } from "kysely";
import type { Tables } from "../../db/tables.ts";

/** Count and sum of the booked entries of every account, accounts without any included. Counted from the entries and not from totals. */
export async function askAccountTotals(db: Executor<Tables>): Promise<ResponseInputOf<typeof accountTotals>> {
  const { rows } = await sql<{ psuId: string; accountId: string; currency: string; entries: number; sumMinor: string }>`
    select psu_id, account_id, coalesce(t.currency, a.currency) as currency, coalesce(entries, 0) as entries, coalesce(sum_minor, '0') as sum_minor
    from accounts a full join (
      select psu_id, account_id, currency, count(*)::int as entries, sum(amount_minor)::text as sum_minor
      from transactions where not pending group by psu_id, account_id, currency
    ) t using (psu_id, account_id)
    order by account_id, currency`.execute(db);
  return {
    accounts: rows.map(({ psuId, accountId, currency, entries, sumMinor }) => ({
      accountId,
      psuId,
      count: entries,
      sum: toWire({ minor: BigInt(sumMinor), currency }),
    })),
  };
}
