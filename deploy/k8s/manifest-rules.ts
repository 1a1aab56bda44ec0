/** A Kubernetes object as YAML gives it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // The kinds differ; each rule reads the part it knows.
  readonly spec?: Record<string, never>;
}

interface Probe {
  readonly httpGet?: { readonly path: string };
  readonly exec?: { readonly command: readonly string[] };
  readonly tcpSocket?: { readonly port: string | number };
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
  }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly privileged?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
}

interface KeyItems {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}
export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string } & KeyItems;
  readonly configMap?: { readonly name: string } & KeyItems;
  readonly projected?: { readonly sources: readonly { readonly secret?: { readonly name: string } & KeyItems }[] };
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly runAsUser?: number; readonly seccompProfile?: { readonly type?: string } };
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

const allowedVolumes = new Set(["name", "emptyDir", "secret", "configMap", "persistentVolumeClaim", "projected"]);
/** The longest a process of ours takes to drain, plus room. */
const leastGraceSeconds = 30;

/** The pods a manifest makes. */
export function podSpecOf(manifest: Manifest): PodSpec | null {
  const spec = manifest.spec as { template?: { spec?: PodSpec } } | undefined;
  return ["Deployment", "StatefulSet", "Job", "DaemonSet"].includes(manifest.kind) ? (spec?.template?.spec ?? null) : null;
}

/** What a pod lacks against the "restricted" level and our own rules; each finding says what to write. */
export function podFindings(manifest: Manifest): string[] {
  const pod = podSpecOf(manifest);
  if (pod === null) return [];
  const where = `${manifest.kind}/${manifest.metadata.name}`;
  const findings: string[] = [];
  const need = (holds: boolean, message: string): void => {
    if (!holds) findings.push(`${where}: ${message}`);
  };
  need(pod.automountServiceAccountToken === false, "automountServiceAccountToken must be false");
  need(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, "no host namespaces");
  need(pod.securityContext?.runAsNonRoot === true, "runAsNonRoot must be true");
  need((pod.securityContext?.runAsUser ?? 0) > 0, "runAsUser must be named and not 0");
  need(pod.securityContext?.seccompProfile?.type === "RuntimeDefault", "seccompProfile must be RuntimeDefault");
  need((pod.terminationGracePeriodSeconds ?? 0) >= leastGraceSeconds, `terminationGracePeriodSeconds must be at least ${leastGraceSeconds}`);
  for (const volume of pod.volumes ?? [])
    need(
      Object.keys(volume).every((key) => allowedVolumes.has(key)),
      `volume ${volume.name} is of a kind that is not allowed`,
    );
  for (const container of pod.containers) {
    const at = `container ${container.name}: `;
    const security = container.securityContext;
    need(security?.allowPrivilegeEscalation === false, `${at}allowPrivilegeEscalation must be false`);
    need(security?.readOnlyRootFilesystem === true, `${at}readOnlyRootFilesystem must be true`);
    need(security?.privileged !== true, `${at}must not be privileged`);
    need(
      security?.capabilities?.drop?.includes("ALL") === true && (security.capabilities.add ?? []).length === 0,
      `${at}capabilities must drop ALL and add none`,
    );
    for (const kind of ["cpu", "memory"]) {
      need(container.resources?.requests?.[kind] !== undefined, `${at}requests.${kind} is missing`);
      need(container.resources?.limits?.[kind] !== undefined, `${at}limits.${kind} is missing`);
    }
    need(/:\d[\w.-]*$/.test(container.image ?? "") || /@sha256:[0-9a-f]{64}$/.test(container.image ?? ""), `${at}image must be pinned to a version or digest`);
    for (const variable of container.env ?? []) {
      need(
        !(/(PASSWORD|SECRET|KEY|TOKEN)$/.test(variable.name) && variable.value !== undefined),
        `${at}${variable.name} must come from a file, not as a value`,
      );
    }
    if (manifest.kind === "Job") continue;
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) need(container[probe] !== undefined, `${at}${probe} is missing`);
    const question = (probe: Probe | undefined): string => JSON.stringify(probe?.httpGet?.path ?? probe?.exec?.command ?? probe?.tcpSocket ?? null);
    need(question(container.readinessProbe) !== question(container.livenessProbe), `${at}readiness and liveness must ask different questions`);
  }
  if (manifest.kind === "Deployment") {
    const replicas = (manifest.spec as { replicas?: number } | undefined)?.replicas ?? 1;
    need(replicas >= 2, "at least two replicas");
    need("topologySpreadConstraints" in pod, "replicas must be spread");
  }
  return findings;
}

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
}
interface Policy {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const policyOf = (manifest: Manifest): Policy => manifest.spec as unknown as Policy;
const nameIn = (selector: Peer["podSelector"]): string =>
  selector?.matchLabels?.["app.kubernetes.io/name"] ?? selector?.matchLabels?.["opl.dev/database"] ?? selector?.matchLabels?.["k8s-app"] ?? "*";
/** A range that lies wholly within a private one. */
const isPrivate = (cidr: string): boolean =>
  /^(?:10(?:\.\d+){3}\/(?:[89]|[12]\d|3[0-2])|192\.168(?:\.\d+){2}\/(?:1[6-9]|2\d|3[0-2])|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}\/(?:1[2-9]|2\d|3[0-2]))$/.test(
    cidr,
  );
const peerName = (peer: Peer): string =>
  peer.ipBlock !== undefined
    ? isPrivate(peer.ipBlock.cidr)
      ? "private network"
      : "outside"
    : peer.namespaceSelector !== undefined && peer.podSelector === undefined
      ? `namespace ${peer.namespaceSelector.matchLabels?.["kubernetes.io/metadata.name"] ?? "*"}`
      : nameIn(peer.podSelector);

/** `from -> to:port` for each flow that both ends allow (or, towards what is not ours, that our end allows). */
export function allowedFlows(manifests: readonly Manifest[]): string[] {
  const policies = manifests.filter((manifest) => manifest.kind === "NetworkPolicy").map(policyOf);
  const ingress = new Set<string>();
  const egress = new Set<string>();
  const known = new Set(policies.map((policy) => nameIn(policy.podSelector)));
  for (const policy of policies) {
    const self = nameIn(policy.podSelector);
    for (const rule of policy.ingress ?? [])
      for (const peer of rule.from ?? [{}]) for (const { port } of rule.ports ?? []) ingress.add(`${peerName(peer)} -> ${self}:${port}`);
    for (const rule of policy.egress ?? [])
      for (const peer of rule.to ?? [{}]) for (const { port } of rule.ports ?? []) egress.add(`${self} -> ${peerName(peer)}:${port}`);
  }
  const ours = (flow: string, end: 0 | 1): boolean => known.has((flow.split(" -> ")[end] ?? "").replace(/:\d+$/, ""));
  const both = [...egress].filter((flow) => (ours(flow, 1) ? ingress.has(flow) : true));
  const fromOutside = [...ingress].filter((flow) => !ours(flow, 0));
  return [...new Set([...both, ...fromOutside])].toSorted();
}

/** True when the namespace refuses everything that no policy allows, in both directions. */
export function deniesByDefault(manifests: readonly Manifest[]): boolean {
  return manifests.some((manifest) => {
    if (manifest.kind !== "NetworkPolicy") return false;
    const policy = policyOf(manifest);
    return (
      Object.keys(policy.podSelector).length === 0 &&
      (policy.ingress ?? []).length === 0 &&
      (policy.egress ?? []).length === 0 &&
      policy.policyTypes?.includes("Ingress") === true &&
      policy.policyTypes.includes("Egress")
    );
  });
}
