import { setTimeout as delay } from "node:timers/promises";
import { withSpan } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";

export interface TimerOptions {
  readonly name: string;
  /** Pause between the end of one run and the start of the next. */
  readonly everyMs: number;
  readonly logger: Logger;
  readonly run: (signal: AbortSignal) => Promise<unknown>;
}

export interface Timer extends AsyncDisposable {
  /** Runs as soon as possible instead of waiting for the next turn. */
  wake(): void;
}

/** Runs a job at once and then again and again, never twice at a time. A failed run is logged and the next one comes. */
export function startTimer({ name, everyMs, logger, run }: TimerOptions): Timer {
  const stopped = new AbortController();
  let pause = new AbortController();
  let awake = false;
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      awake = false;
      try {
        await withSpan(`job ${name}`, { "job.name": name }, () => run(stopped.signal));
      } catch (error) {
        if (!stopped.signal.aborted) logger.error({ err: error, job: name }, "job failed");
      }
      if (awake) continue;
      pause = new AbortController();
      await delay(everyMs, undefined, { signal: AbortSignal.any([pause.signal, stopped.signal]) }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    wake: () => {
      awake = true;
      pause.abort();
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await running;
    },
  };
}
