import { ofContainers, unmet } from "./pods.ts";

/** What a container says wins over what its pod says. */
export const nonRoot = ofContainers(({ securityContext: own }, { securityContext: pod }) =>
  unmet({
    "runAsNonRoot must be true": (own?.runAsNonRoot ?? pod?.runAsNonRoot) === true,
    "runAsUser must be named and not 0": (own?.runAsUser ?? pod?.runAsUser ?? 0) > 0,
    "runAsGroup must be named and not 0": (own?.runAsGroup ?? pod?.runAsGroup ?? 0) > 0,
    "supplementalGroups must not hold 0": !(pod?.supplementalGroups ?? []).includes(0) && pod?.fsGroup !== 0,
  }),
);
