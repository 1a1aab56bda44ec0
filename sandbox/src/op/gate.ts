import type { FastifyReply, FastifyRequest } from "fastify";
import type { Bank } from "./bank.ts";

/**
 * Called by each route once it knows who calls and about whom: adds the configured latency and lets the fault
 * switches step in. True means that the answer is already on its way, or will never come.
 */
export async function passThroughFaults(request: FastifyRequest, reply: FastifyReply, bank: Pick<Bank, "config" | "faults" | "pause">): Promise<boolean> {
  if (bank.config.SANDBOX_LATENCY_MS > 0) await bank.pause(bank.config.SANDBOX_LATENCY_MS);
  const interception = await bank.faults.intercept(request.bankCall);
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
