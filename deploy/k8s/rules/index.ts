import type { Stage } from "../stages.ts";
import { confined } from "./confined.ts";
import { defaultDeny } from "./default-deny.ts";
import { disruptionBudgets } from "./disruption-budgets.ts";
import { drainTime } from "./drain-time.ts";
import { flows } from "./flows.ts";
import { hostApart } from "./host-apart.ts";
import { namespace } from "./namespace.ts";
import { nonRoot } from "./non-root.ts";
import { outside } from "./outside.ts";
import { pinnedImages } from "./pinned-images.ts";
import { postgresCluster } from "./postgres-cluster.ts";
import { probes } from "./probes.ts";
import { readOnlyRoot } from "./read-only-root.ts";
import { references } from "./references.ts";
import { replicas } from "./replicas.ts";
import { resources } from "./resources.ts";
import { schema } from "./schema.ts";
import { secretsAsFiles } from "./secrets-as-files.ts";
import { selectors } from "./selectors.ts";
import { serviceAccount } from "./service-account.ts";
import { tlsOnly } from "./tls-only.ts";
import { volumes } from "./volumes.ts";

/** What is wrong in a stage, `where: what to write`, one text a mistake. */
export type Rule = (stage: Stage) => readonly string[];

/** Everything that is asked of the manifests. `manifests.test.ts` plants mistakes for each. */
export const rules = {
  schema,
  namespace,
  "service-account": serviceAccount,
  "non-root": nonRoot,
  confined,
  "host-apart": hostApart,
  "read-only-root": readOnlyRoot,
  volumes,
  "secrets-as-files": secretsAsFiles,
  references,
  resources,
  "pinned-images": pinnedImages,
  probes,
  "drain-time": drainTime,
  replicas,
  "disruption-budgets": disruptionBudgets,
  selectors,
  "default-deny": defaultDeny,
  outside,
  flows,
  "tls-only": tlsOnly,
  "postgres-cluster": postgresCluster,
} as const satisfies Record<string, Rule>;
export type RuleName = keyof typeof rules;

/** All mistakes of a stage, each with the name of its rule. Where shapes are wrong these alone: the other rules count on them. */
export function findingsOf(stage: Stage): string[] {
  const shapes = schema(stage).map((text) => `schema: ${text}`);
  if (shapes.length > 0) return shapes;
  return Object.entries<Rule>(rules).flatMap(([name, rule]) => rule(stage).map((text) => `${name}: ${text}`));
}
