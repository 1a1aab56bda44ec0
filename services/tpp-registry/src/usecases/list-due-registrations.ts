import type { RegistryContext } from "../context.ts";
import { listDue } from "../db/registration-store.ts";

/** Registrations that can be taken further now. */
export function listDueRegistrations(ctx: Pick<RegistryContext, "db" | "clock">): Promise<readonly string[]> {
  return listDue(ctx.db, ctx.clock.now());
}
