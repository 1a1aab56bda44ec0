import type { BoundRoute } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { authorisationRoutes } from "./authorisations.ts";
import { consentRoutes } from "./consents.ts";
import { paymentRoutes } from "./payments.ts";

/** Every route of this service. */
export function routes(ctx: ConsentContext): readonly BoundRoute[] {
  return [...consentRoutes(ctx), ...authorisationRoutes(ctx), ...paymentRoutes(ctx)];
}
