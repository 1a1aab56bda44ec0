import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import { dateGivenFunds, scheduleFundsWarnings } from "../db/funds-store.ts";
import { endLapsedAuthorisations } from "../usecases/end-lapsed-authorisations.ts";
import { expireConsents } from "../usecases/expire-consents.ts";
import { expireFundsConsents, warnOfFundsEnds } from "../usecases/funds-consents.ts";
import { warnOfExpiry } from "../usecases/warn-of-expiry.ts";
import { watchReconfirmations } from "../usecases/watch-reconfirmations.ts";

const everyMs = 5_000;

/** Ends what time has ended: attempts, then consents and permissions to ask for funds; and says before which of them will end or must be confirmed. */
export function startConsentClock(ctx: Pick<ConsentContext, "db" | "clock">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "consent-clock" });
  return startTimer({
    name: "consent-clock",
    everyMs,
    logger: log,
    run: async (signal) => {
      const lapsed = await endLapsedAuthorisations(ctx, signal);
      const dated = await dateGivenFunds(ctx.db);
      const expired = (await expireConsents(ctx, signal)) + (await expireFundsConsents(ctx, signal));
      const scheduled = await scheduleFundsWarnings(ctx.db, ctx.clock.now());
      const warned = (await warnOfExpiry(ctx, signal)) + (await warnOfFundsEnds(ctx, signal));
      const { paused, reminded } = await watchReconfirmations(ctx, signal);
      const moved = { lapsed, dated, expired, scheduled, warned, paused, reminded };
      if (Object.values(moved).some((count) => count > 0)) log.info(moved, "time moved consents");
    },
  });
}
