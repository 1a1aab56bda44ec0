import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kubernetesObjects } from "../../tools/setup/kubernetes.ts";
import { keepSecret, makeSecrets } from "../../tools/setup/secrets.ts";
import type { Surroundings } from "../settings-rules.ts";
import type { IPodSpec } from "kubernetes-models/v1";
import { containersOf, isOf, type Manifest, ofKind, podSpecOf, whereOf } from "./objects.ts";

/** A Secret or ConfigMap that is in the cluster before these manifests. */
export interface GivenObject {
  readonly kind: string;
  readonly name: string;
  readonly keys: ReadonlySet<string>;
}

/** Given out by others; README.md says by whom. */
const fromOthers: readonly GivenObject[] = [
  { kind: "Secret", name: "op-portal", keys: new Set(["api-key"]) },
  { kind: "Secret", name: "web-tls", keys: new Set(["tls.crt", "tls.key"]) },
  { kind: "Secret", name: "backup-credentials", keys: new Set(["access-key-id", "secret-access-key"]) },
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

function reference(kind: Reference["kind"], name = "", items: readonly { readonly key: string }[] = []): Reference {
  return { kind, name, keys: items.map(({ key }) => key) };
}

function referencesOfPod(pod: IPodSpec): Reference[] {
  const volumes = (pod.volumes ?? []).flatMap(({ secret, configMap, projected }) => [
    ...(secret === undefined ? [] : [reference("Secret", secret.secretName, secret.items)]),
    ...(configMap === undefined ? [] : [reference("ConfigMap", configMap.name, configMap.items)]),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...(source.secret === undefined ? [] : [reference("Secret", source.secret.name, source.secret.items)]),
      ...(source.configMap === undefined ? [] : [reference("ConfigMap", source.configMap.name, source.configMap.items)]),
    ]),
  ]);
  const variables = containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
    ...env.flatMap(({ valueFrom }) => [
      ...(valueFrom?.secretKeyRef === undefined ? [] : [reference("Secret", valueFrom.secretKeyRef.name, [valueFrom.secretKeyRef])]),
      ...(valueFrom?.configMapKeyRef === undefined ? [] : [reference("ConfigMap", valueFrom.configMapKeyRef.name, [valueFrom.configMapKeyRef])]),
    ]),
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...(configMapRef === undefined ? [] : [reference("ConfigMap", configMapRef.name)]),
      ...(secretRef === undefined ? [] : [reference("Secret", secretRef.name)]),
    ]),
  ]);
  return [...volumes, ...variables];
}

function referencesOf(manifest: Manifest): Reference[] {
  if (isOf(manifest, "Ingress")) return (manifest.spec.tls ?? []).map(({ secretName }) => reference("Secret", secretName));
  if (isOf(manifest, "Cluster")) {
    const { superuserSecret, backup } = manifest.spec;
    const credentials = Object.values(backup?.barmanObjectStore.s3Credentials ?? {});
    return [reference("Secret", superuserSecret.name), ...credentials.map((credential) => reference("Secret", credential.name, [credential]))];
  }
  const pod = podSpecOf(manifest);
  return pod === null ? [] : referencesOfPod(pod);
}

function configMapsIn(manifests: readonly Manifest[]): GivenObject[] {
  return ofKind(manifests, "ConfigMap").map(({ metadata, data = {} }) => ({ kind: "ConfigMap", name: metadata.name, keys: new Set(Object.keys(data)) }));
}

/** Secrets and ConfigMaps that are named and that nobody makes, or that lack the key. */
export function unresolvedReferences(manifests: readonly Manifest[]): string[] {
  const known = [...givenObjects(), ...configMapsIn(manifests)];
  return manifests.flatMap((manifest) =>
    referencesOf(manifest).flatMap(({ kind, name, keys }) => {
      const object = known.find((candidate) => candidate.kind === kind && candidate.name === name);
      if (object === undefined) return [`${whereOf(manifest)}: ${kind} ${name} is made by nobody`];
      return keys.filter((key) => !object.keys.has(key)).map((key) => `${whereOf(manifest)}: ${kind} ${name} has no key ${key}`);
    }),
  );
}

/** What the container of a service's Deployment sees: its variables, those of its settings included, and the files of its mounts. */
export function surroundingsOf(service: string, manifests: readonly Manifest[]): Surroundings {
  const deployment = manifests.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === service);
  const pod = deployment === undefined ? null : podSpecOf(deployment);
  const container = pod?.containers.find(({ name }) => name === service);
  if (pod === null || container === undefined) throw new Error(`no Deployment ${service} with a container of that name`);
  const settings = (container.envFrom ?? []).flatMap(({ configMapRef }) => {
    const found = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMapRef?.name);
    return found === undefined ? [] : Object.entries(found.data ?? {});
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
