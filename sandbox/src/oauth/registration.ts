import type { FastifyInstance, FastifyRequest } from "fastify";
import { readQualifiedCertificate, type QualifiedCertificate } from "../ca/qualified-certificate.ts";
import { epochSeconds, type Clock } from "../clock.ts";
import type { SandboxConfig } from "../config.ts";
import { header } from "../http/call.ts";
import { passThroughFaults, type Gate } from "../http/gate.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import { Refusal } from "../http/refusal.ts";
import { digest, randomText } from "../identifiers.ts";
import type { ClientRegister, Grants, RegisteredClient } from "./clients.ts";
import { metadata, registrationError, tokenRefusal } from "./refusal.ts";
import { checkRequest, checkResent, readRequest, readStatement, type RegistrationOffer } from "./registration-rules.ts";
import { unverifiedClaims, verifyJws } from "./statement-jws.ts";
import { requireTransport } from "./transport.ts";

type ClientPath = { Params: { clientId: string } };
const typesOf = { any: ["application/jwt", "application/jose"], jwt: ["application/jwt"], jose: ["application/jose"] } as const;

/** What registration at any bank works with. */
interface RegistrationBank extends Gate {
  readonly config: SandboxConfig;
  readonly clock: Clock;
  readonly clients: ClientRegister<{ readonly clientId: string; readonly source: string }>;
  readonly grants: Grants;
  readonly jwks: JwksReader;
}

export interface RegistrationSite {
  readonly path: string;
  readonly endpoints: { readonly create: string; readonly read: string; readonly replace: string; readonly remove: string };
  readonly offer: () => RegistrationOffer;
  readonly directoryJwksUrl: () => string;
  /** The client whose token the call shows; refuses a call without one. */
  readonly clientOfToken: (request: FastifyRequest, certificate: QualifiedCertificate) => Promise<string>;
}

/** Dynamic client registration by a signed request with a software statement, and its management (RFC 7591, RFC 7592). */
export function registrationRoutes(server: FastifyInstance, bank: RegistrationBank, site: RegistrationSite): void {
  const { path, endpoints } = site;

  server.post(path, { config: { endpoint: endpoints.create } }, async (request, reply) => {
    const certificate = requireTransport(request, bank, tokenRefusal);
    if (await passThroughFaults(request, reply, bank)) return reply;
    const registration = await readRegistration(request, certificate, { bank, site });
    const client: RegisteredClient = { source: "registration", clientId: randomText(22), issuedAt: epochSeconds(bank.clock.now()), ...registration };
    bank.clients.put(client.clientId, client);
    request.bankCall.clientId = client.clientId;
    return reply
      .code(201)
      .header("cache-control", "no-store")
      .send(bank.faults.changeJson(request.bankCall, wireClient(client)));
  });

  server.get<ClientPath>(`${path}/:clientId`, { config: { endpoint: endpoints.read } }, async (request, reply) => {
    const client = await requireOwnClient(request, requireTransport(request, bank, tokenRefusal), { bank, site });
    if (await passThroughFaults(request, reply, bank)) return reply;
    return reply.header("cache-control", "no-store").send(bank.faults.changeJson(request.bankCall, wireClient(client)));
  });

  server.put<ClientPath>(`${path}/:clientId`, { config: { endpoint: endpoints.replace } }, async (request, reply) => {
    const certificate = requireTransport(request, bank, tokenRefusal);
    const client = await requireOwnClient(request, certificate, { bank, site });
    if (await passThroughFaults(request, reply, bank)) return reply;
    const registration = await readRegistration(request, certificate, { bank, site }, client);
    const changed: RegisteredClient = { ...client, ...registration };
    bank.clients.put(changed.clientId, changed);
    return reply.header("cache-control", "no-store").send(bank.faults.changeJson(request.bankCall, wireClient(changed)));
  });

  server.delete<ClientPath>(`${path}/:clientId`, { config: { endpoint: endpoints.remove } }, async (request, reply) => {
    const client = await requireOwnClient(request, requireTransport(request, bank, tokenRefusal), { bank, site });
    if (await passThroughFaults(request, reply, bank)) return reply;
    bank.clients.remove(client.clientId);
    return reply.code(204).send();
  });
}

interface Place {
  readonly bank: RegistrationBank;
  readonly site: RegistrationSite;
}

/** Reads and judges a signed request; `before` is what a PUT replaces. */
async function readRegistration(
  request: FastifyRequest,
  certificate: QualifiedCertificate,
  { bank, site }: Place,
  before?: RegisteredClient,
): Promise<Omit<RegisteredClient, "source" | "clientId" | "issuedAt">> {
  const offer = site.offer();
  const jws = readBody(request, bank);
  const statementJws = unverifiedClaims(jws)?.["software_statement"];
  if (typeof statementJws !== "string") throw registrationError("invalid_software_statement", "software_statement is required");
  const now = epochSeconds(bank.clock.now());
  const refuse = (text: string): Error => registrationError("invalid_software_statement", `software_statement: ${text}`);
  const statement = readStatement(await verifyJws(statementJws, site.directoryJwksUrl(), { jwks: bank.jwks, refuse }), now);
  const claims = await verifyJws(jws, statement.software_jwks_endpoint, { jwks: bank.jwks, refuse: metadata });
  const input = readRequest(claims, offer.schema);
  checkRequest(input, statement, {
    certificate,
    published: before === undefined ? [] : await publishedCertificates(statement.software_jwks_endpoint, bank),
    now,
    offer,
  });
  if (before !== undefined) checkUpdate(input, claims, before);
  rememberJti(input, bank);
  const { client_id: _, ...kept } = input;
  return {
    softwareId: statement.software_id,
    clientName: statement.software_client_name,
    orgName: statement.org_name,
    jwksUri: statement.software_jwks_endpoint,
    claims: { ...kept, aud: offer.audiences[0], software_id: statement.software_id },
  };
}

/** Certificates for connections that the directory publishes: an update may move a client to the next one before the old one ends. */
async function publishedCertificates(url: string, bank: RegistrationBank): Promise<QualifiedCertificate[]> {
  const keys = await bank.jwks.read(url);
  return keys.flatMap((key) => (key["use"] === "tls" && key.x5c?.[0] !== undefined ? [readQualifiedCertificate(Buffer.from(key.x5c[0], "base64"))] : []));
}

function readBody(request: FastifyRequest, bank: RegistrationBank): string {
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
function rememberJti({ iss, jti, exp }: { iss: string; jti: string; exp: number }, bank: RegistrationBank): void {
  const id = `jti:${digest(`${iss} ${jti}`)}`;
  if (bank.grants.get(id) !== undefined) throw metadata("This jti was used before");
  bank.grants.put(id, { payload: {}, expiresAtMs: exp * 1000 });
}

/** The client whose token the call shows, provided that it is the one the address names. */
async function requireOwnClient(request: FastifyRequest<ClientPath>, certificate: QualifiedCertificate, { bank, site }: Place): Promise<RegisteredClient> {
  const client = bank.clients.get(await site.clientOfToken(request, certificate));
  if (client === undefined) throw tokenRefusal("The client is gone");
  if (client.clientId !== request.params.clientId || !isRegistered(client)) throw new Refusal(403, "");
  return client;
}

function isRegistered(client: { readonly source: string }): client is RegisteredClient {
  return client.source === "registration";
}

function wireClient({ clientId, issuedAt, claims }: RegisteredClient): object {
  return { client_id: clientId, client_id_issued_at: issuedAt, ...claims };
}
