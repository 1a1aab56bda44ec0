import type { FastifyReply, FastifyRequest } from "fastify";
import type { SandboxConfig } from "../config.ts";
import type { FaultRegistry } from "../faults/registry.ts";

/** What every server of the sandbox answers with. */
export interface Gate {
  readonly config: Pick<SandboxConfig, "SANDBOX_LATENCY_MS">;
  readonly faults: FaultRegistry;
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

/**
 * Called by each route once it knows who calls and about whom: adds the configured latency and lets the fault
 * switches step in, before the bank does its work or (`outcome`) after it. True means that the answer is already on
 * its way, or will never come.
 */
export async function passThroughFaults(
  request: FastifyRequest,
  reply: FastifyReply,
  { config, faults, pause }: Gate,
  moment: "intercept" | "outcome" = "intercept",
): Promise<boolean> {
  if (config.SANDBOX_LATENCY_MS > 0 && moment === "intercept") await pause(config.SANDBOX_LATENCY_MS);
  const interception = await faults.intercept(request.bankCall, moment);
  if (interception === undefined) return false;
  switch (interception.kind) {
    case "answer":
      reply.code(interception.status).headers(interception.headers).send(interception.body);
      return true;
    case "hang":
      reply.hijack();
      return true;
    case "reset":
      reply.hijack();
      request.raw.socket.destroy();
      return true;
    case "raw":
      reply.hijack();
      interception.write(request.raw.socket);
      return true;
    default:
      return interception satisfies never;
  }
}
