import type { Transaction } from "kysely";
import { deleteAccounts, markAccountsErased } from "../db/account-store.ts";
import { deleteAnnotationsOfAccounts, saidBy } from "../db/annotation-store.ts";
import { deleteConfirmedOfAccounts } from "../db/confirmed-charge-store.ts";
import { deleteRules, rulesOf } from "../db/counterparty-rule-store.ts";
import { lockPeople, markUnsettled } from "../db/person-store.ts";
import { deleteSplitsOfAccounts } from "../db/split-store.ts";
import type { Tables } from "../db/tables.ts";
import { summed } from "../projections/entry-change.ts";
import { addToMonths } from "../projections/cash-flow/store.ts";
import { cleanCounterparty, counterpartyTextOf } from "../domain/counterparty.ts";
import { monthOf } from "../domain/calendar.ts";
import { allRowsOf, deleteRowsOfAccounts } from "../projections/ledger/store.ts";
import { deleteQuestionsOfAccounts } from "../projections/questions/store.ts";
import { deleteSeriesOfAccounts } from "../projections/recurring/store.ts";
import type { AnalyticsContext } from "./context.ts";
import { tellInsightsChanged } from "./tell-insights-changed.ts";

export interface ErasedAccounts {
  readonly psuId: string;
  readonly accountIds: readonly string[];
}

/** Forgets accounts and everything that follows from them, and refuses what comes late. */
export async function eraseAccounts(
  ctx: Pick<AnalyticsContext, "clock" | "publish" | "settling">,
  tx: Transaction<Tables>,
  { psuId, accountIds }: ErasedAccounts,
): Promise<void> {
  if (!(await lockPeople(tx, [psuId])).has(psuId)) return;
  const said = (await saidBy(tx, [psuId])).get(psuId);
  await markAccountsErased(tx, psuId, accountIds);
  await deleteAccounts(tx, psuId, accountIds);
  await deleteAnnotationsOfAccounts(tx, psuId, accountIds);
  await deleteSplitsOfAccounts(tx, psuId, accountIds);
  await deleteConfirmedOfAccounts(tx, psuId, accountIds);
  await deleteSeriesOfAccounts(tx, psuId, accountIds);
  await deleteQuestionsOfAccounts(tx, psuId, accountIds);
  const gone = await deleteRowsOfAccounts(tx, psuId, accountIds);
  await deleteUnusedRules(tx, psuId);
  await addToMonths(
    tx,
    gone.map((row) => ({ before: summed(row, said), after: null })),
  );
  await markUnsettled(tx, [psuId], { at: ctx.clock.now(), ...ctx.settling });
  await tellInsightsChanged(ctx, tx, new Map([[psuId, new Set(gone.map((row) => monthOf(row.bookingDate)))]]));
}

/** A rule whose counterparty only the erased accounts knew would keep its name. */
async function deleteUnusedRules(tx: Transaction<Tables>, psuId: string): Promise<void> {
  const rules = await rulesOf(tx, psuId);
  if (rules.length === 0) return;
  const keyOf = (text: string): string => cleanCounterparty(text).key;
  const texts = new Set((await allRowsOf(tx, psuId)).map(counterpartyTextOf));
  const used = new Set([...texts].map(keyOf));
  await deleteRules(
    tx,
    psuId,
    rules.flatMap(({ counterpartyRuleId, counterpartyText }) => (used.has(keyOf(counterpartyText)) ? [] : [counterpartyRuleId])),
  );
}
