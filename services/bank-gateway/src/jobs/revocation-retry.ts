import { startTimer } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { retryRevocations } from "../usecases/retry-revocations.ts";

/** Tells banks of consents that ended while they could not be reached, or by a fact. */
export function startRevocationRetry(ctx: GatewayContext) {
  return startTimer({ name: "revocation-retry", everyMs: 5_000, logger: ctx.logger, run: (signal) => retryRevocations(ctx, signal) });
}
