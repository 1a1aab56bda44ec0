import { inTransaction } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { eraseConsents, listConsentKeys } from "../db/consent-store.ts";
import { lockPsu, recordErasure } from "../db/erasure-store.ts";
import { requestRevocation } from "../db/revocation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { applyCommand } from "./apply-command.ts";

/**
 * The right to erasure: ends every consent that still runs, tells everyone, and forgets the person. What remains is a
 * tombstone, so that nothing under way brings them back, and the orders to the gateway until they are carried out.
 */
export async function erasePsu(ctx: Pick<ConsentContext, "clock"> & { readonly db: Executor<ConsentTables> }, psuId: string): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const at = ctx.clock.now();
    await lockPsu(tx, psuId);
    for (const key of await listConsentKeys(tx, psuId)) {
      const applied = await applyCommand(tx, key, { type: "revoke", at, by: "tpp", keepData: false });
      if (applied.kind === "changed") await requestRevocation(tx, { ...key, aspspId: applied.consent.aspspId }, at);
    }
    await eraseConsents(tx, psuId);
    await recordErasure(tx, psuId, at);
  });
}
