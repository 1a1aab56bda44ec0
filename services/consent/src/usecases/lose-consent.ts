import { inTransaction } from "@opl/postgres";
import type { Executor } from "@opl/postgres";
import type { ConsentContext } from "../context.ts";
import { lockUntaken } from "../db/authorisation-store.ts";
import type { ConsentKey } from "../db/consent-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { errors } from "../errors.ts";
import { applyCommand } from "./apply-command.ts";
import { applyToFunds } from "./apply-to-funds.ts";
import { endAttempt } from "./end-attempt.ts";

/** The consent, or the permission to ask for funds, is gone at the bank or for us, as the gateway found: reflect it. One we do not know (any more) needs nothing. */
export async function loseConsent(
  ctx: Pick<ConsentContext, "clock"> & { readonly db: Executor<ConsentTables> },
  key: ConsentKey,
  { by, code }: { readonly by: "tpp" | "aspsp"; readonly code: string },
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const at = ctx.clock.now();
    const untaken = await lockUntaken(tx, key);
    const lose = { type: "lose", at, by, code } as const;
    const applied = await applyCommand(tx, key, lose);
    if (applied.kind === "not-found") await applyToFunds(tx, { psuId: key.psuId, fundsConsentId: key.consentId }, lose);
    if (applied.kind === "changed" && untaken !== undefined)
      await endAttempt(tx, untaken, { outcome: { outcome: "failed", reason: errors.ERR_AUTHORISATION_CONSENT_ENDED.code }, by, at });
  });
}
