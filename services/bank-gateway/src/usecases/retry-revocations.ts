import { banksOfDueRevocations, takeDueRevocation } from "../db/revocation-store.ts";
import { besideEachOther } from "./beside-each-other.ts";
import type { GatewayContext } from "./context.ts";
import { tellRevocation } from "./tell-revocation.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/** Longer than a telling takes; a process that dies in between leaves it to the next. */
const holdMinutes = 2;

/**
 * Tells the banks what could not be told before: banks beside each other, each one thing after another, taken right before it is told, so that
 * nobody else tells it and who is stopped leaves the others as they were. A bank that could not be told is left alone until the next time.
 */
export async function retryRevocations(ctx: Context, signal: AbortSignal): Promise<void> {
  await besideEachOther(await banksOfDueRevocations(ctx.db, ctx.clock.now()), (aspspId) => tellBank(ctx, aspspId, signal));
}

async function tellBank(ctx: Context, aspspId: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = ctx.clock.now();
    const due = await takeDueRevocation(ctx.db, aspspId, now, now.add({ minutes: holdMinutes }));
    if (due === undefined || !(await tellRevocation(ctx, due))) return;
  }
}
