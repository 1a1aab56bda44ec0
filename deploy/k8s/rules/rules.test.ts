import { describe, expect, it } from "vitest";
import { apply, type Change } from "../kustomize.ts";
import { type Manifest, whereOf } from "../objects.ts";
import { type StageName, stageOf } from "../stages.ts";
import { findingsOf, type RuleName, rules } from "./index.ts";

/** What somebody might write, as a patch of the real manifests of a stage, and what the rule has to say then. */
interface Mistake {
  readonly title: string;
  readonly stage: StageName;
  /** `kind/name`; `+` adds a manifest. */
  readonly at: string;
  readonly changes: readonly Change[];
  readonly finding: string;
}

const add = (path: string, value: unknown): Change => ({ op: "add", path, value });
const remove = (path: string): Change => ({ op: "remove", path });
const planted =
  (stage: StageName, at: string) =>
  (title: string, changes: Change | readonly Change[], finding: string): Mistake => ({ title, stage, at, changes: [changes].flat(), finding });

const podPath = "/spec/template/spec";
const containerPath = `${podPath}/containers/0`;
/** In a pod; findings begin with it. */
const inPod = (title: string, change: Change, finding: string): Mistake =>
  planted("base", "Deployment/consent")(title, { ...change, path: podPath + change.path }, `Deployment/consent: ${finding}`);
const oneContainer = (title: string, change: Change, finding: string): Mistake =>
  planted("base", "Deployment/consent")(title, { ...change, path: containerPath + change.path }, `Deployment/consent: container consent: ${finding}`);
/** In a container, and the same in one that runs before it. */
function inContainer(title: string, change: Change, finding: string): Mistake[] {
  const { image, securityContext, resources, env, envFrom, volumeMounts, ports } = containerOfConsent();
  const before = { name: "before", image, securityContext, resources, env, envFrom, volumeMounts, ports };
  const path = `${podPath}/initContainers`;
  return [
    oneContainer(title, change, finding),
    planted("base", "Deployment/consent")(
      `${title}, before the others`,
      [add(path, [before]), { ...change, path: `${path}/0${change.path}` }],
      `Deployment/consent: container before: ${finding}`,
    ),
  ];
}

function manifestOf(manifests: readonly Manifest[], where: string): Manifest {
  const found = manifests.find((manifest) => whereOf(manifest) === where);
  if (found === undefined) throw new Error(`there is no ${where}`);
  return found;
}
const sound = new Map<StageName, readonly Manifest[]>();
function soundOf(stage: StageName): readonly Manifest[] {
  const manifests = sound.get(stage) ?? stageOf(stage).manifests;
  sound.set(stage, manifests);
  return manifests;
}
function containerOfConsent(): Record<string, unknown> {
  const { spec } = manifestOf(soundOf("base"), "Deployment/consent") as unknown as { spec: { template: { spec: { containers: Record<string, unknown>[] } } } };
  return spec.template.spec.containers[0] ?? {};
}

function findingsWith({ stage, at, changes }: Mistake): string[] {
  const manifests = structuredClone(soundOf(stage)) as Manifest[];
  if (at === "+") manifests.push(...changes.map(({ value }) => value as Manifest));
  else for (const change of changes) apply(manifestOf(manifests, at), change);
  return findingsOf(stageOf(stage, manifests));
}

const consent = planted("base", "Deployment/consent");
const ingestPolicy = planted("base", "NetworkPolicy/ingest");
const gatewayPolicy = planted("base", "NetworkPolicy/bank-gateway");
const budget = planted("base", "PodDisruptionBudget/consent");
const scaler = planted("prod", "HorizontalPodAutoscaler/bff");
const nats = planted("prod", "StatefulSet/nats");
const postgres = planted("prod", "Cluster/postgres");
const web = (title: string, change: Change, finding: string): Mistake => planted("base", "Ingress/web")(title, change, `Ingress/web: ${finding}`);
const everyPod = (direction: "ingress" | "egress"): Change =>
  add("", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "all", namespace: "one-point-ledger" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], [direction]: [{}] },
  });
const inCluster = (title: string, change: Change, finding: string): Mistake =>
  postgres(title, { ...change, path: `/spec${change.path}` }, `Cluster/postgres: ${finding}`);
const other = { "app.kubernetes.io/name": "other" };

