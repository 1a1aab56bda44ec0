import { ofContainers, unmet } from "./pods.ts";

export const readOnlyRoot = ofContainers(({ securityContext }) =>
  unmet({ "readOnlyRootFilesystem must be true": securityContext?.readOnlyRootFilesystem === true }),
);
