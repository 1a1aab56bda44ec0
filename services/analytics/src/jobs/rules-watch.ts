import { inTransaction } from "@opl/postgres";
import { type Timer, startTimer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import { markUnsettledByRules } from "../db/person-store.ts";
import { rulesVersion } from "../domain/category-rules/index.ts";
import type { AnalyticsContext } from "../usecases/context.ts";

const everyMs = 60_000;

/**
 * Has people settled again whom a process of an older version settled after this one started. Only older ones: of two versions that run
 * side by side while one rolls out, the newer has the last word.
 */
export function startRulesWatch(ctx: Pick<AnalyticsContext, "db" | "clock">, logger: Logger): Timer {
  return startTimer({
    name: "rules-watch",
    everyMs,
    logger: logger.child({ subsystem: "rules-watch" }),
    run: () => inTransaction(ctx.db, (tx) => markUnsettledByRules(tx, "older", rulesVersion, ctx.clock.now())),
  });
}
