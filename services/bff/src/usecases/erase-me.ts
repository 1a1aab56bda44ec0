import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { erasePerson } from "../db/person-store.ts";
import type { BffContext } from "../context.ts";

/** Forgets a person: credentials, sessions and preferences here at once, everything elsewhere by the fact. */
export async function eraseMe(ctx: Pick<BffContext, "db" | "clock">, psuId: string): Promise<void> {
  const erasedAt = ctx.clock.now();
  await inTransaction(ctx.db, async (tx) => {
    if (!(await erasePerson(tx, psuId, erasedAt))) return;
    await publish(tx, { type: "bff.user-erased", subject: psuId, psuId, data: { psuId, erasedAt: erasedAt.toString() } });
  });
}
