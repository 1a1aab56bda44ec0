import type { EventData } from "@opl/contracts/events";
import { fromWire } from "@opl/money";
import type { Transaction } from "kysely";
import { erasedAccountsOf } from "../db/account-store.ts";
import { currentGeneration, lockPeople } from "../db/person-store.ts";
import type { Tables } from "../db/tables.ts";
import { bankDay } from "../domain/bank-day.ts";
import { monthOf } from "../domain/calendar.ts";
import { type BalanceRow, putBalances } from "../projections/net-worth/store.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

export interface BalanceFact extends EventData<"ingest.balance-recorded"> {
  /** When the ledger learned it. */
  readonly toldAt: string;
}

/** Takes balances in: of each day the latest stays. */
export async function recordBalances(
  ctx: Pick<AnalyticsContext, "publish" | "timeZone">,
  tx: Transaction<Tables>,
  facts: readonly BalanceFact[],
): Promise<void> {
  const known = await lockPeople(
    tx,
    facts.map((fact) => fact.psuId),
  );
  const erased = await erasedAccountsOf(tx, known);
  const generation = await currentGeneration(tx);
  const rows = facts.filter((fact) => known.has(fact.psuId) && !erased.has(fact.accountId)).map((fact) => balanceRow(fact, generation, ctx.timeZone));
  const changed = await putBalances(tx, rows);
  const months = Map.groupBy(
    rows.filter((row) => changed.has(row.psuId)),
    (row) => row.psuId,
  );
  await tellInsightsChanged(ctx, tx, new Map([...months].map(([psuId, told]) => [psuId, new Set(told.map((row) => monthOf(row.day)))])));
}

/** A balance as columns. @throws AmountError when the amount does not fit its currency */
export function balanceRow(
  fact: Pick<BalanceFact, "psuId" | "accountId" | "balanceType" | "amount" | "asOf" | "toldAt">,
  generation: number,
  timeZone: string,
): BalanceRow {
  const { psuId, accountId, balanceType } = fact;
  const { minor: amountMinor, currency } = fromWire(fact.amount);
  const asOf = Temporal.Instant.from(fact.asOf);
  return { psuId, accountId, currency, balanceType, day: bankDay(asOf, timeZone), asOf, toldAt: Temporal.Instant.from(fact.toldAt), amountMinor, generation };
}
