import { ofContainers, unmet } from "./pods.ts";

export const pinnedImages = ofContainers(({ image = "" }) =>
  unmet({ "image must be pinned to a version or digest": /:\d[\w.-]*$/.test(image) || /@sha256:[0-9a-f]{64}$/.test(image) }),
);
