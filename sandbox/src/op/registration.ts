import type { FastifyInstance } from "fastify";
import { epochSeconds } from "../clock.ts";
import { checkApiKey } from "./api-key.ts";
import type { Bank } from "./bank.ts";
import { requireQwac } from "./client-certificate-check.ts";
import { scopeOfRole, type Client } from "./clients.ts";
import { passThroughFaults } from "../http/gate.ts";
import { digest, randomText } from "../identifiers.ts";
import { readRegistration, readSoftwareStatement, checkTimes, checkAgainst } from "./registration-claims.ts";
import { security, validation } from "./refusal.ts";
import { unverifiedClaims, verifyTppJws } from "./tpp-jws.ts";

/** R1: registers a third party. Each check has its own message, in the order an integrator meets them. */
export function registrationRoutes(server: FastifyInstance, bank: Bank): void {
  server.post("/tpp-registration/register", { config: { endpoint: "R1" } }, async (request, reply) => {
    const certificate = requireQwac(request);
    request.bankCall.certificate = certificate;
    checkApiKey(request, bank, "portal-only");
    if (await passThroughFaults(request, reply, bank)) return reply;

    const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
    if (type !== "application/jwt") throw invalid("Content-Type", "The body must be sent as application/jwt");
    const outer = typeof request.body === "string" ? request.body : "";
    const statementJws = unverifiedClaims(outer)?.["software_statement"];
    if (unverifiedClaims(outer) === undefined) throw invalid("body", "The body is not a compact JWS");
    if (typeof statementJws !== "string") throw required("software_statement");
    const jwksUrl = unverifiedClaims(statementJws)?.["software_jwks_endpoint"];
    if (typeof jwksUrl !== "string") throw required("software_statement.software_jwks_endpoint");

    const verified = await verifyTppJws(outer, jwksUrl, bank);
    if (!verified.ok) throw badSignature(verified, "registration request");
    const verifiedStatement = await verifyTppJws(statementJws, jwksUrl, bank);
    if (!verifiedStatement.ok) throw badSignature(verifiedStatement, "software statement");
    for (const { organizationIdentifier } of [verified, verifiedStatement]) {
      if (organizationIdentifier !== certificate.organizationIdentifier) throw security(401, "The signing key and the QWAC belong to different organisations");
    }

    const registration = readRegistration(verified.claims);
    const statement = readSoftwareStatement(verifiedStatement.claims);
    const now = epochSeconds(bank.clock.now());
    checkTimes({ registration, statement, now });
    const audiences = bank.config.SANDBOX_STRICT_AUDIENCE ? [] : [`${bank.addresses.mtlsOrigin}/tpp-registration/register`];
    checkAgainst({ registration, statement, certificate, audiences: ["https://op.fi/", ...audiences] });

    const secret = randomText(40);
    const client: Client = {
      clientId: randomText(20),
      clientIdIssuedAt: now,
      clientSecretDigest: digest(secret),
      apiKey: randomText(32),
      clientName: statement.software_client_name,
      clientUri: statement.software_client_uri,
      orgName: statement.org_name,
      orgId: statement.org_id,
      softwareId: statement.software_client_id,
      roles: statement.software_roles,
      redirectUris: registration.redirect_uris,
      grantTypes: registration.grant_types,
      jwksEndpoint: statement.software_jwks_endpoint,
      qwac: certificate.thumbprint,
      registeredAt: bank.clock.now().toString(),
    };
    bank.clients.put(client.clientId, client);
    request.bankCall.clientId = client.clientId;
    return reply
      .code(201)
      .header("cache-control", "no-store")
      .send({
        client_id: client.clientId,
        client_id_issued_at: client.clientIdIssuedAt,
        client_secret: secret,
        client_secret_expires_at: 0,
        api_key: client.apiKey,
        client_name: client.clientName,
        redirect_uris: client.redirectUris,
        grant_types: client.grantTypes,
        software_id: client.softwareId,
        scope: client.roles.map((role) => scopeOfRole[role]).join(" "),
        jwks_endpoint: client.jwksEndpoint,
        software_roles: client.roles,
      });
  });
}

function invalid(path: string, message: string): Error {
  return validation([{ type: "InvalidValue", path, message }], message);
}

function required(path: string): Error {
  return validation([{ type: "Required", path, message: `${path} is required` }], `${path} is required`);
}

function badSignature(result: { readonly problem: string; readonly message: string }, what: string): Error {
  const message = `${what}: ${result.message}`;
  return result.problem === "signature" || result.problem === "certificate" || result.problem === "kid-unknown"
    ? security(401, message)
    : invalid(what, message);
}
