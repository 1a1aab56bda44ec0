import { ofPods, unmet } from "./pods.ts";

/** The longest a process of ours takes to drain, plus room. */
const leastSeconds = 30;

export const drainTime = ofPods((pod) =>
  unmet({ [`terminationGracePeriodSeconds must be at least ${leastSeconds}`]: (pod.terminationGracePeriodSeconds ?? 0) >= leastSeconds }),
);
