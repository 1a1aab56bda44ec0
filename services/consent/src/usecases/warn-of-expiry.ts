import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { listToWarn } from "../db/consent-store.ts";
import { applyCommand } from "./apply-command.ts";

const batch = 200;

/** Says of every consent near its end how many days are left: once for each warning day. @returns how many */
export async function warnOfExpiry(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  let warned = 0;
  for (;;) {
    const now = ctx.clock.now();
    const keys = await listToWarn(ctx.db, now, batch);
    for (const key of keys) {
      if (signal?.aborted === true) return warned;
      const applied = await inTransaction(ctx.db, (tx) => applyCommand(tx, key, { type: "warn", at: now }));
      if (applied.kind === "changed") warned += 1;
    }
    if (keys.length < batch) return warned;
  }
}
