import { startTimer, type Timer } from "@opl/service";
import { isOplError } from "@opl/errors";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { listDueRegistrations } from "../usecases/list-due-registrations.ts";
import { advanceRegistration } from "../usecases/advance-registration.ts";
import { startRegistration } from "../usecases/start-registration.ts";

const everyMs = 500;

/** Registers at every bank we want to be registered at, and takes running registrations further, step by step. */
export function startRegistrar(ctx: RegistryContext, wanted: readonly string[], logger: Logger): Timer {
  const log = logger.child({ subsystem: "registrar" });
  const missing = new Set(wanted);
  return startTimer({
    name: "registrar",
    everyMs,
    logger: log,
    run: async (signal) => {
      for (const aspspId of missing) {
        try {
          await startRegistration(ctx, aspspId);
          missing.delete(aspspId);
        } catch (error) {
          if (!isOplError(error) || error.kind !== "unavailable") throw error;
          log.info({ aspspId }, "the gateway does not answer yet");
          return;
        }
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
}
