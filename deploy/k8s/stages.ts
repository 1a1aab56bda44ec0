import path from "node:path";
import { render } from "./kustomize.ts";
import { type Manifest, type Workload, workloadsOf } from "./objects.ts";

/** What of it holds where. Base is what overlays of one's own build on, so it keeps all rules too. */
const stages = {
  base: { folder: "base", leastReplicas: 2, leftToOverlays: ["postgres", "nats"] },
  dev: { folder: "overlays/dev", leastReplicas: 1, leftToOverlays: [] },
  prod: { folder: "overlays/prod", leastReplicas: 2, leftToOverlays: [] },
  "single-sign-on": { folder: "overlays/single-sign-on", upon: "prod", leastReplicas: 2, leftToOverlays: [] },
} as const satisfies Record<string, { folder: string; upon?: string; leastReplicas: number; leftToOverlays: readonly string[] }>;
export type StageName = keyof typeof stages;
export const stageNames = Object.keys(stages) as StageName[];

export interface Stage {
  readonly name: StageName;
  /** Itself, and the one it builds on: what README.md says holds there only, holds here too. */
  readonly within: readonly string[];
  readonly manifests: readonly Manifest[];
  readonly workloads: readonly Workload[];
  /** How many of each service there have to be. */
  readonly leastReplicas: number;
  /** `app.kubernetes.io/name` of pods that policies name and only overlays bring. */
  readonly leftToOverlays: readonly string[];
}

export const folderOf = (name: StageName): string => path.join(import.meta.dirname, stages[name].folder);

/** A stage as it would be applied; with `manifests` given, as it would be with these. */
export function stageOf(name: StageName, manifests: readonly Manifest[] = render(folderOf(name))): Stage {
  const { leastReplicas, leftToOverlays, ...more } = stages[name];
  let workloads: readonly Workload[] | undefined;
  return {
    name,
    within: "upon" in more ? [name, more.upon] : [name],
    manifests,
    leastReplicas,
    leftToOverlays,
    // Not before rule `schema` has seen the shapes.
    get workloads() {
      return (workloads ??= workloadsOf(manifests));
    },
  };
}
