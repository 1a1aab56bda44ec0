import type { BoundRoute } from "@opl/service";
import type { AnalyticsContext } from "../usecases/context.ts";
import { insightRoutes } from "./insights.ts";
import { operationRoutes } from "./operations.ts";
import { transactionRoutes } from "./transactions.ts";

/** Every route of this service. */
export function routes(ctx: AnalyticsContext): readonly BoundRoute[] {
  return [...transactionRoutes(ctx), ...insightRoutes(ctx), ...operationRoutes(ctx)];
}
