import * as contracts from "@opl/contracts/http/bff-operator";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { operatorRoute } from "./operator-route.ts";
import { impersonal, impersonalPart, orMissing } from "./parts.ts";

/** The desired state of the TPP, read only: a document is applied by file. */
export function operatorPlanRoutes({ clients: { tppRegistry } }: Pick<BffContext, "clients">): readonly BoundRoute[] {
  return [
    operatorRoute(contracts.getOperatorPlan, async (asking) => {
      const [inForce, plan] = await Promise.all([
        tppRegistry.getDesiredState(impersonal(asking)),
        orMissing(asking, "plan", tppRegistry.planDesiredState({ ...impersonalPart(asking), body: { document: null } })),
      ]);
      return { ...inForce, plan: plan ?? null };
    }),
    operatorRoute(contracts.checkOperatorPlan, async (asking) =>
      tppRegistry.planDesiredState({ ...impersonal(asking), body: { document: null, refresh: true } }),
    ),
  ];
}
