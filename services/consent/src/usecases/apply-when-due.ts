import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";

const batch = 200;

/** Applies a command of the clock to everything that is due for it, each in a transaction of its own. @returns how many changed */
export async function applyWhenDue<Key>(
  ctx: Pick<ConsentContext, "db" | "clock">,
  list: (db: ConsentContext["db"], now: Temporal.Instant, limit: number) => Promise<readonly Key[]>,
  apply: (tx: Transaction<ConsentTables>, key: Key, at: Temporal.Instant) => Promise<{ readonly kind: string } | undefined>,
  signal?: AbortSignal,
): Promise<number> {
  let changed = 0;
  for (;;) {
    const now = ctx.clock.now();
    const keys = await list(ctx.db, now, batch);
    for (const key of keys) {
      if (signal?.aborted === true) return changed;
      const applied = await inTransaction(ctx.db, (tx) => apply(tx, key, now));
      if (applied?.kind === "changed") changed += 1;
    }
    if (keys.length < batch) return changed;
  }
}
