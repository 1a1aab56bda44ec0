import { takeDueRevocations } from "../db/revocation-store.ts";
import type { GatewayContext } from "./context.ts";
import { tellRevocation } from "./tell-revocation.ts";

const atOnce = 20;
/** Longer than a telling takes; a process that dies in between leaves it to the next. */
const holdMinutes = 2;

/** Tells the banks what could not be told before. */
export async function retryRevocations(ctx: Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">, signal: AbortSignal): Promise<void> {
  const now = ctx.clock.now();
  for (const due of await takeDueRevocations(ctx.db, now, now.add({ minutes: holdMinutes }), atOnce)) {
    if (signal.aborted) return;
    await tellRevocation(ctx, due);
  }
}
