import { inTransaction } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import type { ConsentKey } from "../db/consent-store.ts";
import type { Command } from "../domain/consent.ts";
import { applyCommand } from "./apply-command.ts";

const batch = 200;

type ClockCommand = Extract<Command["type"], "expire" | "warn" | "remind" | "lapse">;

/** Applies one command to every consent that is due for it, each in a transaction of its own. @returns how many changed */
export async function applyWhenDue(
  ctx: Pick<ConsentContext, "db" | "clock">,
  list: (db: ConsentContext["db"], now: Temporal.Instant, limit: number) => Promise<readonly ConsentKey[]>,
  type: ClockCommand,
  signal?: AbortSignal,
): Promise<number> {
  let changed = 0;
  for (;;) {
    const now = ctx.clock.now();
    const keys = await list(ctx.db, now, batch);
    for (const key of keys) {
      if (signal?.aborted === true) return changed;
      const applied = await inTransaction(ctx.db, (tx) => applyCommand(tx, key, { type, at: now }));
      if (applied.kind === "changed") changed += 1;
    }
    if (keys.length < batch) return changed;
  }
}
