import type { Consumer, ConsumerOptions } from "@opl/messaging";
import type { Tables } from "../db/tables.ts";
import type { GatewayContext } from "../usecases/context.ts";
import { onConsentEnded } from "./on-consent-ended.ts";
import { onConsentReconfirmed } from "./on-consent-reconfirmed.ts";
import { onUserErased } from "./on-user-erased.ts";

export interface ConsumerContext extends Pick<GatewayContext, "vault" | "clock"> {
  readonly consumer: Pick<ConsumerOptions<Tables, never>, "database" | "messaging" | "service" | "logger">;
}

/** Every fact we listen to. */
export function startConsumers(ctx: ConsumerContext): Consumer[] {
  return [...onConsentEnded(ctx), onConsentReconfirmed(ctx), onUserErased(ctx)];
}
