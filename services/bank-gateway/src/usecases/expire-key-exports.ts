import { inTransaction } from "@opl/postgres";
import { listRunOutKeyExports, lockKeyExport } from "../db/key-export-store.ts";
import type { GatewayContext } from "./context.ts";
import { endIfRunOut } from "./step-key-export.ts";

const atOnce = 100;

/** Ends the exports whose time is over and that nobody touched since. */
export async function expireKeyExports(ctx: Pick<GatewayContext, "db" | "clock">): Promise<void> {
  for (const exportId of await listRunOutKeyExports(ctx.db, ctx.clock.now(), atOnce)) {
    await inTransaction(ctx.db, async (tx) => {
      const found = await lockKeyExport(tx, exportId);
      if (found !== undefined) await endIfRunOut(tx, ctx, found);
    });
  }
}
