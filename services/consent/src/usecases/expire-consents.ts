import type { ConsentContext } from "../context.ts";
import { listRunOut } from "../db/consent-store.ts";
import { applyWhenDue } from "./apply-when-due.ts";

/** Ends every consent whose time is over. @returns how many */
export function expireConsents(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  return applyWhenDue(ctx, listRunOut, "expire", signal);
}
