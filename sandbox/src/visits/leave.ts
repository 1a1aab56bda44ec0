import type { FastifyReply, FastifyRequest } from "fastify";
import type { FaultRegistry } from "../faults/registry.ts";

export type Parameters = readonly (readonly [string, string])[];

/** Sends the browser back to the third party with the parameters of the answer. */
export function leave(
  request: FastifyRequest,
  reply: FastifyReply,
  { faults, delivery, redirectUri, parameters }: { faults: FaultRegistry; delivery: "fragment" | "query"; redirectUri: string; parameters: Parameters },
): FastifyReply {
  const text = new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value])).toString();
  const place = faults.delivery(request.bankCall) ?? delivery;
  const separator = place === "fragment" ? "#" : redirectUri.includes("?") ? "&" : "?";
  return reply.redirect(`${redirectUri}${separator}${text}`, 303);
}
