import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { wholeOf } from "./parts.ts";

export function insightRoutes({ clients: { analytics } }: Pick<BffContext, "clients">): readonly BoundRoute[] {
  return [
    psuRoute(contracts.getCashFlow, async ({ query, ...asking }) => analytics.cashFlow({ ...wholeOf(asking), query })),
    psuRoute(contracts.getSpending, async ({ query, ...asking }) => analytics.spending({ ...wholeOf(asking), query })),
    psuRoute(contracts.getRecurring, async (asking) => analytics.listRecurring(wholeOf(asking))),
    psuRoute(contracts.getNetWorth, async ({ query, ...asking }) => analytics.netWorth({ ...wholeOf(asking), query })),
    psuRoute(contracts.getForecast, async ({ query, ...asking }) => analytics.forecast({ ...wholeOf(asking), query })),
    psuRoute(contracts.getBudgets, async (asking) => analytics.listBudgets(wholeOf(asking))),
    psuRoute(contracts.setBudget, async ({ params, body, ...asking }) => {
      await analytics.putBudget({ ...wholeOf(asking), params, body });
    }),
    psuRoute(contracts.removeBudget, async ({ params, ...asking }) => {
      await analytics.removeBudget({ ...wholeOf(asking), params });
    }),
  ];
}
