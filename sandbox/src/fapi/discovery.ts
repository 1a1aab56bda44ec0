import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { passThroughFaults } from "../http/gate.ts";
import { sendReply } from "../oauth/answers.ts";
import { basePath, endpointOf, issuerUrl, type Issuer } from "./issuer.ts";

/** F6, F7: what everybody may read about an issuer. */
export function discoveryRoutes(server: FastifyInstance, issuer: Issuer): void {
  const base = basePath(issuer);
  const document = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (await passThroughFaults(request, reply, issuer)) return reply;
    const answer = await issuer.server.ask({ method: "GET", path: "/.well-known/openid-configuration" });
    return sendReply(reply, { ...answer, body: issuer.faults.changeJson(request.bankCall, metadataOf(issuer, answer.body as Record<string, unknown>)) });
  };
  const config = { endpoint: endpointOf(issuer, "F6") };
  server.get(`${base}/.well-known/openid-configuration`, { config }, document);
  server.get(`/.well-known/oauth-authorization-server${base}`, { config }, document);

  server.get(`${base}/jwks`, { config: { endpoint: endpointOf(issuer, "F7") } }, async (request, reply) => {
    if (await passThroughFaults(request, reply, issuer)) return reply;
    const keys = await issuer.keys();
    return issuer.faults.changeJson(request.bankCall, keys.published());
  });
}

/** What the library says of itself, less what nobody serves, and more that the bank does before it. */
function metadataOf(issuer: Issuer, document: Record<string, unknown>): Record<string, unknown> {
  const { profile, address } = issuer;
  const { userinfo_endpoint: userinfo, response_modes_supported: modes, ...rest } = document;
  const url = issuerUrl(issuer);
  const { authorization_endpoint: _authorization, ...withoutPages } = rest;
  const jarm = profile.jarm === "none" ? [] : ["jwt", "query.jwt"];
  const answers = profile.jarm === "required" ? jarm : ["query", ...jarm];
  return {
    ...withoutPages,
    registration_endpoint: `${url}/register`,
    ...(profile.userinfo ? { userinfo_endpoint: userinfo } : {}),
    ...(profile.ciba
      ? { response_types_supported: [] }
      : {
          authorization_endpoint: `${address.pagesOrigin}${basePath(issuer)}/authorize`,
          response_modes_supported: answers.filter((mode) => Array.isArray(modes) && modes.includes(mode)),
        }),
  };
}
