import type { IPodSpec, IVolume } from "kubernetes-models/v1";
import { containersOf, isOf, type Workload } from "../objects.ts";
import { ofPods } from "./pods.ts";

const allowed = new Set(["emptyDir", "secret", "configMap", "persistentVolumeClaim", "projected"]);
const readByOthers = 0o007;

function ofVolume({ name, ...sources }: IVolume): string[] {
  const { emptyDir, secret, projected } = sources;
  const secretMode =
    secret === undefined ? (projected?.sources?.some((source) => source.secret !== undefined) ? projected.defaultMode : 0) : secret.defaultMode;
  const demands: [boolean, string][] = [
    [Object.keys(sources).length > 0 && Object.keys(sources).every((kind) => allowed.has(kind)), "is of a kind that is not allowed"],
    [projected?.sources?.every(({ serviceAccountToken }) => serviceAccountToken === undefined) !== false, "must not hold a service-account token"],
    [emptyDir === undefined || emptyDir.sizeLimit !== undefined, "needs a sizeLimit"],
    // Kubernetes gives 0644.
    [((secretMode ?? 0o644) & readByOthers) === 0, "holds secrets, so defaultMode must keep others out"],
  ];
  return demands.flatMap(([holds, text]) => (holds ? [] : [`volume ${name} ${text}`]));
}

function ofMounts(pod: IPodSpec, { manifest }: Workload): string[] {
  const claims = isOf(manifest, "StatefulSet") ? (manifest.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? "") : [];
  const volumes = pod.volumes ?? [];
  const given = new Set(volumes.filter(({ secret, configMap, projected }) => (secret ?? configMap ?? projected) !== undefined).map(({ name }) => name));
  const there = [...volumes.map(({ name }) => name), ...claims];
  const mounts = containersOf(pod).flatMap((container) => (container.volumeMounts ?? []).map((mount) => ({ ...mount, container: container.name })));
  return [
    ...mounts.filter(({ name }) => !there.includes(name)).map(({ name, container }) => `container ${container}: there is no volume ${name}`),
    ...mounts
      .filter(({ name, readOnly }) => given.has(name) && readOnly !== true)
      .map(({ name, container }) => `container ${container}: mount of ${name} must be readOnly`),
    ...there.filter((name) => !mounts.some((mount) => mount.name === name)).map((name) => `volume ${name} is mounted by nobody`),
    ...(given.size > 0 && pod.securityContext?.fsGroup === undefined ? ["fsGroup must be named, else what is mounted cannot be read"] : []),
  ];
}

/** Nothing of the node, nothing without bound; secrets and settings that cannot be written to, and secrets that only the pod's group reads. */
export const volumes = ofPods((pod, workload) => [...(pod.volumes ?? []).flatMap(ofVolume), ...ofMounts(pod, workload)]);
