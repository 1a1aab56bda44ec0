import { type ManifestOf, ofKind, selects, type Workload, whereOf } from "../objects.ts";
import type { Rule } from "./index.ts";

/** `1` or `"50%"` of so many, rounded up as Kubernetes does. */
const share = (of: number, bound: number | string): number => (typeof bound === "number" ? bound : Math.ceil((of * Number.parseFloat(bound)) / 100));

/** A budget that names neither bound keeps none. */
function leftBy({ spec: { minAvailable, maxUnavailable } }: ManifestOf<"PodDisruptionBudget">, replicas: number): number {
  return minAvailable === undefined ? replicas - share(replicas, maxUnavailable ?? replicas) : share(replicas, minAvailable);
}

function ofBudget(budget: ManifestOf<"PodDisruptionBudget">, { where, manifest, replicas }: Workload): string[] {
  const stays = leftBy(budget, replicas);
  const at = whereOf(budget);
  // Members of a StatefulSet vote.
  const least = manifest.kind === "StatefulSet" ? Math.floor(replicas / 2) + 1 : 1;
  return [
    ...(stays < replicas ? [] : [`${at}: keeps all ${replicas} of ${where}, so no node can ever be emptied`]),
    ...(replicas === 1 || stays >= least ? [] : [`${at}: keeps ${stays} of ${where}, at least ${least} of ${replicas} must stay`]),
  ];
}

/** Whatever there is more than one of is never wholly away, and can still be moved. The operator makes the budget of its Postgres itself. */
export const disruptionBudgets: Rule = ({ manifests, workloads }) => {
  const budgets = ofKind(manifests, "PodDisruptionBudget");
  return workloads
    .filter(({ manifest }) => manifest.kind === "Deployment" || manifest.kind === "StatefulSet")
    .flatMap((workload) => {
      const own = budgets.filter((budget) => selects(budget.spec.selector ?? {}, workload.labels));
      if (own.length > 1) return [`${workload.where}: ${own.length} PodDisruptionBudgets select its pods; Kubernetes then evicts none`];
      if (own.length === 0 && workload.replicas > 1) return [`${workload.where}: no PodDisruptionBudget selects its pods`];
      return own.flatMap((budget) => ofBudget(budget, workload));
    });
};
