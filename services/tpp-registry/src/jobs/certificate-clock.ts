import { startTimer, type Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { RegistryContext } from "../context.ts";
import { warnOfExpiry } from "../usecases/warn-of-expiry.ts";

const everyMs = 60_000;

/** Looks at the end dates of our certificates. */
export function startCertificateClock(ctx: Pick<RegistryContext, "db" | "clock">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "certificate-clock" });
  return startTimer({
    name: "certificate-clock",
    everyMs,
    logger: log,
    run: async () => {
      const told = await warnOfExpiry(ctx);
      if (told > 0) log.warn({ told }, "certificates end soon");
    },
  });
}
