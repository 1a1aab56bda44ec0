import type { BoundRoute } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import { certificateRoutes } from "./certificates.ts";
import { registrationRoutes } from "./registrations.ts";

/** Every route of this service. */
export function routes(ctx: RegistryContext, wakeRegistrar: () => void): readonly BoundRoute[] {
  return [...registrationRoutes(ctx, wakeRegistrar), ...certificateRoutes(ctx)];
}
