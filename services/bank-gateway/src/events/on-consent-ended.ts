import { startConsumer } from "@opl/messaging";
import { getConsent } from "../db/consent-store.ts";
import { endConsent } from "../usecases/end-consent.ts";
import { eraseConsentData, replaceConsent } from "../usecases/erase-consent-data.ts";
import type { ConsumerContext } from "./index.ts";

const types = ["consent.revoked", "consent.expired", "consent.replaced"] as const;

/** Revoked, expired or replaced: forget the tokens; the bank is told by a job; with what it said, when that is wanted. Three durables, one handler. */
export function onConsentEnded(ctx: ConsumerContext) {
  return types.map((type) =>
    startConsumer({
      ...ctx.consumer,
      type,
      handle: async (tx, { data }) => {
        const consent = await getConsent(tx, data.consentId, { psuId: data.psuId });
        if (consent === undefined) return;
        if ("keepData" in data && !data.keepData) await eraseConsentData(ctx, tx, consent, type);
        else if ("successor" in data) await replaceConsent(ctx, tx, consent, type, data.successor);
        else await endConsent(ctx, tx, consent, type);
      },
    }),
  );
}
