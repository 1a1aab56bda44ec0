import { ofKind, selectsAll } from "../objects.ts";
import type { Rule } from "./index.ts";

/** What no policy allows is refused for every pod, in both directions. */
export const defaultDeny: Rule = ({ manifests }) =>
  ofKind(manifests, "NetworkPolicy").some(({ spec: { podSelector = {}, policyTypes = [], ingress = [], egress = [] } }) => {
    return selectsAll(podSelector) && ingress.length === 0 && egress.length === 0 && policyTypes.includes("Ingress") && policyTypes.includes("Egress");
  })
    ? []
    : ["NetworkPolicy: one must select all pods, allow nothing and name Ingress and Egress"];
