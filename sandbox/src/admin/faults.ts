import type { FastifyInstance } from "fastify";
import type { BankLevers } from "../faults/fault.ts";
import { issuerLevers } from "../fapi/levers.ts";
import { bankLevers } from "../op/levers.ts";
import { errors } from "../errors.ts";
import type { AccountBanks } from "./banks.ts";

/** Setting and clearing fault switches. */
export function faultRoutes(server: FastifyInstance, banks: AccountBanks): void {
  const bank = banks.op;
  const levers = leversOf(banks);
  server.get("/faults", async () => ({ active: bank.faults.list(), known: bank.faults.known }));
  server.post("/faults", async (request, reply) => reply.code(201).send(await bank.faults.set(request.body, levers)));
  server.delete("/faults", async () => ({ cleared: await bank.faults.clear(levers) }));
  server.delete<{ Params: { id: string } }>("/faults/:id", async (request) => {
    const cleared = await bank.faults.clear(levers, request.params.id);
    if (cleared === 0) throw errors.ERR_SANDBOX_FAULT_UNKNOWN({ message: "There is no such active fault." });
    return { cleared };
  });
}

/** One lever moves every bank; each knows whether it is meant. */
function leversOf({ op, issuers }: AccountBanks): BankLevers {
  const first = bankLevers(op);
  const ofIssuers = issuers.map(issuerLevers);
  const all = [first, ...ofIssuers];
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return {
    ...first,
    revokeAuthorization: (id) => all.forEach((each) => each.revokeAuthorization(id)),
    expireAuthorization: (id) => all.forEach((each) => each.expireAuthorization(id)),
    expireAccessTokens: (target) => sum(all.map((each) => each.expireAccessTokens(target))),
    forgetRefreshTokens: (target) => sum(all.map((each) => each.forgetRefreshTokens(target))),
    expirePushedRequests: () => ofIssuers.forEach((each) => each.expirePushedRequests()),
    async rotateIdTokenKey() {
      for (const each of all) await each.rotateIdTokenKey();
    },
    authorizationsOf: (target) => all.flatMap((each) => each.authorizationsOf(target)),
  };
}
