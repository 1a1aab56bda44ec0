import { startTimer, type Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { advanceRegistration } from "../usecases/advance-registration.ts";
import { beginPlanned } from "../usecases/begin-planned.ts";
import { listDueRegistrations } from "../usecases/list-due-registrations.ts";

const everyMs = 500;
/** Between two looks at the whole plan, when nobody asks for one: what comes with time, such as a renewal, waits so long at most. */
const planEveryMs = 2_000;

/** Makes what the desired state wants: begins what the plan says, and takes running registrations further, step by step. */
export function startRegistrar(ctx: RegistryContext, logger: Logger): Timer {
  const log = logger.child({ subsystem: "registrar" });
  const troubles = new Map<string, string>();
  let plannedAt: Temporal.Instant | null = null;
  const timer = startTimer({
    name: "registrar",
    everyMs,
    logger: log,
    run: async (signal) => {
      if (plannedAt === null || plannedAt.until(ctx.clock.now()).total("milliseconds") >= planEveryMs) {
        plannedAt = ctx.clock.now();
        await begin(ctx, troubles, log);
      }
      for (const registrationId of await listDueRegistrations(ctx)) {
        for (let going = true; going && !signal.aborted;) {
          const advance = await advanceRegistration(ctx, registrationId);
          going = advance.kind === "step-done";
          if (advance.kind === "step-done") log.info({ registrationId, step: advance.step }, "registration step done");
          else if (advance.kind === "completed") log.info({ registrationId }, "registration completed");
          else if (advance.kind !== "nothing") log.warn({ registrationId, step: advance.step, err: advance.error }, `registration ${advance.kind}`);
        }
      }
    },
  });
  return {
    wake() {
      plannedAt = null;
      timer.wake();
    },
    [Symbol.asyncDispose]: () => timer[Symbol.asyncDispose](),
  };
}

/** The same trouble at a bank is told once, not at every turn. */
async function begin(ctx: RegistryContext, troubles: Map<string, string>, log: Logger): Promise<void> {
  for (const { aspspId, action, reason, error } of await beginPlanned(ctx)) {
    if (error === null) {
      troubles.delete(aspspId);
      log.info({ aspspId, action, reason }, "begun as the desired state wants it");
    } else if (troubles.get(aspspId) !== error.code) {
      troubles.set(aspspId, error.code);
      log.warn({ aspspId, action, err: error }, "this cannot begin yet");
    }
  }
}
