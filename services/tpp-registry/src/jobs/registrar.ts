import { startTimer, type Timer } from "@opl/service";
import { toOplError } from "@opl/errors";
import { isFinal } from "../domain/registration.ts";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { listDueRegistrations } from "../usecases/list-due-registrations.ts";
import { advanceRegistration } from "../usecases/advance-registration.ts";
import { beginDueRenewals } from "../usecases/renew-registration.ts";
import { startRegistration } from "../usecases/start-registration.ts";

const everyMs = 500;

export interface RegistrarOptions {
  readonly wanted: readonly string[];
  readonly renewBeforeDays: number;
}

/** Registers at every bank we want to be registered at, begins renewals when they are due, and takes running registrations further, step by step. */
export function startRegistrar(ctx: RegistryContext, { wanted, renewBeforeDays }: RegistrarOptions, logger: Logger): Timer {
  const log = logger.child({ subsystem: "registrar" });
  const missing = new Set(wanted);
  return startTimer({
    name: "registrar",
    everyMs,
    logger: log,
    run: async (signal) => {
      for (const aspspId of missing) await begin(ctx, aspspId, missing, log);
      for (const aspspId of await beginDueRenewals(ctx, wanted, renewBeforeDays)) log.info({ aspspId }, "renewal of the registration begun");
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

/** One bank's trouble is no other's: whatever happens here, the registrations that are running go on. */
async function begin(ctx: RegistryContext, aspspId: string, missing: Set<string>, log: Logger): Promise<void> {
  try {
    await startRegistration(ctx, aspspId);
    missing.delete(aspspId);
  } catch (cause) {
    const error = toOplError(cause);
    if (isFinal(error)) {
      // A name nobody knows, or a bank that takes none: asking again would not help.
      missing.delete(aspspId);
      log.error({ aspspId, err: error }, "this bank cannot be registered at; see OPL_TPP_ASPSPS");
    } else log.info({ aspspId, code: error.code }, "the registration cannot begin yet");
  }
}
