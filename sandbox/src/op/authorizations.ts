import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { header } from "../http/call.ts";
import { wireAuthorization, type Authorization } from "./authorization.ts";
import { readAuthorizationRequest } from "./authorization-request.ts";
import type { AccountBank } from "./bank.ts";
import { passThroughFaults } from "../http/gate.ts";
import { businessError, notFound, security, validation } from "./refusal.ts";

/** A1 to A3: creating, reading and revoking an account-information authorization. */
export function authorizationRoutes(server: FastifyInstance, bank: AccountBank): void {
  const { endpoint } = bank.accountSite;
  const path = `${bank.accountSite.path}/authorizations`;
  const answer = (authorization: Authorization): object => wireAuthorization(authorization, bank.authorizations.statusOf(authorization));

  server.post(path, { config: { endpoint: endpoint("A1") } }, async (request, reply) => {
    const caller = await bank.requireCaller(request);
    if (caller.authorizationId !== undefined) throw security(403, "Creating an authorization needs a client-credentials token");
    if (await passThroughFaults(request, reply, bank)) return reply;
    if (!header(request, "content-type")?.toLowerCase().startsWith("application/json")) {
      throw businessError(415, "VALIDATION", "The body must be sent as application/json");
    }
    const { config, clock } = bank;
    const body = readAuthorizationRequest(request.body, {
      now: clock.now(),
      today: clock.today(),
      maxDays: config.SANDBOX_CONSENT_MAX_DAYS,
      historyDays: config.SANDBOX_HISTORY_DAYS,
      range: config.SANDBOX_CONSENT_RANGE,
    });
    const authorization: Authorization = {
      authorizationId: randomUUID(),
      clientId: caller.clientId,
      created: clock.now().toString(),
      status: "Unauthorized",
      accountIds: [],
      cardIds: [],
      ...body,
    };
    bank.authorizations.put(authorization);
    request.bankCall.authorizationId = authorization.authorizationId;
    return reply.code(201).send(bank.faults.changeJson(request.bankCall, answer(authorization)));
  });

  server.get<{ Params: { authorizationId: string } }>(`${path}/:authorizationId`, { config: { endpoint: endpoint("A2") } }, async (request, reply) => {
    const authorization = own(request, bank, (await bank.requireCaller(request)).clientId);
    if (await passThroughFaults(request, reply, bank)) return reply;
    return bank.faults.changeJson(request.bankCall, answer(authorization));
  });

  server.delete<{ Params: { authorizationId: string } }>(`${path}/:authorizationId`, { config: { endpoint: endpoint("A3") } }, async (request, reply) => {
    const caller = await bank.requireCaller(request);
    const { authorizationId } = own(request, bank, caller.clientId);
    if (caller.authorizationId !== authorizationId) throw security(403, "Revoking needs the token that belongs to this authorization");
    if (await passThroughFaults(request, reply, bank)) return reply;
    const revoked = bank.authorizations.apply(authorizationId, { type: "revoke" });
    if (revoked === undefined) throw validation([{ type: "IllegalState", message: "Only an authorization in status Authorized can be revoked" }]);
    bank.forgetGrants(authorizationId);
    return bank.faults.changeJson(request.bankCall, answer(revoked));
  });
}

function own(request: FastifyRequest<{ Params: { authorizationId: string } }>, bank: AccountBank, clientId: string): Authorization {
  const authorization = bank.authorizations.get(request.params.authorizationId);
  if (authorization === undefined) throw notFound("The authorization");
  if (authorization.clientId !== clientId) throw security(403, "This authorization belongs to another third party");
  request.bankCall.authorizationId = authorization.authorizationId;
  if (authorization.psuId !== undefined) request.bankCall.psuId = authorization.psuId;
  return authorization;
}
