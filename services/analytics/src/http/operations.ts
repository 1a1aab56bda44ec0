import { accountTotals, rebuildProjections } from "@opl/contracts/http/analytics";
import { type BoundRoute, route } from "@opl/service";
import { askAccountTotals } from "../projections/ledger/totals.ts";
import type { AnalyticsContext } from "../usecases/context.ts";
import { rebuildProjections as rebuild } from "../usecases/rebuild-projections.ts";

/** For operators: make everything anew, and compare with the ledger. */
export function operationRoutes(ctx: AnalyticsContext): readonly BoundRoute[] {
  return [
    route(rebuildProjections, async ({ log }) => {
      const rebuilt = await rebuild(ctx);
      log.info(rebuilt, "projections rebuilt");
      return rebuilt;
    }),
    route(accountTotals, () => askAccountTotals(ctx.db)),
  ];
}