/** By rule: one without a mistake would be one that nobody has seen working. */
const mistakes: Record<RuleName, readonly Mistake[]> = {
  schema: [
    consent("replicas as text", add("/spec/replicas", "two"), "Deployment/consent: data/spec/replicas must be integer"),
    consent("no spec", remove("/spec"), "Deployment/consent: spec is missing"),
    consent("no selector", remove("/spec/selector"), "Deployment/consent: data/spec must have required property selector"),
    consent(
      "a port without its number",
      add(`${containerPath}/ports/0`, { name: "more" }),
      "Deployment/consent: data/spec/template/spec/containers/0/ports/0 must have required property containerPort",
    ),
    consent(
      "a misspelt probe",
      add(`${containerPath}/livenesProbe`, {}),
      "Deployment/consent: /spec/template/spec/containers/0/livenesProbe is no field of Deployment",
    ),
    consent("a field on the wrong level", add("/spec/containers", []), "Deployment/consent: /spec/containers is no field of Deployment"),
    ingestPolicy("a misspelt except", add("/spec/egress/0/to/0/ipBlok", {}), "NetworkPolicy/ingest: /spec/egress/0/to/0/ipBlok is no field of NetworkPolicy"),
    planted("base", "PodDisruptionBudget/consent")(
      "a misspelt budget",
      add("/spec/minAvailible", 1),
      "PodDisruptionBudget/consent: /spec/minAvailible is no field of PodDisruptionBudget",
    ),
    planted("base", "Ingress/web")(
      "off without quotes, a boolean to YAML 1.1",
      add("/metadata/annotations/a", false),
      "Ingress/web: data/metadata/annotations/a must be string",
    ),
    postgres("a misspelt field of the operator's", add("/spec/instancez", 3), 'Cluster/postgres: /spec Unrecognized key: "instancez"'),
    postgres(
      "on without quotes",
      add("/spec/postgresql/parameters/fsync", true),
      "Cluster/postgres: /spec/postgresql/parameters/fsync Invalid input: expected string, received boolean",
    ),
    planted("base", "+")(
      "a kind that nobody expects",
      add("", { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "admin", namespace: "one-point-ledger" } }),
      "ClusterRoleBinding/admin: rbac.authorization.k8s.io/v1 ClusterRoleBinding has no schema here",
    ),
  ],
  "tls-only": [
    web("a host without a certificate (US-44)", remove("/spec/tls"), "ledger.example must have a certificate under tls"),
    web("a certificate for another host (US-44)", add("/spec/tls/0/hosts", ["other.example"]), "ledger.example must have a certificate under tls"),
    web("a certificate from nowhere (US-44)", remove("/spec/tls/0/secretName"), "ledger.example must have a certificate under tls"),
    web("any host at all (US-44)", remove("/spec/rules/0/host"), "a rule without a host must have a certificate under tls"),
    web(
      "plain http let in (US-44)",
      add("/metadata/annotations/nginx.ingress.kubernetes.io~1force-ssl-redirect", "false"),
      'annotation nginx.ingress.kubernetes.io/force-ssl-redirect must be "true"',
    ),
  ],
  namespace: [
    ...["enforce", "audit", "warn"].map((mode) =>
      planted("base", "Namespace/one-point-ledger")(
        `${mode} at another level`,
        add(`/metadata/labels/pod-security.kubernetes.io~1${mode}`, "baseline"),
        `Namespace/one-point-ledger: label pod-security.kubernetes.io/${mode} must be restricted`,
      ),
    ),
    consent("another namespace", add("/metadata/namespace", "default"), "Deployment/consent: must be in namespace one-point-ledger"),
    planted("base", "+")(
      "a second namespace",
      add("", { apiVersion: "v1", kind: "Namespace", metadata: { name: "more" } }),
      "Namespace: one is needed, there are 2",
    ),
  ],
  "service-account": [
    inPod("a token by default", remove("/automountServiceAccountToken"), "automountServiceAccountToken must be false"),
    inPod("a token", add("/automountServiceAccountToken", true), "automountServiceAccountToken must be false"),
  ],
  "non-root": [
    inPod("the pod as root", add("/securityContext/runAsNonRoot", false), "container consent: runAsNonRoot must be true"),
    inPod("the pod as user 0", add("/securityContext/runAsUser", 0), "container consent: runAsUser must be named and not 0"),
    inPod("the pod as group 0", add("/securityContext/runAsGroup", 0), "container consent: runAsGroup must be named and not 0"),
    inPod("group 0 besides", add("/securityContext/supplementalGroups", [0]), "container consent: supplementalGroups must not hold 0"),
    inPod("files of group 0", add("/securityContext/fsGroup", 0), "container consent: supplementalGroups must not hold 0"),
    ...inContainer("a container as root", add("/securityContext/runAsNonRoot", false), "runAsNonRoot must be true"),
    ...inContainer("a container as user 0", add("/securityContext/runAsUser", 0), "runAsUser must be named and not 0"),
    ...inContainer("a container as group 0", add("/securityContext/runAsGroup", 0), "runAsGroup must be named and not 0"),
  ],
  confined: [
    inPod("no seccomp", remove("/securityContext/seccompProfile"), "container consent: seccompProfile must be RuntimeDefault"),
    ...inContainer("a container without seccomp", add("/securityContext/seccompProfile", { type: "Unconfined" }), "seccompProfile must be RuntimeDefault"),
    ...inContainer("privileged", add("/securityContext/privileged", true), "must not be privileged"),
    ...inContainer("privilege escalation", add("/securityContext/allowPrivilegeEscalation", true), "allowPrivilegeEscalation must be false"),
    ...inContainer("privilege escalation by default", remove("/securityContext/allowPrivilegeEscalation"), "allowPrivilegeEscalation must be false"),
    ...inContainer("no security context at all", remove("/securityContext"), "allowPrivilegeEscalation must be false"),
    ...inContainer("kept capabilities", add("/securityContext/capabilities", { drop: ["NET_RAW"] }), "capabilities must drop ALL and add none"),
    ...inContainer("an added capability", add("/securityContext/capabilities/add", ["SYS_TIME"]), "capabilities must drop ALL and add none"),
    ...inContainer("no AppArmor", add("/securityContext/appArmorProfile", { type: "Unconfined" }), "appArmorProfile must not be Unconfined"),
    ...inContainer("another SELinux type", add("/securityContext/seLinuxOptions", { type: "spc_t" }), "seLinuxOptions are not ours to choose"),
    ...inContainer("an unmasked /proc", add("/securityContext/procMount", "Unmasked"), "procMount must be left alone"),
  ],
  "host-apart": [
    ...["hostNetwork", "hostPID", "hostIPC"].map((field) => inPod(field, add(`/${field}`, true), "hostNetwork, hostPID and hostIPC must not be set")),
    inPod("a port of the node", add("/containers/0/ports/0/hostPort", 8080), "no hostPort"),
    inPod("a port of the node, before the others", add("/initContainers", [{ name: "before", ports: [{ containerPort: 1, hostPort: 1 }] }]), "no hostPort"),
    inPod("a sysctl", add("/securityContext/sysctls", [{ name: "kernel.shm_rmid_forced", value: "1" }]), "no sysctls"),
    inPod("a process of the host", add("/securityContext/windowsOptions", { hostProcess: true }), "no process of the host"),
  ],
  "read-only-root": [
    ...inContainer("writable root", add("/securityContext/readOnlyRootFilesystem", false), "readOnlyRootFilesystem must be true"),
    ...inContainer("writable root by default", remove("/securityContext/readOnlyRootFilesystem"), "readOnlyRootFilesystem must be true"),
  ],
  volumes: [
    inPod("a path of the node", add("/volumes/0", { name: "host", hostPath: { path: "/" } }), "volume host is of a kind that is not allowed"),
    inPod(
      "a token as a volume",
      add("/volumes/0", { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }),
      "volume token must not hold a service-account token",
    ),
    inPod("scratch without bound", remove("/volumes/0/emptyDir/sizeLimit"), "volume tmp needs a sizeLimit"),
    inPod("secrets that everybody reads", add("/volumes/1/secret/defaultMode", 0o444), "volume secrets holds secrets, so defaultMode must keep others out"),
    inPod(
      "secrets that everybody reads, by default",
      remove("/volumes/1/secret/defaultMode"),
      "volume secrets holds secrets, so defaultMode must keep others out",
    ),
    nats(
      "secrets that everybody reads, among others",
      remove(`${podPath}/volumes/1/projected/defaultMode`),
      "StatefulSet/nats: volume config holds secrets, so defaultMode must keep others out",
    ),
    inPod("a volume without a source", remove("/volumes/2/configMap"), "volume config is of a kind that is not allowed"),
    inPod("secrets that its user cannot read", remove("/securityContext/fsGroup"), "fsGroup must be named, else what is mounted cannot be read"),
    inPod("a volume that is gone", remove("/volumes/0"), "container consent: there is no volume tmp"),
    inPod("a volume that is not mounted", remove("/containers/0/volumeMounts/1"), "volume secrets is mounted by nobody"),
    nats("a disk that is not claimed", remove("/spec/volumeClaimTemplates"), "StatefulSet/nats: container nats: there is no volume data"),
    ...inContainer("secrets that can be written to", remove("/volumeMounts/1/readOnly"), "mount of secrets must be readOnly"),
  ],
  "secrets-as-files": [
    ...inContainer(
      "a secret by the environment",
      add("/env/-", { name: "ANYTHING", valueFrom: { secretKeyRef: { name: "consent-secrets", key: "database-password" } } }),
      "ANYTHING must come from a mounted file, not from a Secret by the environment",
    ),
    ...inContainer(
      "all secrets by the environment",
      add("/envFrom/-", { secretRef: { name: "consent-secrets" } }),
      "Secret consent-secrets must be mounted, not read into the environment",
    ),
    ...inContainer(
      "a secret as a value",
      add("/env/0", { name: "OPL_DATABASE_PASSWORD", value: "hunter2" }),
      "OPL_DATABASE_PASSWORD must come from a mounted file, not as a value",
    ),
  ],
  references: [
    inPod("a secret nobody makes", add("/volumes/1/secret/secretName", "consent-secret"), "Secret consent-secret is made by nobody"),
    inPod("a key nobody makes", add("/volumes/1/secret/items", [{ key: "kek", path: "kek" }]), "Secret consent-secrets has no key kek"),
    inPod("settings nobody makes", add("/containers/0/envFrom/0/configMapRef/name", "settings"), "ConfigMap settings is made by nobody"),
    inPod(
      "settings nobody makes, before the others",
      add("/initContainers", [{ name: "before", envFrom: [{ configMapRef: { name: "settings" } }] }]),
      "ConfigMap settings is made by nobody",
    ),
    nats(
      "a secret nobody makes, among others",
      add(`${podPath}/volumes/1/projected/sources/1/secret/name`, "nats"),
      "StatefulSet/nats: Secret nats is made by nobody",
    ),
    postgres("credentials nobody gives", add("/spec/superuserSecret/name", "root"), "Cluster/postgres: Secret root is made by nobody"),
    planted("base", "Ingress/web")("a certificate nobody gives", add("/spec/tls/0/secretName", "tls"), "Ingress/web: Secret tls is made by nobody"),
  ],
  resources: [
    ...["requests", "limits"].flatMap((bound) =>
      ["cpu", "memory"].flatMap((kind) => inContainer(`no ${bound} of ${kind}`, remove(`/resources/${bound}/${kind}`), `${bound}.${kind} is missing`)),
    ),
    ...inContainer("no resources at all", remove("/resources"), "limits.memory is missing"),
  ],
  "pinned-images": ["ghcr.io/one-point-ledger/service-consent:latest", "ghcr.io/one-point-ledger/service-consent", "service-consent@sha256:abc"].flatMap(
    (image) => inContainer(image, add("/image", image), "image must be pinned to a version or digest"),
  ),
  probes: [
    ...["startupProbe", "readinessProbe", "livenessProbe"].map((probe) => oneContainer(`no ${probe}`, remove(`/${probe}`), `${probe} is missing`)),
    oneContainer(
      "live asks what ready asks",
      add("/livenessProbe/httpGet/path", "/health/ready"),
      "readinessProbe and livenessProbe must ask different questions",
    ),
    oneContainer(
      "live asks what ready asks, by the port's number",
      add("/livenessProbe/httpGet", { path: "/health/ready", port: 8080 }),
      "readinessProbe and livenessProbe must ask different questions",
    ),
    oneContainer(
      "started asks what live asks",
      add("/startupProbe/httpGet/path", "/health/live"),
      "startupProbe and livenessProbe must ask different questions",
    ),
    oneContainer(
      "started asks what ready asks",
      add("/startupProbe/httpGet/path", "/health/ready"),
      "startupProbe and readinessProbe must ask different questions",
    ),
    oneContainer("a probe that asks nothing", remove("/readinessProbe/httpGet"), "readinessProbe asks nothing"),
    oneContainer("a probe that asks for no page", remove("/livenessProbe/httpGet/path"), "livenessProbe asks nothing"),
    oneContainer("a port of another name", add("/readinessProbe/httpGet/port", "web"), "readinessProbe asks port web, which the container does not have"),
    oneContainer("a port of another number", add("/livenessProbe/httpGet/port", 8081), "livenessProbe asks port 8081, which the container does not have"),
    nats(
      "started asks what live asks of NATS",
      add(`${containerPath}/startupProbe`, { httpGet: { path: "/healthz?js-enabled-only=true", port: "monitor" } }),
      "StatefulSet/nats: container nats: startupProbe and livenessProbe must ask different questions",
    ),
  ],
  "drain-time": [
    inPod("too little time to drain", add("/terminationGracePeriodSeconds", 5), "terminationGracePeriodSeconds must be at least 30"),
    inPod("the time that Kubernetes gives", remove("/terminationGracePeriodSeconds"), "terminationGracePeriodSeconds must be at least 30"),
  ],
  replicas: [
    consent("one replica", add("/spec/replicas", 1), "Deployment/consent: at least 2 replicas"),
    consent("as many as by default", remove("/spec/replicas"), "Deployment/consent: at least 2 replicas"),
    inPod("not spread", remove("/topologySpreadConstraints"), "topologySpreadConstraints must spread its own pods"),
    inPod("an empty list of spreads", add("/topologySpreadConstraints", []), "topologySpreadConstraints must spread its own pods"),
    inPod("all pods spread together", remove("/topologySpreadConstraints/0/labelSelector/matchLabels"), "topologySpreadConstraints must spread its own pods"),
    inPod("other pods spread", add("/topologySpreadConstraints/0/labelSelector/matchLabels", other), "topologySpreadConstraints must spread its own pods"),
    scaler("scaled down to one", add("/spec/minReplicas", 1), "HorizontalPodAutoscaler/bff: minReplicas must be at least 2"),
    scaler("scaled down to one by default", remove("/spec/minReplicas"), "Deployment/bff: at least 2 replicas"),
    scaler("never scaled up", add("/spec/maxReplicas", 2), "HorizontalPodAutoscaler/bff: maxReplicas must be more than minReplicas"),
    scaler("nothing to scale", add("/spec/scaleTargetRef/name", "bbf"), "HorizontalPodAutoscaler/bff: there is no Deployment/bbf"),
    planted("prod", "Deployment/bff")("a number beside the autoscaler's", add("/spec/replicas", 2), "Deployment/bff: replicas must be left to its autoscaler"),
    nats("servers that wait for each other, one by one", remove("/spec/podManagementPolicy"), "StatefulSet/nats: podManagementPolicy must be Parallel"),
  ],
  "disruption-budgets": [
    budget("names no bound", remove("/spec/minAvailable"), "PodDisruptionBudget/consent: keeps 0 of Deployment/consent, at least 1 of 2 must stay"),
    budget("selects nothing", add("/spec/selector/matchLabels", other), "Deployment/consent: no PodDisruptionBudget selects its pods"),
    budget("keeps none", add("/spec/minAvailable", 0), "PodDisruptionBudget/consent: keeps 0 of Deployment/consent, at least 1 of 2 must stay"),
    budget("keeps all", add("/spec/minAvailable", 2), "PodDisruptionBudget/consent: keeps all 2 of Deployment/consent, so no node can ever be emptied"),
    budget(
      "keeps all, in percent",
      add("/spec/minAvailable", "51%"),
      "PodDisruptionBudget/consent: keeps all 2 of Deployment/consent, so no node can ever be emptied",
    ),
    budget(
      "may lose all",
      [remove("/spec/minAvailable"), add("/spec/maxUnavailable", "100%")],
      "PodDisruptionBudget/consent: keeps 0 of Deployment/consent, at least 1 of 2 must stay",
    ),
    budget(
      "may lose none",
      [remove("/spec/minAvailable"), add("/spec/maxUnavailable", 0)],
      "PodDisruptionBudget/consent: keeps all 2 of Deployment/consent, so no node can ever be emptied",
    ),
    budget(
      "selects another's pods",
      add("/spec/selector/matchLabels", { "app.kubernetes.io/name": "bff" }),
      "Deployment/bff: 2 PodDisruptionBudgets select its pods; Kubernetes then evicts none",
    ),
    planted("prod", "PodDisruptionBudget/nats")(
      "less than a majority of NATS",
      add("/spec/minAvailable", 1),
      "PodDisruptionBudget/nats: keeps 1 of StatefulSet/nats, at least 2 of 3 must stay",
    ),
    planted("dev", "PodDisruptionBudget/consent")(
      "the only one kept",
      add("/spec/minAvailable", 1),
      "PodDisruptionBudget/consent: keeps all 1 of Deployment/consent, so no node can ever be emptied",
    ),
  ],
  selectors: [
    consent(
      "a deployment that selects others' pods",
      add("/spec/selector/matchLabels", { "app.kubernetes.io/name": "bff" }),
      "Deployment/consent: selector takes pods of Deployment/bff too",
    ),
    consent("a deployment that selects no pods", add("/spec/selector/matchLabels", other), "Deployment/consent: selector does not select its own pods"),
    planted("base", "Service/consent")(
      "a service that selects no pods",
      add("/spec/selector", other),
      "Service/consent: selector must select the pods of one workload, it selects 0",
    ),
    planted("base", "Service/consent")(
      "a service without a selector",
      remove("/spec/selector"),
      "Service/consent: selector must select the pods of one workload, it selects 0",
    ),
    planted("base", "Service/consent")(
      "a service that selects everything",
      add("/spec/selector", { "app.kubernetes.io/part-of": "one-point-ledger" }),
      "Service/consent: selector must select the pods of one workload, it selects 13",
    ),
    planted("base", "Service/consent")("a port its pods do not have", add("/spec/ports/0/targetPort", "web"), "Service/consent: its pods have no port web"),
    planted("base", "Ingress/web")(
      "an ingress to nowhere",
      add("/spec/rules/0/http/paths/0/backend/service/name", "web"),
      "Ingress/web: there is no Service web",
    ),
    planted("base", "Ingress/web")(
      "an ingress to a port that is not there",
      add("/spec/rules/0/http/paths/0/backend/service/port/name", "https"),
      "Ingress/web: Service bff has no port https",
    ),
    nats(
      "servers that cannot find each other",
      add("/spec/serviceName", "other"),
      "StatefulSet/nats: serviceName must name a Service, by which its pods are found",
    ),
    budget(
      "a budget of nothing",
      add("/spec/selector/matchLabels", other),
      "PodDisruptionBudget/consent: selector must select the pods of one workload, it selects 0",
    ),
    budget("a budget of everything", add("/spec/selector", {}), "PodDisruptionBudget/consent: selector must select the pods of one workload, it selects 13"),
    ingestPolicy(
      "a policy of nothing",
      add("/spec/podSelector/matchLabels", other),
      'NetworkPolicy/ingest: {"matchLabels":{"app.kubernetes.io/name":"other"}} selects no pods',
    ),
    ingestPolicy(
      "a way to nobody",
      add("/spec/egress/1/to/0/podSelector/matchLabels", other),
      'NetworkPolicy/ingest: {"matchLabels":{"app.kubernetes.io/name":"other"}} selects no pods',
    ),
  ],
  "default-deny": [
    planted("base", "NetworkPolicy/default-deny")(
      "not for all",
      add("/spec/podSelector", { matchLabels: { "app.kubernetes.io/name": "bff" } }),
      "NetworkPolicy: one must select all pods, allow nothing and name Ingress and Egress",
    ),
    planted("base", "NetworkPolicy/default-deny")(
      "one direction only",
      add("/spec/policyTypes", ["Ingress"]),
      "NetworkPolicy: one must select all pods, allow nothing and name Ingress and Egress",
    ),
    planted("base", "NetworkPolicy/default-deny")(
      "something allowed",
      add("/spec/egress", [{}]),
      "NetworkPolicy: one must select all pods, allow nothing and name Ingress and Egress",
    ),
  ],
  outside: [
    ingestPolicy(
      "another service",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }),
      "NetworkPolicy/ingest: ingest may not reach outside by 443",
    ),
    ingestPolicy(
      "another service, by every port",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }),
      "NetworkPolicy/ingest: ingest may not reach outside by every port",
    ),
    ingestPolicy(
      "one public address",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "192.0.2.7/32" } }], ports: [{ port: 443 }] }),
      "NetworkPolicy/ingest: ingest may not reach outside by 443",
    ),
    ingestPolicy(
      "a range a little wider than a private one",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "10.0.0.0/7" } }], ports: [{ port: 443 }] }),
      "NetworkPolicy/ingest: ingest may not reach outside by 443",
    ),
    ingestPolicy("a rule that names nothing", add("/spec/egress", [{}]), "NetworkPolicy/ingest: ingest may not reach everything"),
    ingestPolicy(
      "IPv6",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "::/0" } }], ports: [{ port: 443 }] }),
      "NetworkPolicy/ingest: ::/0 is no range of IPv4; teach address-ranges.ts",
    ),
    planted("base", "NetworkPolicy/bff")(
      "bff, in a stage without single sign-on",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }),
      "NetworkPolicy/bff: bff may not reach outside by 443",
    ),
    gatewayPolicy(
      "the gateway by another port",
      add("/spec/egress/3/ports/-", { port: 25 }),
      "NetworkPolicy/bank-gateway: bank-gateway may not reach outside by 25",
    ),
    gatewayPolicy("the gateway by every port", remove("/spec/egress/3/ports"), "NetworkPolicy/bank-gateway: bank-gateway may not reach outside by every port"),
    gatewayPolicy(
      "the gateway by a range of ports",
      add("/spec/egress/3/ports/0/endPort", 65535),
      "NetworkPolicy/bank-gateway: bank-gateway may not reach outside by 443-65535",
    ),
    gatewayPolicy(
      "the gateway into private networks",
      remove("/spec/egress/3/to/0/ipBlock/except"),
      "NetworkPolicy/bank-gateway: 0.0.0.0/0 must except 10.0.0.0/8",
    ),
    ...["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"].map((range, index) =>
      gatewayPolicy(
        `the gateway into ${range}`,
        remove(`/spec/egress/3/to/0/ipBlock/except/${index}`),
        `NetworkPolicy/bank-gateway: 0.0.0.0/0 must except ${range}`,
      ),
    ),
    gatewayPolicy(
      "the gateway into half of a private network",
      [remove("/spec/egress/3/to/0/ipBlock/except/0"), add("/spec/egress/3/to/0/ipBlock/except/0", "10.0.0.0/9")],
      "NetworkPolicy/bank-gateway: 0.0.0.0/0 must except 10.0.0.0/8",
    ),
    planted("prod", "+")("every pod", everyPod("egress"), "NetworkPolicy/all: every pod may not reach everything"),
  ],
  flows: [
    ingestPolicy("in from everywhere", add("/spec/ingress/-", {}), "NetworkPolicy/ingest: anywhere -> ingest:every port is not in the table of README.md"),
    ingestPolicy(
      "in from everywhere by one port",
      add("/spec/ingress/-", { ports: [{ port: 8080 }] }),
      "NetworkPolicy/ingest: anywhere -> ingest:8080 is not in the table of README.md",
    ),
    ingestPolicy(
      "in from an address",
      add("/spec/ingress/-", { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 8080 }] }),
      "NetworkPolicy/ingest: the internet -> ingest:8080 is not in the table of README.md",
    ),
    ingestPolicy(
      "in from a service that has no business there",
      add("/spec/ingress/0/from/-", { podSelector: { matchLabels: { "app.kubernetes.io/name": "consent" } } }),
      "NetworkPolicy/ingest: consent -> ingest:8080 is not in the table of README.md",
    ),
    ingestPolicy(
      "out by every port",
      remove("/spec/egress/3/ports"),
      "NetworkPolicy/ingest: ingest -> bank-gateway:every port is not in the table of README.md",
    ),
    ingestPolicy(
      "out by a range of ports",
      add("/spec/egress/3/ports/0/endPort", 65535),
      "NetworkPolicy/ingest: ingest -> bank-gateway:8080-65535 is not in the table of README.md",
    ),
    ingestPolicy(
      "out by another protocol",
      add("/spec/egress/3/ports/0/protocol", "UDP"),
      "NetworkPolicy/ingest: ingest -> bank-gateway:8080/UDP is not in the table of README.md",
    ),
    ingestPolicy(
      "out to every namespace",
      add("/spec/egress/-", { to: [{ namespaceSelector: {} }] }),
      "NetworkPolicy/ingest: ingest -> every namespace:every port is not in the table of README.md",
    ),
    ingestPolicy(
      "out to pods of that name in every namespace",
      add("/spec/egress/3/to/0/namespaceSelector", {}),
      'NetworkPolicy/ingest: ingest -> every namespace{"matchLabels":{"app.kubernetes.io/name":"bank-gateway"}}:8080 is not in the table of README.md',
    ),
    ingestPolicy(
      "out to the whole of kube-system",
      remove("/spec/egress/0/to/0/podSelector"),
      "NetworkPolicy/ingest: ingest -> namespace kube-system:53/UDP is not in the table of README.md",
    ),
    ingestPolicy(
      "out to every pod of ours",
      add("/spec/egress/3/to/0/podSelector", {}),
      "NetworkPolicy/ingest: ingest -> every pod:8080 is not in the table of README.md",
    ),
    ingestPolicy(
      "in from every namespace",
      add("/spec/ingress/1/from/0/namespaceSelector", {}),
      "NetworkPolicy/ingest: every namespace -> ingest:9464 is not in the table of README.md",
    ),
    ingestPolicy("not let out any more", remove("/spec/egress/3"), "README.md: ingest -> bank-gateway:8080 is not let out by ingest"),
    ingestPolicy("not let in any more", remove("/spec/ingress/0"), "README.md: bff -> ingest:8080 is not let in by ingest"),
    ingestPolicy(
      "a direction that its policy leaves out",
      add("/spec/policyTypes", ["Ingress"]),
      "README.md: ingest -> bank-gateway:8080 is not let out by ingest",
    ),
    planted("base", "+")(
      "a policy that lets every pod out",
      everyPod("egress"),
      "NetworkPolicy/all: every pod -> anywhere:every port is not in the table of README.md",
    ),
    planted("dev", "+")(
      "a policy that lets everybody in",
      everyPod("ingress"),
      "NetworkPolicy/all: anywhere -> every pod:every port is not in the table of README.md",
    ),
    planted("prod", "NetworkPolicy/postgres")(
      "more of the private network",
      add("/spec/egress/1/to/0/ipBlock/cidr", "172.16.0.0/12"),
      "NetworkPolicy/postgres: postgres -> 172.16.0.0/12:443 is not in the table of README.md",
    ),
    planted("dev", "NetworkPolicy/postgres")(
      "what only prod may",
      add("/spec/egress/-", { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 443 }] }),
      "NetworkPolicy/postgres: postgres -> 10.0.0.0/8:443 is not in the table of README.md",
    ),
  ],
  "postgres-cluster": [
    inCluster("two instances", add("/instances", 2), "instances must be at least 3"),
    inCluster("nobody waits for a second copy", remove("/postgresql/synchronous"), "synchronous must wait for at least one other instance"),
    inCluster("no budget", add("/enablePDB", false), "enablePDB must not be false"),
    inCluster("all on one node", add("/affinity/enablePodAntiAffinity", false), "instances must be kept on zones of their own"),
    inCluster("a moving image", add("/imageName", "ghcr.io/cloudnative-pg/postgresql:latest"), "imageName must be pinned to a version or digest"),
    inCluster("no storage", remove("/storage"), "storage and walStorage need a size"),
    inCluster("no storage for changes", remove("/walStorage"), "storage and walStorage need a size"),
    inCluster("no limit of memory", remove("/resources/limits/memory"), "resources need requests and limits of cpu and memory"),
    inCluster("no resources", remove("/resources"), "resources need requests and limits of cpu and memory"),
    inCluster("no checksums", add("/bootstrap/initdb/dataChecksums", false), "dataChecksums must be true"),
    ...["fsync", "full_page_writes", "synchronous_commit"].map((parameter) =>
      inCluster(`${parameter} off`, add(`/postgresql/parameters/${parameter}`, "off"), "fsync, full_page_writes and synchronous_commit must be on"),
    ),
    inCluster("no TLS", add("/postgresql/parameters/ssl", "off"), "TLS must stay on, version 1.2 at least"),
    inCluster("old TLS", add("/postgresql/parameters/ssl_min_protocol_version", "TLSv1.1"), "TLS must stay on, version 1.2 at least"),
    inCluster(
      "no password asked",
      add("/postgresql/pg_hba", ["hostssl all all all trust"]),
      "pg_hba may only ask for more than the operator does: hostssl with a password or a certificate",
    ),
    inCluster("no backup", remove("/backup"), "backup must go to a store by https"),
    inCluster("backups kept for ever", remove("/backup/retentionPolicy"), "backup must say how long backups are kept"),
    inCluster("backups in the clear", add("/backup/barmanObjectStore/endpointURL", "http://objects.internal.example"), "backup must go to a store by https"),
    planted("prod", "ScheduledBackup/postgres")(
      "backups of another cluster",
      add("/spec/cluster/name", "pg"),
      "Cluster/postgres: a ScheduledBackup must make its backups",
    ),
    planted("prod", "ScheduledBackup/postgres")("backups stopped", add("/spec/suspend", true), "Cluster/postgres: a ScheduledBackup must make its backups"),
    planted("prod", "Service/postgres")(
      "a name for a copy that is read only",
      add("/spec/externalName", "postgres-ro.one-point-ledger.svc.cluster.local"),
      "Cluster/postgres: a Service must lead to its primary",
    ),
  ],
};

