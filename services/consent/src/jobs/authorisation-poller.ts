import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import { pollAuthorisations } from "../usecases/poll-authorisations.ts";

const everyMs = 1_000;

/** Finds out what people answered in their bank's app. */
export function startAuthorisationPoller(ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "authorisation-poller" });
  return startTimer({
    name: "authorisation-poller",
    everyMs,
    logger: log,
    run: async (signal) => {
      for (const { about, aspspId, ...completed } of await pollAuthorisations(ctx, signal)) {
        if (completed.outcome === "failed")
          log.warn({ securityEvent: "authorisation-return-refused", reason: completed.reason, ...about, aspspId }, "a decoupled authorisation failed");
        else log.info({ ...about, outcome: completed.outcome }, "a person answered in the bank's app");
      }
    },
  });
}
