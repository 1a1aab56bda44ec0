import type { ConsentContext } from "../context.ts";
import { listToRemind, listUnconfirmed } from "../db/consent-store.ts";
import { applyCommand } from "./apply-command.ts";
import { applyWhenDue } from "./apply-when-due.ts";

export interface WatchedReconfirmations {
  readonly reminded: number;
  readonly paused: number;
}

/** Pauses what nobody confirmed in time, and reminds of what must be confirmed soon: once for each warning day. */
export async function watchReconfirmations(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<WatchedReconfirmations> {
  const paused = await applyWhenDue(ctx, listUnconfirmed, (tx, key, at) => applyCommand(tx, key, { type: "lapse", at }), signal);
  return { paused, reminded: await applyWhenDue(ctx, listToRemind, (tx, key, at) => applyCommand(tx, key, { type: "remind", at }), signal) };
}
