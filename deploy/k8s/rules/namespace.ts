import { ofKind, whereOf } from "../objects.ts";
import type { Rule } from "./index.ts";

const modes = ["enforce", "audit", "warn"];

/** One namespace, held to the restricted level by the API server too, and everything in it. */
export const namespace: Rule = ({ manifests }) => {
  const [own, ...more] = ofKind(manifests, "Namespace");
  if (own === undefined || more.length > 0) return [`Namespace: one is needed, there are ${more.length + (own === undefined ? 0 : 1)}`];
  return [
    ...modes
      .map((mode) => `pod-security.kubernetes.io/${mode}`)
      .filter((label) => own.metadata.labels?.[label] !== "restricted")
      .map((label) => `${whereOf(own)}: label ${label} must be restricted`),
    ...manifests
      .filter((manifest) => manifest !== own && manifest.metadata.namespace !== own.metadata.name)
      .map((manifest) => `${whereOf(manifest)}: must be in namespace ${own.metadata.name}`),
  ];
};
