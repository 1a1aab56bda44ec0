import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import { finishErasures } from "../usecases/finish-erasures.ts";

const everyMs = 10_000;

/** Takes the facts about erased people out of outbox and stream. */
export function startErasureRunner(ctx: Pick<ConsentContext, "db" | "clock" | "purgeFacts">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "erasure-runner" });
  return startTimer({
    name: "erasure-runner",
    everyMs,
    logger: log,
    run: async (signal) => {
      const finished = await finishErasures(ctx, signal);
      if (finished > 0) log.info({ people: finished }, "facts about erased people are gone");
    },
  });
}
