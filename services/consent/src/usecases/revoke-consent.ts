import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { lockUntaken } from "../db/authorisation-store.ts";
import { getConsent } from "../db/consent-store.ts";
import type { ConsentRecord } from "../db/consent-store.ts";
import { requestRevocation } from "../db/revocation-store.ts";
import { errors } from "../errors.ts";
import { applyCommand } from "./apply-command.ts";
import { endAttempt } from "./end-attempt.ts";
import { tellAspsp } from "./tell-aspsp.ts";
import type { Told } from "./tell-aspsp.ts";

export interface RevokeConsentInput {
  readonly psu: PsuContext;
  readonly consentId: string;
  /** Whether what was read so far may stay. */
  readonly keepData: boolean;
}

/**
 * Withdraws: ours first, in one transaction with the fact and the order to the gateway; then the gateway at once. Where
 * the gateway does not answer, the order is carried out later. A consent that has ended already stays as it is.
 * @throws ERR_CONSENT_NOT_FOUND
 */
export async function revokeConsent(
  ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">,
  { psu, consentId, keepData }: RevokeConsentInput,
): Promise<ConsentRecord & { readonly told: Told }> {
  const key = { psuId: psu.psuId, consentId };
  await inTransaction(ctx.db, async (tx) => {
    const at = ctx.clock.now();
    const untaken = await lockUntaken(tx, key);
    const applied = await applyCommand(tx, key, { type: "revoke", at, by: "psu", keepData });
    if (applied.kind === "not-found") throw errors.ERR_CONSENT_NOT_FOUND();
    if (applied.kind !== "changed") return;
    await requestRevocation(tx, { ...key, aspspId: applied.consent.aspspId }, at);
    if (untaken !== undefined)
      await endAttempt(tx, untaken, { outcome: { outcome: "failed", reason: errors.ERR_AUTHORISATION_CONSENT_ENDED.code }, by: "psu", at });
  });
  const told = await tellAspsp(ctx, { key, psu });
  const ended = await getConsent(ctx.db, key);
  if (ended === undefined) throw errors.ERR_CONSENT_NOT_FOUND();
  return { ...ended, told };
}
