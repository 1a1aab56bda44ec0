import {
  annotateTransactions,
  correctCategory,
  getCategory,
  listCategorised,
  listCounterpartyRules,
  previewCounterpartyRule,
  putCounterpartyRule,
  putNote,
  removeCounterpartyRule,
  removeSplit,
  splitTransaction,
  takeBackCorrection,
} from "@opl/contracts/http/analytics";
import { type BoundRoute, psuRoute } from "@opl/service";
import { ownsAccounts } from "../db/account-store.ts";
import { errors } from "../errors.ts";
import { askMeanings, askTransactions } from "../projections/ledger/query.ts";
import { hasSeries } from "../projections/recurring/store.ts";
import { sayMany, sayOne } from "../usecases/annotate-transaction.ts";
import { askRules, previewRule, removeRule, ruleCounterparty } from "../usecases/rule-counterparty.ts";
import { mergeParts, splitIntoParts } from "../usecases/split-transaction.ts";
import type { AnalyticsContext } from "../usecases/context.ts";

/** The list of entries, why one is where it is, and what the person says about it. */
export function transactionRoutes(ctx: Pick<AnalyticsContext, "db" | "clock" | "timeZone" | "publish" | "settling">): readonly BoundRoute[] {
  const { db } = ctx;
  return [
    psuRoute(listCategorised, async ({ psu: { psuId }, query }) => {
      // A filter that names what is somebody else's is refused whole, in the same words as one that names nothing.
      if (!(await ownsAccounts(db, psuId, [query.accountId ?? []].flat()))) throw errors.ERR_ANALYTICS_ACCOUNT_NOT_FOUND();
      if (query.recurringId !== undefined && !(await hasSeries(db, psuId, query.recurringId))) throw errors.ERR_ANALYTICS_RECURRING_NOT_FOUND();
      return askTransactions(db, psuId, query);
    }),
    psuRoute(getCategory, async ({ psu: { psuId }, params }) => {
      const [answer] = await askMeanings(db, psuId, [params.transactionId]);
      if (answer === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
      return answer;
    }),
    psuRoute(correctCategory, async ({ psu: { psuId }, params, body }) => sayOne(ctx, { psuId, ...params }, body)),
    psuRoute(takeBackCorrection, async ({ psu: { psuId }, params }) => sayOne(ctx, { psuId, ...params }, { category: null })),
    psuRoute(putNote, async ({ psu: { psuId }, params, body }) => sayOne(ctx, { psuId, ...params }, body)),
    psuRoute(previewCounterpartyRule, async ({ psu: { psuId }, params, query }) => previewRule(ctx, { psuId, ...params }, query.category)),
    psuRoute(putCounterpartyRule, async ({ psu: { psuId }, params, body }) => ruleCounterparty(ctx, { psuId, ...params }, body.category)),
    psuRoute(listCounterpartyRules, async ({ psu: { psuId } }) => askRules(ctx, psuId)),
    psuRoute(removeCounterpartyRule, async ({ psu: { psuId }, params }) => removeRule(ctx, { psuId, ...params })),
    psuRoute(splitTransaction, async ({ psu: { psuId }, params, body }) => splitIntoParts(ctx, { psuId, ...params }, body.parts)),
    psuRoute(removeSplit, async ({ psu: { psuId }, params }) => mergeParts(ctx, { psuId, ...params })),
    psuRoute(annotateTransactions, async ({ psu: { psuId }, body }) => sayMany(ctx, psuId, body.annotations)),
  ];
}
