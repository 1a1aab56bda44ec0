import { startConsumer } from "@opl/messaging";
import { moveReconfirmation } from "../db/consent-store.ts";
import type { ConsumerContext } from "./index.ts";

/** The person said that reading may go on: until the next time. */
export function onConsentReconfirmed(ctx: ConsumerContext) {
  return startConsumer({
    ...ctx.consumer,
    type: "consent.reconfirmed",
    handle: (tx, { data: { psuId, consentId, reconfirmBy } }) =>
      moveReconfirmation(tx, { psuId, consentId }, reconfirmBy === null ? null : Temporal.Instant.from(reconfirmBy)),
  });
}
