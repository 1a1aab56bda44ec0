import type { FastifyInstance } from "fastify";
import { header } from "../http/call.ts";
import { readForm } from "../http/form.ts";
import { passThroughFaults } from "../http/gate.ts";
import { clientIdOf, sendReply } from "../oauth/answers.ts";
import { oauthError } from "../oauth/refusal.ts";
import { requireTransport } from "../oauth/transport.ts";
import type { UkBank } from "./bank.ts";

/** U5: tokens, bound to the certificate of the connection (RFC 8705). */
export function tokenRoutes(server: FastifyInstance, bank: UkBank): void {
  server.post("/token", { config: { endpoint: "U5" } }, async (request, reply) => {
    const certificate = requireTransport(request, bank, (reason) => oauthError(401, "invalid_client", reason));
    const body = typeof request.body === "string" ? request.body : "";
    const { fields } = readForm(body);
    const grant = fields.get("grant_type");
    if (grant !== undefined) request.bankCall.grant = grant;
    const clientId = clientIdOf(fields, header(request, "authorization"));
    if (clientId !== undefined && bank.clients.get(clientId) !== undefined) request.bankCall.clientId = clientId;
    if (await passThroughFaults(request, reply, bank)) return reply;
    const answer = await bank.authorizationServer.ask({
      method: "POST",
      path: "/token",
      headers: { "content-type": header(request, "content-type"), authorization: header(request, "authorization"), accept: "application/json" },
      body,
      certificate: certificate.x509.raw,
    });
    return sendReply(reply, { ...answer, body: answer.status === 200 ? bank.faults.changeJson(request.bankCall, answer.body) : answer.body });
  });
}

/** U6, U7: what everybody may read about the authorization server. */
export function discoveryRoutes(server: FastifyInstance, bank: UkBank): void {
  server.get("/.well-known/openid-configuration", { config: { endpoint: "U6" } }, async (request, reply) => {
    if (await passThroughFaults(request, reply, bank)) return reply;
    const answer = await bank.authorizationServer.ask({ method: "GET", path: "/.well-known/openid-configuration" });
    const document = {
      ...(answer.body as object),
      registration_endpoint: `${bank.address.origin}/register`,
      // Secrets are for clients of the developer portal, whom it tells.
      token_endpoint_auth_methods_supported: ["tls_client_auth", "private_key_jwt"],
    };
    return sendReply(reply, { ...answer, body: bank.faults.changeJson(request.bankCall, document) });
  });

  server.get("/jwks", { config: { endpoint: "U7" } }, async (request, reply) => {
    if (await passThroughFaults(request, reply, bank)) return reply;
    const answer = await bank.authorizationServer.ask({ method: "GET", path: "/jwks" });
    return sendReply(reply, { ...answer, body: bank.faults.changeJson(request.bankCall, answer.body) });
  });
}
