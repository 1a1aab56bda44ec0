import { startTimer } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { refreshLapsing } from "../usecases/refresh-lapsing.ts";

/** Refreshes what would lapse before the next sync. Often enough for what ends within the hour to be tried more than once. */
export function startTokenRefresh(ctx: GatewayContext) {
  return startTimer({ name: "token-refresh", everyMs: 5 * 60_000, logger: ctx.logger, run: (signal) => refreshLapsing(ctx, signal) });
}
