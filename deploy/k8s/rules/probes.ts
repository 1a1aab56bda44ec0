import type { IContainer, IProbe } from "kubernetes-models/v1";
import { ofPods } from "./pods.ts";

const kinds = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

/** What a probe asks, whichever way; how often it asks, and by which name of the port, is no difference. */
function questionOf({ httpGet, exec, tcpSocket, grpc }: IProbe): string {
  return JSON.stringify([httpGet?.path, exec?.command, tcpSocket?.port, grpc?.service]);
}

function ofContainer(container: IContainer): string[] {
  const given = kinds.flatMap((kind) => (container[kind] === undefined ? [] : [{ kind, probe: container[kind] }]));
  const ports = new Set((container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort]));
  return [
    ...kinds.filter((kind) => container[kind] === undefined).map((kind) => `${kind} is missing`),
    ...given.flatMap((one, index) =>
      given
        .slice(index + 1)
        .filter((other) => questionOf(one.probe) === questionOf(other.probe))
        .map((other) => `${one.kind} and ${other.kind} must ask different questions`),
    ),
    ...given
      .filter(({ probe: { httpGet, exec, tcpSocket, grpc } }) => (httpGet?.path ?? exec?.command ?? tcpSocket ?? grpc) === undefined)
      .map(({ kind }) => `${kind} asks nothing`),
    ...given.flatMap(({ kind, probe }) => {
      const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
      return port === undefined || ports.has(port) ? [] : [`${kind} asks port ${port}, which the container does not have`];
    }),
  ];
}

/** Started, ready and alive are three questions. A job has an end instead, and so has a container that runs before the others. */
export const probes = ofPods((pod, { manifest }) =>
  manifest.kind === "Job" ? [] : pod.containers.flatMap((container) => ofContainer(container).map((text) => `container ${container.name}: ${text}`)),
);
