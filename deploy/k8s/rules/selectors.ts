import { isOf, type Labels, type Manifest, type ManifestOf, ofKind, type Selector, selects, selectsAll, whereOf, type Workload } from "../objects.ts";
import type { Stage } from "../stages.ts";
import type { Rule } from "./index.ts";

function ofWorkload({ manifest, where, labels }: Workload, workloads: readonly Workload[]): string[] {
  if (!isOf(manifest, "Deployment") && !isOf(manifest, "StatefulSet")) return [];
  const { selector } = manifest.spec;
  const others = workloads.filter((other) => other.where !== where && selects(selector, other.labels));
  return [
    ...(selects(selector, labels) ? [] : [`${where}: selector does not select its own pods`]),
    ...others.map((other) => `${where}: selector takes pods of ${other.where} too`),
  ];
}

function ofService(service: ManifestOf<"Service">, workloads: readonly Workload[]): string[] {
  const { type, selector = {}, ports = [] } = service.spec;
  if (type === "ExternalName") return [];
  const behind = selectsAll({ matchLabels: selector }) ? [] : workloads.filter(({ labels }) => selects({ matchLabels: selector }, labels));
  if (behind.length !== 1) return [`${whereOf(service)}: selector must select the pods of one workload, it selects ${behind.length}`];
  const open = new Set(
    (behind[0]?.pod?.containers ?? []).flatMap((container) => (container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort])),
  );
  return ports
    .map(({ port, targetPort = port }) => targetPort)
    .filter((port) => !open.has(port))
    .map((port) => `${whereOf(service)}: its pods have no port ${port}`);
}

function ofIngress(ingress: ManifestOf<"Ingress">, manifests: readonly Manifest[]): string[] {
  const { rules = [], defaultBackend } = ingress.spec;
  const backends = [
    ...rules.flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend)),
    ...(defaultBackend === undefined ? [] : [defaultBackend]),
  ];
  return backends.flatMap(({ service }) => {
    const target = ofKind(manifests, "Service").find(({ metadata }) => metadata.name === service?.name);
    if (target === undefined) return [`${whereOf(ingress)}: there is no Service ${service?.name ?? ""}`];
    const open = (target.spec.ports ?? []).flatMap(({ name, port }) => [name, port]);
    const wanted = service?.port?.name ?? service?.port?.number;
    return open.includes(wanted) ? [] : [`${whereOf(ingress)}: Service ${target.metadata.name} has no port ${wanted ?? ""}`];
  });
}

function ofPolicy(policy: ManifestOf<"NetworkPolicy">, pods: readonly Labels[]): string[] {
  const { podSelector = {}, ingress = [], egress = [] } = policy.spec;
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  const asked: Selector[] = [
    podSelector,
    ...peers.flatMap((peer) => (peer.namespaceSelector === undefined && peer.podSelector !== undefined ? [peer.podSelector] : [])),
  ];
  return asked
    .filter((selector) => !pods.some((labels) => selects(selector, labels)))
    .map((selector) => `${whereOf(policy)}: ${JSON.stringify(selector)} selects no pods`);
}

/** What selects pods selects those it is meant for, and what names a port names one that is there. */
export const selectors: Rule = ({ manifests, workloads, leftToOverlays }: Stage) => {
  const own = workloads.map(({ labels }) => labels);
  return [
    ...workloads.flatMap((workload) => ofWorkload(workload, workloads)),
    ...ofKind(manifests, "StatefulSet")
      .filter(({ spec }) => !ofKind(manifests, "Service").some(({ metadata }) => metadata.name === spec.serviceName))
      .map((set) => `${whereOf(set)}: serviceName must name a Service, by which its pods are found`),
    ...ofKind(manifests, "Service").flatMap((service) => ofService(service, workloads)),
    ...ofKind(manifests, "Ingress").flatMap((ingress) => ofIngress(ingress, manifests)),
    ...ofKind(manifests, "PodDisruptionBudget").flatMap((budget) => {
      const { selector = {} } = budget.spec;
      const selected = own.filter((labels) => selects(selector, labels)).length;
      return selected === 1 ? [] : [`${whereOf(budget)}: selector must select the pods of one workload, it selects ${selected}`];
    }),
    ...ofKind(manifests, "NetworkPolicy").flatMap((policy) =>
      ofPolicy(policy, [...own, ...leftToOverlays.map((name) => ({ "app.kubernetes.io/name": name }))]),
    ),
  ];
};