describe.each(Object.keys(rules) as RuleName[])("G-30 rule %s finds a planted mistake", (rule) => {
  it.each(mistakes[rule])("$stage, $at: $title", (mistake) => {
    expect(findingsWith(mistake)).toContain(`${rule}: ${mistake.finding}`);
  });
});

/** Every path below, parents included. */
function pathsIn(value: unknown, at: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const path = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return [path, ...pathsIn(below, path)];
  });
}
/** What Kubernetes takes for granted where it is left out: TCP, both directions, nothing allowed. */
const takenForGranted = /\/protocol$|^\/spec\/policyTypes(?:\/\d)?$|^\/spec\/(?:in|e)gress$/;

describe.each<StageName>(["base", "dev", "prod"])("G-30 network policies of %s", (stage) => {
  it("nothing in them can be left out unseen but what goes without saying", () => {
    // The one that denies by default selects all pods either way, and has its cases above.
    const policies = soundOf(stage).filter(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name !== "default-deny");
    const unseen = policies.flatMap((policy) =>
      pathsIn(policy.spec, "/spec").filter((path) => {
        const manifests = soundOf(stage).map((manifest) => (manifest === policy ? structuredClone(manifest) : manifest));
        apply(manifestOf(manifests, whereOf(policy)), remove(path));
        const without = stageOf(stage, manifests);
        return [rules.flows, rules.outside, rules.selectors, rules["default-deny"]].every((rule) => rule(without).length === 0);
      }),
    );
    expect(unseen.filter((path) => !takenForGranted.test(path))).toEqual([]);
  });
});
