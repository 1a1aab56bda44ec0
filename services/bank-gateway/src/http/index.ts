import type { BoundRoute } from "@opl/service";
import type { GatewayContext } from "../usecases/context.ts";
import { accountRoutes } from "./accounts.ts";
import { aspspRoutes } from "./aspsps.ts";
import { authorizationServerRoutes } from "./authorization-servers.ts";
import { certificateRoutes } from "./certificates.ts";
import { consentRoutes } from "./consents.ts";
import { keyExportRoutes } from "./key-exports.ts";
import { paymentRoutes } from "./payments.ts";
import { rawMessageRoutes } from "./raw-messages.ts";
import { receiptRoutes } from "./receipts.ts";
import { registrationRoutes } from "./registrations.ts";

/** Every route of the gateway. */
export function routes(ctx: GatewayContext): BoundRoute[] {
  return [
    ...aspspRoutes(ctx),
    ...registrationRoutes(ctx),
    ...certificateRoutes(ctx),
    ...consentRoutes(ctx),
    ...accountRoutes(ctx),
    ...paymentRoutes(ctx),
    ...rawMessageRoutes(ctx),
    ...keyExportRoutes(ctx),
    ...authorizationServerRoutes(ctx),
    ...receiptRoutes(ctx),
  ];
}
