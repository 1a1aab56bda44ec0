import { startTimer, type Timer } from "@opl/service";
import { gauge, type Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { checkDueDrift } from "../usecases/check-drift.ts";
import { readDriftFigures } from "../usecases/read-drift-figures.ts";

const longestPauseMs = 5_000;

/** Asks each bank at an interval what it has on record of us, and shows as a metric where that differs from what we registered. */
export function startDriftWatch(ctx: RegistryContext, everySeconds: number, whenChanged: () => void, logger: Logger): Timer {
  const log = logger.child({ subsystem: "drift" });
  const shown = new Map<string, number>();
  const watched = new Set<string>();
  const gauges = new DisposableStack();
  const timer = startTimer({
    name: "drift",
    everyMs: Math.min(longestPauseMs, (everySeconds * 1000) / 20),
    logger: log,
    run: async (signal) => {
      for (let going = true; going && !signal.aborted;) {
        const looks = await checkDueDrift(ctx, everySeconds);
        going = looks.length > 0;
        for (const { error, found, ...at } of looks) {
          if (error !== null) log.info({ ...at, code: error.code }, "the bank could not be asked for its record of us");
          else if (found === "drifted" || found === "unknown") log.warn({ ...at, found }, "the bank's record of us is not what we registered");
        }
        if (looks.some(({ found }) => found === "drifted" || found === "unknown")) whenChanged();
      }
      const figures = await readDriftFigures(ctx);
      shown.clear();
      for (const { aspspId, drifted } of figures) shown.set(aspspId, drifted ? 1 : 0);
      for (const { aspspId } of figures) {
        if (watched.has(aspspId)) continue;
        watched.add(aspspId);
        gauges.use(
          gauge("tpp_registration_drift", "1 where the bank's record of our registration differs from what we registered", () => shown.get(aspspId), {
            aspsp_id: aspspId,
          }),
        );
      }
    },
  });
  return {
    wake: () => timer.wake(),
    async [Symbol.asyncDispose]() {
      await timer[Symbol.asyncDispose]();
      gauges.dispose();
    },
  };
}
