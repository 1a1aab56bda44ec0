import type { FastifyReply, FastifyRequest } from "fastify";
import { passThroughFaults } from "../http/gate.ts";
import type { Bank } from "./bank.ts";

/** Sends what the bank has to say once it has done its work. A signed answer is signed over exactly the bytes sent. */
export async function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  bank: Bank,
  { status = 200, body, signed = false }: { status?: number; body: object; signed?: boolean },
): Promise<FastifyReply> {
  const text = JSON.stringify(bank.faults.changeJson(request.bankCall, body));
  if (await passThroughFaults(request, reply, bank, "outcome")) return reply;
  if (signed) reply.header("x-jws-signature", await bank.paymentKey.signDetached(text));
  return reply.code(status).type("application/json; charset=utf-8").send(text);
}
