import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { BffContext } from "../context.ts";
import { prune } from "../usecases/prune.ts";

const everyMs = 10 * 60_000;

/** Deletes what has had its time. Several replicas may do so at once. */
export function startPruning(ctx: Pick<BffContext, "db" | "clock" | "logger">): Timer {
  return startTimer({ name: "prune", everyMs, logger: ctx.logger, run: () => prune(ctx) });
}
