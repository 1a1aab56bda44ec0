import type { ConsentContext } from "../context.ts";
import { listRunOut } from "../db/consent-store.ts";
import { applyCommand } from "./apply-command.ts";
import { applyWhenDue } from "./apply-when-due.ts";

/** Ends every consent whose time is over. @returns how many */
export function expireConsents(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  return applyWhenDue(ctx, listRunOut, (tx, key, at) => applyCommand(tx, key, { type: "expire", at }), signal);
}
