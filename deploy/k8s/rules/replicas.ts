import { isOf, ofKind, selects, selectsAll, type Workload, whereOf } from "../objects.ts";
import type { Rule } from "./index.ts";

function ofWorkload({ where, manifest, labels, pod, replicas }: Workload, least: number): string[] {
  const findings: string[] = [];
  if (manifest.kind === "Deployment" && replicas < least) findings.push(`${where}: at least ${least} replicas`);
  const spread = pod?.topologySpreadConstraints ?? [];
  if (
    pod !== null &&
    replicas > 1 &&
    !spread.some(({ labelSelector }) => labelSelector !== undefined && !selectsAll(labelSelector) && selects(labelSelector, labels))
  )
    findings.push(`${where}: topologySpreadConstraints must spread its own pods`);
  // Each waits for the others to be ready: one after the other, the first would wait for ever.
  if (isOf(manifest, "StatefulSet") && replicas > 1 && manifest.spec.podManagementPolicy !== "Parallel")
    findings.push(`${where}: podManagementPolicy must be Parallel`);
  return findings;
}

/** As many as the stage needs, on nodes of their own, and one place that says how many. */
export const replicas: Rule = ({ manifests, workloads, leastReplicas }) => [
  ...workloads.flatMap((workload) => ofWorkload(workload, leastReplicas)),
  ...ofKind(manifests, "HorizontalPodAutoscaler").flatMap((scaler) => {
    const { scaleTargetRef, minReplicas = 1, maxReplicas } = scaler.spec;
    const target = `${scaleTargetRef.kind}/${scaleTargetRef.name}`;
    const scaled = workloads.find(({ where }) => where === target);
    if (scaled === undefined) return [`${whereOf(scaler)}: there is no ${target}`];
    return [
      ...(isOf(scaled.manifest, "Deployment") && scaled.manifest.spec.replicas === undefined ? [] : [`${target}: replicas must be left to its autoscaler`]),
      ...(minReplicas < leastReplicas ? [`${whereOf(scaler)}: minReplicas must be at least ${leastReplicas}`] : []),
      ...(maxReplicas > minReplicas ? [] : [`${whereOf(scaler)}: maxReplicas must be more than minReplicas`]),
    ];
  }),
];
