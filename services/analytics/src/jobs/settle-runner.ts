import { type Timer, startTimer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { AnalyticsContext } from "../usecases/context.ts";
import { settleNext } from "../usecases/settle-person.ts";

const everyMs = 250;

/** Works out transfers and recurring payments of everybody whose turn has come. */
export function startSettleRunner(ctx: AnalyticsContext, logger: Logger): Timer {
  return startTimer({
    name: "settle-runner",
    everyMs,
    logger: logger.child({ subsystem: "settle-runner" }),
    run: async (signal) => {
      while (!signal.aborted && (await settleNext(ctx)));
    },
  });
}
