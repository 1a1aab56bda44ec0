import type { Consumer, ConsumerOptions } from "@opl/messaging";
import type { IngestDatabase } from "../db/tables.ts";
import type { IngestContext } from "../usecases/context.ts";
import { onAspspDegraded, onAspspRecovered } from "./on-aspsp-health.ts";
import { onConsentAuthorised } from "./on-consent-authorised.ts";
import { onConsentPaused, onConsentReconfirmed } from "./on-consent-paused.ts";
import { onConsentExpired, onConsentReplaced, onConsentRevoked } from "./on-consent-ended.ts";
import { onPaymentExecuted } from "./on-payment-executed.ts";
import { onUserErased } from "./on-user-erased.ts";

export interface ConsumerContext extends Pick<IngestContext, "clock" | "newId" | "syncChannel" | "settings"> {
  readonly consumer: Pick<ConsumerOptions<IngestDatabase, never>, "database" | "messaging" | "service" | "logger">;
}

/** Every fact we listen to. */
export const consumers: readonly ((context: ConsumerContext) => Consumer)[] = [
  onConsentAuthorised,
  onConsentRevoked,
  onConsentExpired,
  onConsentReplaced,
  onConsentPaused,
  onConsentReconfirmed,
  onAspspDegraded,
  onAspspRecovered,
  onPaymentExecuted,
  onUserErased,
];
