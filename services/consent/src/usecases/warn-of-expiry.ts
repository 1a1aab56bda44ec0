import type { ConsentContext } from "../context.ts";
import { listToWarn } from "../db/consent-store.ts";
import { applyCommand } from "./apply-command.ts";
import { applyWhenDue } from "./apply-when-due.ts";

/** Says of every consent near its end how many days are left: once for each warning day. @returns how many */
export function warnOfExpiry(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  return applyWhenDue(ctx, listToWarn, (tx, key, at) => applyCommand(tx, key, { type: "warn", at }), signal);
}
