import type { ConsentContext } from "../context.ts";
import { listToRemind, listUnconfirmed } from "../db/consent-store.ts";
import { applyWhenDue } from "./apply-when-due.ts";

export interface WatchedReconfirmations {
  readonly reminded: number;
  readonly paused: number;
}

/** Pauses what nobody confirmed in time, and reminds of what must be confirmed soon: once for each warning day. */
export async function watchReconfirmations(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<WatchedReconfirmations> {
  const paused = await applyWhenDue(ctx, listUnconfirmed, "lapse", signal);
  return { paused, reminded: await applyWhenDue(ctx, listToRemind, "remind", signal) };
}
