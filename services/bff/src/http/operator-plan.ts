import * as contracts from "@opl/contracts/http/bff-operator";
import type { Plan } from "@opl/contracts/model";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { bankNames } from "../views/bank-names.ts";
import { operatorRoute } from "./operator-route.ts";
import { impersonal, impersonalPart, orMissing } from "./parts.ts";

/** The desired state of the TPP, read only: a document is applied by file. */
export function operatorPlanRoutes({ clients: { tppRegistry }, bankDirectory }: Pick<BffContext, "clients" | "bankDirectory">): readonly BoundRoute[] {
  const namesOfBanks = async (): Promise<NameOf> => bankNames(await bankDirectory.list().catch(() => undefined));
  return [
    operatorRoute(contracts.getOperatorPlan, async (asking) => {
      const [{ drift, ...inForce }, plan, nameOf] = await Promise.all([
        tppRegistry.getDesiredState(impersonal(asking)),
        orMissing(asking, "plan", tppRegistry.planDesiredState({ ...impersonalPart(asking), body: { document: null } })),
        namesOfBanks(),
      ]);
      return {
        ...inForce,
        drift: drift.map((each) => ({ ...each, aspspName: nameOf(each.aspspId) })),
        plan: plan === undefined ? null : withNames(plan, nameOf),
      };
    }),
    operatorRoute(contracts.checkOperatorPlan, async (asking) => {
      const [plan, nameOf] = await Promise.all([
        tppRegistry.planDesiredState({ ...impersonal(asking), body: { document: null, refresh: true } }),
        namesOfBanks(),
      ]);
      return withNames(plan, nameOf);
    }),
  ];
}

type NameOf = ReturnType<typeof bankNames>;

function withNames({ actions, ...plan }: Plan, nameOf: NameOf) {
  return { ...plan, actions: actions.map((action) => ({ ...action, aspspName: nameOf(action.aspspId) })) };
}
