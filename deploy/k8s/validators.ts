import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2";
import { Job } from "kubernetes-models/batch/v1";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Namespace, Service } from "kubernetes-models/v1";
import type { Manifest } from "./manifest-rules.ts";

interface Model {
  validate(): void;
}
type ModelClass = new (data: never) => Model;

/** The official schema of each kind we use. Kinds of an operator have none here. */
const kinds: Readonly<Record<string, ModelClass>> = {
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
};

export function validatorOf(manifest: Manifest): (() => void) | null {
  const Kind = kinds[manifest.kind];
  if (Kind === undefined || manifest.apiVersion.startsWith("postgresql.cnpg.io/")) return null;
  return () => new Kind(manifest as never).validate();
}
