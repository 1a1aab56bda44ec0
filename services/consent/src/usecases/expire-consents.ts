import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { listRunOut } from "../db/consent-store.ts";
import { applyCommand } from "./apply-command.ts";

const batch = 200;

/** Ends every consent whose time is over, each in a transaction of its own. @returns how many */
export async function expireConsents(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  let expired = 0;
  for (;;) {
    const now = ctx.clock.now();
    const keys = await listRunOut(ctx.db, now, batch);
    for (const key of keys) {
      if (signal?.aborted === true) return expired;
      const applied = await inTransaction(ctx.db, (tx) => applyCommand(tx, key, { type: "expire", at: now }));
      if (applied.kind === "changed") expired += 1;
    }
    if (keys.length < batch) return expired;
  }
}
