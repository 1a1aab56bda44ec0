import { startConsumer } from "@opl/messaging";
import { getConsent } from "../db/consent-store.ts";
import { endConsent } from "../usecases/end-consent.ts";
import type { ConsumerContext } from "./index.ts";

const types = ["consent.revoked", "consent.expired", "consent.replaced"] as const;

/** Revoked, expired or replaced: forget the tokens; the bank is told by a job. Three durables, one handler. */
export function onConsentEnded(ctx: ConsumerContext) {
  return types.map((type) =>
    startConsumer({
      ...ctx.consumer,
      type,
      handle: async (tx, { data: { consentId, psuId } }) => {
        const consent = await getConsent(tx, consentId, { psuId });
        if (consent !== undefined) await endConsent(ctx, tx, consent, type);
      },
    }),
  );
}
