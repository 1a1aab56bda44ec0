import { ofContainers, unmet } from "./pods.ts";

/** Pod Security Standards, "restricted": no way to more rights than the image was given. */
export const confined = ofContainers(({ securityContext: own }, { securityContext: pod }) =>
  unmet({
    "must not be privileged": own?.privileged !== true,
    "allowPrivilegeEscalation must be false": own?.allowPrivilegeEscalation === false,
    "capabilities must drop ALL and add none": own?.capabilities?.drop?.includes("ALL") === true && (own.capabilities.add ?? []).length === 0,
    "seccompProfile must be RuntimeDefault": (own?.seccompProfile ?? pod?.seccompProfile)?.type === "RuntimeDefault",
    "appArmorProfile must not be Unconfined": (own?.appArmorProfile ?? pod?.appArmorProfile)?.type !== "Unconfined",
    "seLinuxOptions are not ours to choose": (own?.seLinuxOptions ?? pod?.seLinuxOptions) === undefined,
    "procMount must be left alone": own?.procMount === undefined,
  }),
);
