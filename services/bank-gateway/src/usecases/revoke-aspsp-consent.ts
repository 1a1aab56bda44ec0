import { inTransaction } from "@opl/postgres";
import { getConsent } from "../db/consent-store.ts";
import { takeRevocation } from "../db/revocation-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { endConsent } from "./end-consent.ts";
import { tellRevocation } from "./tell-revocation.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/** How long one telling has before the job may try again. */
const tellingSeconds = 60;

/**
 * Forgets the tokens, then tells the bank. The order matters: nothing is read from the first step on, whether the bank
 * answers or not. A consent that never came to be at the bank needs no telling.
 */
export async function revokeAspspConsent(ctx: Context, consentId: string, aspspId: string | undefined, owner: { psuId: string } | "unattended") {
  const consent = await getConsent(ctx.db, consentId, owner);
  if (consent === undefined) return { tokensForgotten: true, aspspTold: false };
  if (aspspId !== undefined && consent.aspspId !== aspspId) throw errors.ERR_BANK_CONSENT_NOT_FOUND();
  const due = await inTransaction(ctx.db, async (tx) => {
    await endConsent(ctx, tx, consent, "revoked");
    // Ours from the commit on: the job would tell the bank a second time.
    return takeRevocation(tx, consent, ctx.clock.now().add({ seconds: tellingSeconds }));
  });
  return { tokensForgotten: true, aspspTold: due === undefined ? true : await tellRevocation(ctx, due) };
}
