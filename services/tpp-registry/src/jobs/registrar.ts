import { startTimer, type Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { nextTryAt } from "../domain/registration.ts";
import { advanceRegistration } from "../usecases/advance-registration.ts";
import { beginPlanned } from "../usecases/begin-planned.ts";
import { listDueRegistrations } from "../usecases/list-due-registrations.ts";

/** What comes with time, such as a renewal, waits so long at most; what is asked for wakes. */
const planEveryMs = 2_000;
const advanceEveryMs = 500;
/** Banks that are talked to side by side: one that takes its time keeps no other waiting. */
const atOnce = 8;

/** Makes what the desired state wants: begins what the plan says, and takes running registrations further, step by step. */
export function startRegistrar(ctx: RegistryContext, logger: Logger): Timer {
  const log = logger.child({ subsystem: "registrar" });
  const troubles = new Map<string, Trouble>();
  const going = new Map<string, Promise<void>>();
  const take = async (registrationId: string, signal: AbortSignal): Promise<void> => {
    const settled = await takeFurther(ctx, registrationId, signal, log);
    going.delete(registrationId);
    // Its place is free for the next.
    if (settled) advance.wake();
  };
  const advance = startTimer({
    name: "registrar",
    everyMs: advanceEveryMs,
    logger: log,
    run: async (signal) => {
      for (const registrationId of await listDueRegistrations(ctx)) {
        if (going.size >= atOnce) return;
        if (going.has(registrationId)) continue;
        going.set(registrationId, take(registrationId, signal));
      }
    },
  });
  const plan = startTimer({
    name: "reconciler",
    everyMs: planEveryMs,
    logger: log,
    run: async () => {
      if (await begin(ctx, troubles, log)) advance.wake();
    },
  });
  return {
    wake() {
      plan.wake();
      advance.wake();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([plan[Symbol.asyncDispose](), advance[Symbol.asyncDispose]()]);
      await Promise.all(going.values());
    },
  };
}

/** As far as it goes. @returns whether it came to a rest that is written down, so that it is not due again at once */
async function takeFurther(ctx: RegistryContext, registrationId: string, signal: AbortSignal, log: Logger): Promise<boolean> {
  try {
    while (!signal.aborted) {
      const advance = await advanceRegistration(ctx, registrationId);
      if (advance.kind === "step-done") log.info({ registrationId, step: advance.step }, "registration step done");
      else if (advance.kind === "completed") log.info({ registrationId }, "registration completed");
      else if (advance.kind !== "nothing") log.warn({ registrationId, step: advance.step, err: advance.error }, `registration ${advance.kind}`);
      if (advance.kind !== "step-done") return advance.kind !== "nothing";
    }
  } catch (error) {
    log.error({ registrationId, err: error }, "the registration could not be taken further");
  }
  return false;
}

interface Trouble {
  readonly code: string;
  readonly tries: number;
  readonly pausedUntil: Temporal.Instant;
}

/** What cannot begin, such as leaving a bank that is down, is tried again after growing pauses, and told once. @returns whether anything began */
async function begin(ctx: RegistryContext, troubles: Map<string, Trouble>, log: Logger): Promise<boolean> {
  const now = ctx.clock.now();
  const isPaused = (aspspId: string): boolean => Temporal.Instant.compare(troubles.get(aspspId)?.pausedUntil ?? now, now) > 0;
  const outcomes = await beginPlanned(ctx, isPaused);
  for (const { aspspId, action, reason, error, untold } of outcomes) {
    const before = troubles.get(aspspId);
    if (error === null) {
      troubles.delete(aspspId);
      log.info({ aspspId, action, reason }, "begun as the desired state wants it");
      if (untold.length > 0) log.warn({ aspspId, untold }, "ended with us alone: the gateway no longer knows this bank, which may still have us on record");
      continue;
    }
    const tries = (before?.tries ?? 0) + 1;
    troubles.set(aspspId, { code: error.code, tries, pausedUntil: nextTryAt(ctx.clock.now(), tries, error.retryAfterSeconds) });
    if (before?.code !== error.code) log.warn({ aspspId, action, err: error }, "this cannot begin yet");
  }
  return outcomes.length > 0;
}
