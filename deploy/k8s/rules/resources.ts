import { ofContainers } from "./pods.ts";

export const resources = ofContainers((container) =>
  (["requests", "limits"] as const).flatMap((bound) =>
    ["cpu", "memory"].filter((kind) => container.resources?.[bound]?.[kind] === undefined).map((kind) => `${bound}.${kind} is missing`),
  ),
);
