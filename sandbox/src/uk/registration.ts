import type { FastifyInstance, FastifyRequest } from "fastify";
import { readQualifiedCertificate, type QualifiedCertificate } from "../ca/qualified-certificate.ts";
import { epochSeconds } from "../clock.ts";
import { header } from "../http/call.ts";
import { passThroughFaults } from "../http/gate.ts";
import { Refusal } from "../http/refusal.ts";
import { digest, randomText } from "../identifiers.ts";
import { bankId, type UkBank } from "./bank.ts";
import type { RegisteredClient } from "./clients.ts";
import { metadata, registrationError, tokenRefusal } from "./refusal.ts";
import { checkRequest, checkResent, readRequest, readStatement } from "./registration-rules.ts";
import { unverifiedClaims, verifyJws } from "./statement-jws.ts";
import { requireTransport } from "./transport.ts";

type ClientPath = { Params: { clientId: string } };
const typesOf = { any: ["application/jwt", "application/jose"], jwt: ["application/jwt"], jose: ["application/jose"] } as const;

/** U1 to U4: dynamic client registration (OBUK DCR 3.2 to 3.4). */
export function registrationRoutes(server: FastifyInstance, bank: UkBank): void {
  server.post("/register", { config: { endpoint: "U1" } }, async (request, reply) => {
    const certificate = requireTransport(request, bank, tokenRefusal);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const registration = await readRegistration(request, certificate, bank);
    const client: RegisteredClient = { source: "registration", clientId: randomText(22), issuedAt: epochSeconds(bank.clock.now()), ...registration };
    bank.clients.put(client.clientId, client);
    request.bankCall.clientId = client.clientId;
    return reply
      .code(201)
      .header("cache-control", "no-store")
      .send(bank.faults.changeJson(request.bankCall, wireClient(client)));
  });

  server.get<ClientPath>("/register/:clientId", { config: { endpoint: "U2" } }, async (request, reply) => {
    const client = await requireOwnClient(request, requireTransport(request, bank, tokenRefusal), bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    return reply.header("cache-control", "no-store").send(bank.faults.changeJson(request.bankCall, wireClient(client)));
  });

  server.put<ClientPath>("/register/:clientId", { config: { endpoint: "U3" } }, async (request, reply) => {
    const certificate = requireTransport(request, bank, tokenRefusal);
    const client = await requireOwnClient(request, certificate, bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const registration = await readRegistration(request, certificate, bank, client);
    const changed: RegisteredClient = { ...client, ...registration };
    bank.clients.put(changed.clientId, changed);
    return reply.header("cache-control", "no-store").send(bank.faults.changeJson(request.bankCall, wireClient(changed)));
  });

  server.delete<ClientPath>("/register/:clientId", { config: { endpoint: "U4" } }, async (request, reply) => {
    const client = await requireOwnClient(request, requireTransport(request, bank, tokenRefusal), bank);
    if (await passThroughFaults(request, reply, bank)) return reply;
    bank.clients.remove(client.clientId);
    return reply.code(204).send();
  });
}

/** Reads and judges a signed request; `before` is what a PUT replaces. */
async function readRegistration(
  request: FastifyRequest,
  certificate: QualifiedCertificate,
  bank: UkBank,
  before?: RegisteredClient,
): Promise<Pick<RegisteredClient, "softwareId" | "orgName" | "jwksUri" | "claims">> {
  const jws = readBody(request, bank);
  const statementJws = unverifiedClaims(jws)?.["software_statement"];
  if (typeof statementJws !== "string") throw registrationError("invalid_software_statement", "software_statement is required");
  const now = epochSeconds(bank.clock.now());
  const refuse = (text: string): Error => registrationError("invalid_software_statement", `software_statement: ${text}`);
  const statement = readStatement(await verifyJws(statementJws, bank.address.directoryJwksUrl, { jwks: bank.jwks, refuse }), now);
  const claims = await verifyJws(jws, statement.software_jwks_endpoint, { jwks: bank.jwks, refuse: metadata });
  const input = readRequest(claims);
  checkRequest(input, statement, {
    certificate,
    published: before === undefined ? [] : await publishedCertificates(statement.software_jwks_endpoint, bank),
    now,
    audiences: [bankId, bank.address.origin],
    version: bank.config.SANDBOX_UK_DCR_VERSION,
    identifierSpelling: bank.config.SANDBOX_UK_SUBJECT_DN,
  });
  if (before !== undefined) checkUpdate(input, claims, before);
  rememberJti(input, bank);
  const { client_id: _, ...kept } = input;
  return {
    softwareId: statement.software_id,
    orgName: statement.org_name,
    jwksUri: statement.software_jwks_endpoint,
    claims: { ...kept, aud: bankId, software_id: statement.software_id },
  };
}

/** Certificates for connections that the directory publishes: an update may move a client to the next one before the old one ends. */
async function publishedCertificates(url: string, bank: UkBank): Promise<QualifiedCertificate[]> {
  const keys = await bank.jwks.read(url);
  return keys.flatMap((key) => (key["use"] === "tls" && key.x5c?.[0] !== undefined ? [readQualifiedCertificate(Buffer.from(key.x5c[0], "base64"))] : []));
}

function readBody(request: FastifyRequest, bank: UkBank): string {
  const type = header(request, "content-type")?.split(";")[0]?.trim().toLowerCase();
  const accepted: readonly string[] = typesOf[bank.config.SANDBOX_UK_REGISTRATION_TYPE];
  if (type === undefined || !accepted.includes(type)) throw metadata(`The body must be sent as ${accepted.join(" or ")}`);
  if (typeof request.body !== "string" || unverifiedClaims(request.body) === undefined) throw metadata("The body is not a compact JWS");
  return request.body.trim();
}

function checkUpdate(
  input: { client_id?: string | undefined; software_id?: string | undefined; iss: string },
  claims: Readonly<Record<string, unknown>>,
  before: RegisteredClient,
): void {
  if (input.iss !== before.softwareId) throw metadata("The client belongs to other software");
  if (input.client_id !== undefined && input.client_id !== before.clientId) throw metadata("client_id must be that of the client");
  const { software_id: _, ...required } = before.claims;
  checkResent(required, claims);
}

/** A request is good for once. */
function rememberJti({ iss, jti, exp }: { iss: string; jti: string; exp: number }, bank: UkBank): void {
  const id = `jti:${digest(`${iss} ${jti}`)}`;
  if (bank.grants.get(id) !== undefined) throw metadata("This jti was used before");
  bank.grants.put(id, { payload: {}, expiresAtMs: exp * 1000 });
}

/** The client whose token the call shows, provided that it is the one the address names. */
async function requireOwnClient(request: FastifyRequest<ClientPath>, certificate: QualifiedCertificate, bank: UkBank): Promise<RegisteredClient> {
  const [scheme = "", token = ""] = (header(request, "authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || token === "") throw tokenRefusal("A client-credentials token is required");
  const found = await bank.authorizationServer.findToken(token);
  if (found === undefined) throw tokenRefusal("The token is unknown or has ended");
  request.bankCall.clientId = found.clientId;
  if (found.thumbprint !== Buffer.from(certificate.thumbprint, "hex").toString("base64url")) throw tokenRefusal("The token is bound to another certificate");
  const client = bank.clients.get(found.clientId);
  if (client === undefined) throw tokenRefusal("The client is gone");
  if (client.clientId !== request.params.clientId || client.source !== "registration") throw new Refusal(403, "");
  return client;
}

function wireClient({ clientId, issuedAt, claims }: RegisteredClient): object {
  return { client_id: clientId, client_id_issued_at: issuedAt, ...claims };
}
