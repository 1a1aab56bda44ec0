import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kubernetesObjects } from "../../tools/setup/kubernetes.ts";
import { keepSecret, makeSecrets } from "../../tools/setup/secrets.ts";
import type { Surroundings } from "../settings-rules.ts";
import { type Manifest, type PodSpec, podSpecOf, type Volume } from "./manifest-rules.ts";

/** A Secret or ConfigMap that is in the cluster before these manifests. */
export interface GivenObject {
  readonly kind: string;
  readonly name: string;
  readonly keys: ReadonlySet<string>;
}

/** Given out by others; README.md says by whom. */
const fromOthers: readonly GivenObject[] = [
  { kind: "Secret", name: "op-portal", keys: new Set(["api-key"]) },
  { kind: "Secret", name: "single-sign-on", keys: new Set(["client-secret"]) },
];

let made: readonly GivenObject[] | undefined;

/** What `tools/setup/main.ts kubernetes` makes, and what others give out. */
export function givenObjects(): readonly GivenObject[] {
  return (made ??= [...fromOthers, ...makeObjects()]);
}

function makeObjects(): GivenObject[] {
  const folder = mkdtempSync(path.join(tmpdir(), "opl-cluster-"));
  try {
    makeSecrets(folder);
    keepSecret(path.join(folder, "postgres"), "admin-password");
    return kubernetesObjects(folder).map((object) => ({
      kind: object.kind,
      name: object.metadata.name,
      keys: new Set(Object.keys("data" in object ? object.data : object.stringData)),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `kind/name`, and the keys that are asked for by name. */
interface Reference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
  readonly keys: readonly string[];
}

function referencesOf(pod: PodSpec): Reference[] {
  const keys = (items: readonly { readonly key: string }[] | undefined): string[] => (items ?? []).map(({ key }) => key);
  const volumes = (pod.volumes ?? []).flatMap(({ secret, configMap, projected }: Volume): Reference[] => [
    ...(secret === undefined ? [] : [{ kind: "Secret" as const, name: secret.secretName, keys: keys(secret.items) }]),
    ...(configMap === undefined ? [] : [{ kind: "ConfigMap" as const, name: configMap.name, keys: keys(configMap.items) }]),
    ...(projected?.sources ?? []).flatMap((source) =>
      source.secret === undefined ? [] : [{ kind: "Secret" as const, name: source.secret.name, keys: keys(source.secret.items) }],
    ),
  ]);
  const variables = pod.containers.flatMap(({ env = [], envFrom = [] }): Reference[] => [
    ...env.flatMap(({ valueFrom }) =>
      valueFrom?.secretKeyRef === undefined ? [] : [{ kind: "Secret" as const, name: valueFrom.secretKeyRef.name, keys: [valueFrom.secretKeyRef.key] }],
    ),
    ...envFrom.flatMap(({ configMapRef }) => (configMapRef === undefined ? [] : [{ kind: "ConfigMap" as const, name: configMapRef.name, keys: [] }])),
  ]);
  return [...volumes, ...variables];
}

const dataOf = (manifest: Manifest): Readonly<Record<string, string>> => (manifest as unknown as { data?: Record<string, string> }).data ?? {};

function configMapsIn(manifests: readonly Manifest[]): GivenObject[] {
  return manifests
    .filter(({ kind }) => kind === "ConfigMap")
    .map((manifest) => ({ kind: "ConfigMap", name: manifest.metadata.name, keys: new Set(Object.keys(dataOf(manifest))) }));
}

/** Secrets and ConfigMaps that pods name and nobody makes, or that lack the key. `generated`: ConfigMaps that kustomize makes. */
export function unresolvedReferences(manifests: readonly Manifest[], generated: readonly string[]): string[] {
  const known = [...givenObjects(), ...configMapsIn(manifests)];
  return manifests.flatMap((manifest) => {
    const pod = podSpecOf(manifest);
    if (pod === null) return [];
    const where = `${manifest.kind}/${manifest.metadata.name}`;
    return referencesOf(pod).flatMap(({ kind, name, keys }) => {
      if (kind === "ConfigMap" && generated.includes(name)) return [];
      const object = known.find((candidate) => candidate.kind === kind && candidate.name === name);
      if (object === undefined) return [`${where}: ${kind} ${name}`];
      return keys.filter((key) => !object.keys.has(key)).map((key) => `${where}: ${kind} ${name}, key ${key}`);
    });
  });
}

/** What the container of a service's Deployment sees: its variables, those of its settings included, and the files of its mounts. */
export function surroundingsOf(service: string, manifests: readonly Manifest[]): Surroundings {
  const deployment = manifests.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === service);
  const pod = deployment === undefined ? null : podSpecOf(deployment);
  const container = pod?.containers.find(({ name }) => name === service);
  if (pod === null || container === undefined) throw new Error(`no Deployment ${service} with a container of that name`);
  const settings = (container.envFrom ?? []).flatMap(({ configMapRef }) => {
    const found = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMapRef?.name);
    return found === undefined ? [] : Object.entries(dataOf(found));
  });
  const variables = (container.env ?? []).map(({ name, value }) => [name, value ?? ""] as const);
  const known = [...givenObjects(), ...configMapsIn(manifests)];
  const files = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = pod.volumes?.find((candidate) => candidate.name === name);
    const source = volume?.secret?.secretName ?? volume?.configMap?.name;
    const keys = known.find((object) => object.name === source)?.keys ?? [];
    return [...keys].map((key) => `${mountPath}/${key}`);
  });
  return { where: service, values: Object.fromEntries([...settings, ...variables]), files: new Set(files) };
}
