import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { markScaRequired } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import type { GatewayContext } from "./context.ts";

/** The bank wants to see the person again: it is asked nothing more under this consent, and whoever shows consents is told, once. */
export async function pauseForSca(ctx: Pick<GatewayContext, "db" | "clock">, { consentId, psuId, aspspId }: BankConsent): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    if (!(await markScaRequired(tx, consentId, ctx.clock.now()))) return;
    await publish(tx, { type: "bank-gateway.aspsp-sca-required", subject: consentId, psuId, data: { consentId, psuId, aspspId } });
  });
}
