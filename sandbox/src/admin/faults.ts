import type { FastifyInstance } from "fastify";
import type { Bank } from "../op/bank.ts";
import { bankLevers } from "../op/levers.ts";
import { errors } from "../errors.ts";

/** Setting and clearing fault switches. */
export function faultRoutes(server: FastifyInstance, bank: Bank): void {
  const levers = bankLevers(bank);
  server.get("/faults", async () => ({ active: bank.faults.list(), known: bank.faults.known }));
  server.post("/faults", async (request, reply) => reply.code(201).send(await bank.faults.set(request.body, levers)));
  server.delete("/faults", async () => ({ cleared: await bank.faults.clear(levers) }));
  server.delete<{ Params: { id: string } }>("/faults/:id", async (request) => {
    const cleared = await bank.faults.clear(levers, request.params.id);
    if (cleared === 0) throw errors.ERR_SANDBOX_FAULT_UNKNOWN({ message: "There is no such active fault." });
    return { cleared };
  });
}
