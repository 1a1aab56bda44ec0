import type { INetworkPolicyPeer, INetworkPolicyPort } from "kubernetes-models/networking.k8s.io/v1";
import { nameOf, ofKind, type Selector, selects, selectsAll, whereOf } from "../objects.ts";
import type { Stage } from "../stages.ts";
import { isPrivate } from "./address-ranges.ts";

/** One way that one policy opens at one end. */
export interface Opening {
  readonly policy: string;
  readonly direction: "ingress" | "egress";
  /** Pods by name, or what else is at that end; see `endsOf`. */
  readonly from: string;
  readonly to: string;
  readonly port: string;
  /** What stands in the policy for the other end; undefined: nothing, so anybody. */
  readonly peer: INetworkPolicyPeer | undefined;
}

const namespaceName = "kubernetes.io/metadata.name";

/** No port named: all of them. */
function portOf({ port, endPort, protocol = "TCP" }: INetworkPolicyPort): string {
  const numbers = port === undefined ? "every port" : endPort === undefined ? String(port) : `${port}-${endPort}`;
  return protocol === "TCP" ? numbers : `${numbers}/${protocol}`;
}

/** The pods of ours that a selector takes, each by its name. */
function podsOf(selector: Selector, { workloads, leftToOverlays }: Stage): string[] {
  if (selectsAll(selector)) return ["every pod"];
  const labels = [...workloads.map((workload) => workload.labels), ...leftToOverlays.map((name) => ({ "app.kubernetes.io/name": name }))];
  return labels.filter((candidate) => selects(selector, candidate)).map(nameOf);
}

/** `consent`, `namespace monitoring`, `kube-system/kube-dns`, `10.0.0.0/8`, `the internet`, or how wide it is: `anywhere`, `every namespace`. */
function endsOf(peer: INetworkPolicyPeer | undefined, stage: Stage): string[] {
  if (peer === undefined) return ["anywhere"];
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock !== undefined) return [isPrivate(ipBlock.cidr) ? ipBlock.cidr : "the internet"];
  if (namespaceSelector === undefined) return podsOf(podSelector ?? {}, stage);
  const namespace = namespaceSelector.matchLabels?.[namespaceName];
  const pods = podSelector === undefined || selectsAll(podSelector) ? "" : JSON.stringify(podSelector);
  if (namespace === undefined) return [`every namespace${pods}`];
  return [pods === "" ? `namespace ${namespace}` : `${namespace}/${podSelector?.matchLabels?.["k8s-app"] ?? pods}`];
}

/** Every way that the policies open, end by end. A rule without peers opens to all, one without ports opens all of them. */
export function openingsOf(stage: Stage): Opening[] {
  return ofKind(stage.manifests, "NetworkPolicy").flatMap((manifest) => {
    const { podSelector = {}, policyTypes, ingress = [], egress = [] } = manifest.spec;
    const types = policyTypes ?? ["Ingress", ...(egress.length > 0 ? ["Egress" as const] : [])];
    const policy = whereOf(manifest);
    const open = (direction: Opening["direction"], peers: readonly INetworkPolicyPeer[] = [], ports: readonly INetworkPolicyPort[] = []): Opening[] =>
      podsOf(podSelector, stage).flatMap((own) =>
        (peers.length === 0 ? [undefined] : peers).flatMap((peer) =>
          endsOf(peer, stage).flatMap((other) =>
            (ports.length === 0 ? [{}] : ports).map((port) => ({
              policy,
              direction,
              peer,
              port: portOf(port),
              ...(direction === "ingress" ? { from: other, to: own } : { from: own, to: other }),
            })),
          ),
        ),
      );
    return [
      ...(types.includes("Ingress") ? ingress.flatMap(({ from, ports }) => open("ingress", from, ports)) : []),
      ...(types.includes("Egress") ? egress.flatMap(({ to, ports }) => open("egress", to, ports)) : []),
    ];
  });
}
