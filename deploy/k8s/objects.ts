import type { IDeploymentSpec, IStatefulSetSpec } from "kubernetes-models/apps/v1";
import type { IHorizontalPodAutoscalerSpec } from "kubernetes-models/autoscaling/v2";
import type { IJobSpec } from "kubernetes-models/batch/v1";
import type { IIngressSpec, INetworkPolicySpec } from "kubernetes-models/networking.k8s.io/v1";
import type { IPodDisruptionBudgetSpec } from "kubernetes-models/policy/v1";
import type { IContainer, IPodSpec, IPodTemplateSpec, IServiceSpec } from "kubernetes-models/v1";
import type { PostgresSpec, ScheduledBackupSpec } from "./rules/operator-kinds.ts";

/** A Kubernetes object as YAML gives it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: object;
  readonly data?: Readonly<Record<string, string>>;
}
export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** What makes pods: ours by a template, Postgres of prod by its operator (`pod` is null). */
export interface Workload {
  /** `kind/name`. */
  readonly where: string;
  readonly manifest: Manifest;
  readonly labels: Labels;
  readonly pod: IPodSpec | null;
  /** How many there are at least: where an autoscaler decides, its lower bound. */
  readonly replicas: number;
}

/** The spec of each kind that a rule reads; rule `schema` proves the shape. */
interface Specs {
  readonly Deployment: IDeploymentSpec;
  readonly StatefulSet: IStatefulSetSpec;
  readonly Job: IJobSpec;
  readonly HorizontalPodAutoscaler: IHorizontalPodAutoscalerSpec;
  readonly Ingress: IIngressSpec;
  readonly NetworkPolicy: INetworkPolicySpec;
  readonly PodDisruptionBudget: IPodDisruptionBudgetSpec;
  readonly Service: IServiceSpec;
  readonly Cluster: PostgresSpec;
  readonly ScheduledBackup: ScheduledBackupSpec;
  readonly Namespace: object;
  readonly ConfigMap: object;
}
export type ManifestOf<Kind extends keyof Specs> = Manifest & { readonly spec: Specs[Kind] };

export function isOf<Kind extends keyof Specs>(manifest: Manifest, kind: Kind): manifest is ManifestOf<Kind> {
  return manifest.kind === kind;
}
export function ofKind<Kind extends keyof Specs>(manifests: readonly Manifest[], kind: Kind): ManifestOf<Kind>[] {
  return manifests.filter((manifest) => isOf(manifest, kind));
}

export const whereOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;
/** The name that network policies and their table know pods by. */
export const nameOf = (labels: Labels): string => labels["app.kubernetes.io/name"] ?? "";

function templateOf(manifest: Manifest): IPodTemplateSpec | undefined {
  return isOf(manifest, "Deployment") || isOf(manifest, "StatefulSet") || isOf(manifest, "Job") ? manifest.spec.template : undefined;
}

/** The pods a manifest makes; null where it makes none. */
export function podSpecOf(manifest: Manifest): IPodSpec | null {
  return templateOf(manifest)?.spec ?? null;
}

/** What runs in a pod, before and after it has started: rules hold for both. */
export function containersOf(pod: IPodSpec): IContainer[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  const scalers = ofKind(manifests, "HorizontalPodAutoscaler").map(({ spec }) => spec);
  return manifests.flatMap((manifest): Workload[] => {
    const where = whereOf(manifest);
    if (isOf(manifest, "Cluster")) {
      const { instances, inheritedMetadata } = manifest.spec;
      return [{ where, manifest, labels: { ...inheritedMetadata.labels, "cnpg.io/cluster": manifest.metadata.name }, pod: null, replicas: instances }];
    }
    const template = templateOf(manifest);
    if (template?.spec === undefined) return [];
    const scaler = scalers.find(({ scaleTargetRef: { kind, name } }) => `${kind}/${name}` === where);
    const fixed = isOf(manifest, "Deployment") || isOf(manifest, "StatefulSet") ? manifest.spec.replicas : undefined;
    return [{ where, manifest, labels: template.metadata?.labels ?? {}, pod: template.spec, replicas: fixed ?? scaler?.minReplicas ?? 1 }];
  });
}

/** Whether labels are what a selector asks for; an empty selector takes everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === "Exists") return key in labels;
      if (operator === "DoesNotExist") return !(key in labels);
      const among = values.includes(labels[key] ?? "") && key in labels;
      return operator === "NotIn" ? !among : among;
    })
  );
}

export const selectsAll = ({ matchLabels = {}, matchExpressions = [] }: Selector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
