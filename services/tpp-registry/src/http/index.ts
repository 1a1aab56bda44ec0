import type { BoundRoute } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import { certificateRoutes } from "./certificates.ts";
import { desiredStateRoutes } from "./desired-state.ts";
import { registrationRoutes } from "./registrations.ts";

/** Every route of this service. `wake` has what was asked for begun at once. */
export function routes(ctx: RegistryContext, driftCheckSeconds: number, wake: () => void): readonly BoundRoute[] {
  return [...registrationRoutes(ctx, wake), ...desiredStateRoutes(ctx, driftCheckSeconds, wake), ...certificateRoutes(ctx)];
}
