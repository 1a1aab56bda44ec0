import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import { afterCall, healthyFrom } from "../domain/aspsp-health.ts";
import type { AspspHealth, CallOutcome } from "../domain/aspsp-health.ts";

/** Hears of every call and notices when a bank falls ill or gets well. */
export interface HealthMonitor extends AsyncDisposable {
  record(aspspId: string, outcome: CallOutcome): void;
}

export interface HealthMonitorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keeps and tells a change of status. */
  readonly onChange: (aspspId: string, health: AspspHealth) => Promise<void>;
}

/** Each replica judges by its own calls; the database decides who tells. Changes are kept one after the other. */
export function createHealthMonitor({ clock, logger, onChange }: HealthMonitorOptions): HealthMonitor {
  const held = new Map<string, AspspHealth>();
  let telling: Promise<void> = Promise.resolve();
  return {
    record(aspspId, outcome) {
      const now = clock.now();
      const before = held.get(aspspId);
      const after = afterCall(before ?? healthyFrom(now), outcome, now);
      held.set(aspspId, after);
      // The first useful answer after a start is told too: the process before may have left the bank as down.
      if (before?.status === after.status || (before === undefined && outcome === "failed" && after.status === "up")) return;
      telling = telling
        .then(() => onChange(aspspId, after))
        .catch((error: unknown) => logger.error({ err: error, aspspId }, "health of a bank could not be recorded"));
    },
    async [Symbol.asyncDispose]() {
      await telling;
    },
  };
}
