import type { FastifyInstance } from "fastify";
import { passThroughFaults } from "../http/gate.ts";
import { requireAuthorized } from "../op/bearer.ts";
import { subjectOf } from "../op/id-token.ts";
import { basePath, endpointOf, type Issuer } from "./issuer.ts";

/** F13: who the person behind a token is (OpenID Connect Core 5.3), in the words of the ID token. The library's own takes no tokens that are JWTs. */
export function userinfoRoutes(server: FastifyInstance, issuer: Issuer): void {
  server.get(`${basePath(issuer)}/userinfo`, { config: { endpoint: endpointOf(issuer, "F13") } }, async (request, reply) => {
    const { psuId, clientId, authorizationId } = await requireAuthorized(request, issuer);
    if (await passThroughFaults(request, reply, issuer)) return reply;
    const client = issuer.clients.get(clientId);
    return issuer.faults.changeJson(request.bankCall, { sub: subjectOf(psuId, client?.orgName ?? ""), authorizationId });
  });
}
