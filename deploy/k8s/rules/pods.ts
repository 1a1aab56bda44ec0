import type { IContainer, IPodSpec } from "kubernetes-models/v1";
import { containersOf, type Workload } from "../objects.ts";
import type { Rule } from "./index.ts";

/** A rule about each pod that we describe ourselves. */
export function ofPods(ask: (pod: IPodSpec, workload: Workload) => readonly string[]): Rule {
  return ({ workloads }) =>
    workloads.flatMap((workload) => (workload.pod === null ? [] : ask(workload.pod, workload).map((text) => `${workload.where}: ${text}`)));
}

/** A rule about each container, those that run before the others included. */
export function ofContainers(ask: (container: IContainer, pod: IPodSpec) => readonly string[]): Rule {
  return ofPods((pod) => containersOf(pod).flatMap((container) => ask(container, pod).map((text) => `container ${container.name}: ${text}`)));
}

/** The texts whose demand does not hold. */
export function unmet(demands: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(demands).flatMap(([text, holds]) => (holds ? [] : [text]));
}
