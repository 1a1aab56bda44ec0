import { startConsumer } from "@opl/messaging";
import { stopSyncing } from "../usecases/stop-syncing.ts";
import type { ConsumerContext } from "./index.ts";

// consent.revoked, consent.expired, consent.replaced: three durables, one use case.

export function onConsentRevoked(context: ConsumerContext) {
  return startConsumer({
    ...context.consumer,
    type: "consent.revoked",
    handle: (tx, { data: { psuId, consentId, aspspId, keepData } }) => stopSyncing(context, tx, { psuId, consentId, aspspId, keepData, replacedBy: null }),
  });
}

export function onConsentExpired(context: ConsumerContext) {
  return startConsumer({
    ...context.consumer,
    type: "consent.expired",
    handle: (tx, { data: { psuId, consentId, aspspId } }) => stopSyncing(context, tx, { psuId, consentId, aspspId, keepData: true, replacedBy: null }),
  });
}

export function onConsentReplaced(context: ConsumerContext) {
  return startConsumer({
    ...context.consumer,
    type: "consent.replaced",
    handle: (tx, { data: { psuId, consentId, aspspId, successor } }) =>
      stopSyncing(context, tx, { psuId, consentId, aspspId, keepData: true, replacedBy: successor }),
  });
}
