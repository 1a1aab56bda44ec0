import { startTimer } from "@opl/service";
import type { Timer } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { ConsentContext } from "../context.ts";
import { tellAspsp } from "../usecases/tell-aspsp.ts";

const everyMs = 2_000;

/** Carries out the orders to forget tokens that nobody carried out at once. */
export function startRevocationRunner(ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">, logger: Logger): Timer {
  const log = logger.child({ subsystem: "revocation-runner" });
  return startTimer({
    name: "revocation-runner",
    everyMs,
    logger: log,
    run: async (signal) => {
      while (!signal.aborted) {
        const told = await tellAspsp(ctx);
        if (told.kind === "nothing") return;
        if (told.kind === "told") log.info({ consentId: told.consentId }, "the gateway was told of the end of a consent");
        else log.warn({ consentId: told.consentId, err: told.error }, "the gateway is told later");
      }
    },
  });
}
