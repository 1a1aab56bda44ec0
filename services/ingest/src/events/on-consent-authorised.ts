import { startConsumer } from "@opl/messaging";
import { recordAuthorisedConsent } from "../usecases/record-authorised-consent.ts";
import type { ConsumerContext } from "./index.ts";

/** First sync, full history. */
export function onConsentAuthorised(context: ConsumerContext) {
  return startConsumer({ ...context.consumer, type: "consent.authorised", handle: (tx, { data }) => recordAuthorisedConsent(context, tx, data) });
}
