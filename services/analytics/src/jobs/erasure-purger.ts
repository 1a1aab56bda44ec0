import { type Timer, startTimer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { AnalyticsContext } from "../usecases/context.ts";
import { purgeErased } from "../usecases/purge-erased.ts";

const everyMs = 5_000;

/** Carries an erasure on to the event server. */
export function startErasurePurger(ctx: AnalyticsContext, logger: Logger): Timer {
  const log = logger.child({ subsystem: "erasure-purger" });
  return startTimer({
    name: "erasure-purger",
    everyMs,
    logger: log,
    run: async () => {
      const people = await purgeErased(ctx);
      if (people > 0) log.info({ people }, "facts about forgotten people removed");
    },
  });
}
