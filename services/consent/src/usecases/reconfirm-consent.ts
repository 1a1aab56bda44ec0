import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { getConsent } from "../db/consent-store.ts";
import type { ConsentRecord } from "../db/consent-store.ts";
import { errors } from "../errors.ts";
import { applyCommand } from "./apply-command.ts";

/**
 * The person says that reading may go on (UK RTS art. 10A). The bank is not told; twice on one day is once.
 * @throws ERR_CONSENT_NOT_FOUND, ERR_CONSENT_ENDED, ERR_CONSENT_SCA_REQUIRED
 */
export async function reconfirmConsent(
  ctx: Pick<ConsentContext, "db" | "clock">,
  { psu, consentId }: { readonly psu: PsuContext; readonly consentId: string },
): Promise<ConsentRecord> {
  const key = { psuId: psu.psuId, consentId };
  const applied = await inTransaction(ctx.db, (tx) => applyCommand(tx, key, { type: "reconfirm", at: ctx.clock.now() }));
  if (applied.kind === "refused") throw applied.refusal === "sca-required" ? errors.ERR_CONSENT_SCA_REQUIRED() : errors.ERR_CONSENT_ENDED();
  const found = applied.kind === "not-found" ? undefined : await getConsent(ctx.db, key);
  if (found === undefined) throw errors.ERR_CONSENT_NOT_FOUND();
  return found;
}
