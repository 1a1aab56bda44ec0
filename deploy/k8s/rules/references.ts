import { unresolvedReferences } from "../cluster.ts";
import type { Rule } from "./index.ts";

/** Every Secret and ConfigMap that a pod names is made by somebody, with the keys that are named. Base leaves what it has no pods for to overlays. */
export const references: Rule = ({ manifests }) => unresolvedReferences(manifests);
