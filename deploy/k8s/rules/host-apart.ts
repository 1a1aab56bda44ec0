import { containersOf } from "../objects.ts";
import { ofPods, unmet } from "./pods.ts";

/** Nothing of the node is shared or changed. */
export const hostApart = ofPods((pod) =>
  unmet({
    "hostNetwork, hostPID and hostIPC must not be set": pod.hostNetwork !== true && pod.hostPID !== true && pod.hostIPC !== true,
    "no hostPort": containersOf(pod).every(({ ports }) => (ports ?? []).every(({ hostPort }) => hostPort === undefined)),
    "no sysctls": (pod.securityContext?.sysctls ?? []).length === 0,
    "no process of the host": containersOf(pod).every(
      ({ securityContext }) => (securityContext?.windowsOptions ?? pod.securityContext?.windowsOptions)?.hostProcess !== true,
    ),
  }),
);
