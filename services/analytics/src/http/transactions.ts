import { getCategory, listCategorised } from "@opl/contracts/http/analytics";
import { type BoundRoute, psuRoute } from "@opl/service";
import { ownsAccounts } from "../db/account-store.ts";
import { errors } from "../errors.ts";
import { askCategory, askTransactions } from "../projections/ledger/query.ts";
import { hasSeries } from "../projections/recurring/store.ts";
import type { AnalyticsContext } from "../usecases/context.ts";

/** The list of entries, and why one is where it is. */
export function transactionRoutes({ db }: Pick<AnalyticsContext, "db">): readonly BoundRoute[] {
  return [
    psuRoute(listCategorised, async ({ psu: { psuId }, query }) => {
      // A filter that names what is somebody else's is refused whole, in the same words as one that names nothing.
      if (!(await ownsAccounts(db, psuId, [query.accountId ?? []].flat()))) throw errors.ERR_ANALYTICS_ACCOUNT_NOT_FOUND();
      if (query.recurringId !== undefined && !(await hasSeries(db, psuId, query.recurringId))) throw errors.ERR_ANALYTICS_RECURRING_NOT_FOUND();
      return askTransactions(db, psuId, query);
    }),
    psuRoute(getCategory, async ({ psu: { psuId }, params }) => {
      const answer = await askCategory(db, psuId, params.transactionId);
      if (answer === undefined) throw errors.ERR_ANALYTICS_TRANSACTION_NOT_FOUND();
      return answer;
    }),
  ];
}
