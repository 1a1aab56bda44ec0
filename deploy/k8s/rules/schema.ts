import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { Job } from "kubernetes-models/batch/v1";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Namespace, Service } from "kubernetes-models/v1";
import { type Manifest, whereOf } from "../objects.ts";
import type { Rule } from "./index.ts";
import { operatorKinds } from "./operator-kinds.ts";

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: { validate(): void };
}

/** The official schema of each kind we use. One more that makes pods has to be known to objects.ts too, or its pods go unseen. */
const kinds: readonly Kind[] = [
  Deployment,
  StatefulSet,
  HorizontalPodAutoscaler,
  Job,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  ConfigMap,
  Namespace,
  Service,
];

/** To the schemas a spec may be left out everywhere. */
const withoutSpec = new Set(["ConfigMap", "Namespace"]);

/**
 * A view of an object that keeps, by path, the fields nobody has read. The compiled schemas read each field they know and pass over the rest
 * in silence, so what is left is what Kubernetes would drop: a misspelt name.
 */
function watched<Value>(value: Value, at: string, unread: Set<string>): Value {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) for (const key of Object.keys(value)) unread.add(`${at}/${key}`);
  return new Proxy(value, {
    get(target, key) {
      const path = `${at}/${String(key)}`;
      unread.delete(path);
      return watched(Reflect.get(target, key) as unknown, path, unread);
    },
  });
}

function ofManifest(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const operator = operatorKinds[`${apiVersion} ${kind}`];
  if (operator !== undefined) return (operator.safeParse(manifest).error?.issues ?? []).map(({ path, message }) => `/${path.join("/")} ${message}`);
  const known = kinds.find((candidate) => candidate.apiVersion === apiVersion && candidate.kind === kind);
  if (known === undefined) return [`${apiVersion} ${kind} has no schema here`];
  const unread = new Set<string>();
  try {
    known.prototype.validate.call(watched(manifest, "", unread));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  if (manifest.spec === undefined && !withoutSpec.has(kind)) return ["spec is missing"];
  return [...unread].map((path) => `${path} is no field of ${kind}`);
}

/** Every object is what its kind is, with no field that its kind does not have. */
export const schema: Rule = ({ manifests }) => manifests.flatMap((manifest) => ofManifest(manifest).map((text) => `${whereOf(manifest)}: ${text}`));
