import { ofPods, unmet } from "./pods.ts";

/** No pod of ours speaks with the API server. */
export const serviceAccount = ofPods((pod) => unmet({ "automountServiceAccountToken must be false": pod.automountServiceAccountToken === false }));
