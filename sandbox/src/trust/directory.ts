import { X509Certificate } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { readQualifiedCertificate, type QualifiedCertificate } from "../ca/qualified-certificate.ts";
import { epochSeconds } from "../clock.ts";
import { header } from "../http/call.ts";
import { passThroughFaults } from "../http/gate.ts";
import { isRedirectUri } from "../http/redirect-uri.ts";
import { digest, randomText, sameDigest } from "../identifiers.ts";
import { readPsdIdentifier } from "./certificate-request.ts";
import { softwareRoles, type Organisation, type Software, type SoftwareKey } from "./directory-store.ts";
import { directoryError } from "./refusal.ts";
import { keySetAddresses, publishedKey, softwareStatementClaims } from "./software-statement.ts";
import type { Trust } from "./trust.ts";

const text = z.string().trim().min(1).max(256);
const address = z.url({ protocol: /^https?$/ }).max(256);
const roles = z.array(z.enum(softwareRoles)).min(1);

const organisationSchema = z.strictObject({
  organization_identifier: z.string().refine((value) => readPsdIdentifier(value) !== undefined, "expected the form PSDFI-FINFSA-number"),
  org_name: text,
  roles,
});

const softwareSchema = z.strictObject({
  software_client_name: text,
  software_client_description: text.optional(),
  software_client_uri: address,
  software_redirect_uris: z.array(z.string().max(256).refine(isRedirectUri, "expected an https address without a fragment")).min(1).max(50),
  software_roles: roles,
  software_logo_uri: address.optional(),
  software_policy_uri: address.optional(),
  software_tos_uri: address.optional(),
});

type OrganisationPath = { Params: { orgId: string } };
type SoftwarePath = { Params: { orgId: string; softwareId: string } };
const organisationPath = "/directory/organisation/tpp";
const softwarePath = `${organisationPath}/:orgId/software-statement`;
const keyLimit = 50;
/** Where the key set of the directory itself is. */
export const directoryJwksPath = "/directory/keystore/directory.jwks";

/** D1 to D9: organisations, their software, its certificates and statements. */
export function directoryRoutes(server: FastifyInstance, trust: Trust): void {
  const guarded = (endpoint: string) => ({
    config: { endpoint },
    preHandler: async (request: FastifyRequest, reply: FastifyReply) => {
      requireToken(request, trust.config.SANDBOX_DIRECTORY_TOKEN);
      const organisation = trust.organisations.get((request.params as { orgId?: string }).orgId ?? "");
      if (organisation !== undefined) request.bankCall.clientId = organisation.organizationIdentifier;
      if (await passThroughFaults(request, reply, trust)) return reply;
      return undefined;
    },
  });

  server.post(organisationPath, guarded("D1"), async (request, reply) => {
    const input = parse(organisationSchema, request.body);
    const known = trust.organisations.withIdentifier(input.organization_identifier);
    const organisation: Organisation = {
      orgId: known?.orgId ?? randomText(18),
      organizationIdentifier: input.organization_identifier,
      name: input.org_name,
      roles: [...new Set(input.roles)],
    };
    trust.organisations.put(organisation.orgId, organisation);
    return reply.code(known === undefined ? 201 : 200).send(wireOrganisation(organisation));
  });

  server.get<OrganisationPath>(`${organisationPath}/:orgId`, guarded("D2"), async (request) => {
    const organisation = organisationOf(request.params.orgId, trust);
    const software = trust.software.of(organisation.orgId).map((each) => wireSoftware(each, trust.address.origin));
    return { ...wireOrganisation(organisation), software_statements: software };
  });

  server.post<OrganisationPath>(softwarePath, guarded("D3"), async (request, reply) => {
    const organisation = organisationOf(request.params.orgId, trust);
    const software: Software = { softwareId: randomText(22), orgId: organisation.orgId, version: 1, keys: [], ...readSoftware(request.body, organisation) };
    trust.software.put(software.softwareId, software);
    return reply.code(201).send(wireSoftware(software, trust.address.origin));
  });

  server.get<SoftwarePath>(`${softwarePath}/:softwareId`, guarded("D4"), async (request) =>
    wireSoftware(softwareOf(request.params, trust).software, trust.address.origin),
  );

  server.put<SoftwarePath>(`${softwarePath}/:softwareId`, guarded("D5"), async (request) => {
    const { organisation, software } = softwareOf(request.params, trust);
    const { softwareId, orgId, version, keys } = software;
    const changed: Software = { softwareId, orgId, version: version + 1, keys, ...readSoftware(request.body, organisation) };
    trust.software.put(softwareId, changed);
    return wireSoftware(changed, trust.address.origin);
  });

  server.post<SoftwarePath>(`${softwarePath}/:softwareId/certificate`, guarded("D6"), async (request, reply) => {
    const { organisation, software } = softwareOf(request.params, trust);
    const key = readKey(request.body, organisation, trust);
    const known = software.keys.find((each) => each.kid === key.kid);
    if (known?.revoked === true) throw directoryError(409, "revoked", "This certificate was removed before and does not come back");
    if (known === undefined && software.keys.filter((each) => !each.revoked).length >= keyLimit)
      throw directoryError(409, "too_many_certificates", `A program holds at most ${keyLimit} certificates`);
    if (known === undefined) trust.software.put(software.softwareId, { ...software, keys: [...software.keys, key] });
    return reply.code(known === undefined ? 201 : 200).send(wireKey(key));
  });

  server.delete<{ Params: { orgId: string; softwareId: string; kid: string } }>(
    `${softwarePath}/:softwareId/certificate/:kid`,
    guarded("D7"),
    async (request, reply) => {
      const { software } = softwareOf(request.params, trust);
      const { kid } = request.params;
      if (!software.keys.some((each) => each.kid === kid && !each.revoked)) throw directoryError(404, "not_found", `The program has no certificate ${kid}`);
      trust.software.put(software.softwareId, { ...software, keys: software.keys.map((each) => (each.kid === kid ? { ...each, revoked: true } : each)) });
      return reply.code(204).send();
    },
  );

  server.get<SoftwarePath>(`${softwarePath}/:softwareId/software-statement-assertion`, guarded("D8"), async (request, reply) => {
    const { organisation, software } = softwareOf(request.params, trust);
    const claims = softwareStatementClaims({ organisation, software, origin: trust.address.origin, now: epochSeconds(trust.clock.now()) });
    const changed = trust.faults.changeJson(request.bankCall, claims) as object;
    return reply
      .header("content-type", "application/jws+json")
      .header("cache-control", "no-store")
      .send(await trust.key.sign(changed));
  });

  server.get(directoryJwksPath, { config: { endpoint: "D9" } }, async (request, reply) => {
    if (await passThroughFaults(request, reply, trust)) return reply;
    return reply.header("cache-control", "no-store").send(await trust.key.published());
  });
}

/** K1, K2: the key sets that banks read. */
export function keySetRoutes(server: FastifyInstance, trust: Trust): void {
  for (const { path, endpoint, revoked } of [
    { path: "/directory/keystore/:orgId/:id.jwks", endpoint: "K1", revoked: false },
    { path: "/directory/keystore/:orgId/revoked/:id.jwks", endpoint: "K2", revoked: true },
  ]) {
    server.get<{ Params: { orgId: string; id: string } }>(path, { config: { endpoint } }, async (request, reply) => {
      if (await passThroughFaults(request, reply, trust)) return reply;
      const { orgId, id } = request.params;
      const programs = trust.software.of(orgId).filter((each) => id === orgId || each.softwareId === id);
      if (trust.organisations.get(orgId) === undefined || (id !== orgId && programs.length === 0)) return reply.callNotFound();
      const keys = programs.flatMap((each) => each.keys.filter((key) => key.revoked === revoked).map((key) => publishedKey(key)));
      return reply.header("cache-control", "no-store").send(trust.faults.changeJson(request.bankCall, { keys }));
    });
  }
}

function requireToken(request: FastifyRequest, expected: string): void {
  const [scheme = "", token = ""] = (header(request, "authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !sameDigest(token, digest(expected)))
    throw directoryError(401, "invalid_token", "The directory needs its API token as a bearer token");
}

function organisationOf(orgId: string, trust: Trust): Organisation {
  const organisation = trust.organisations.get(orgId);
  if (organisation === undefined) throw directoryError(404, "not_found", `There is no organisation ${orgId}`);
  return organisation;
}

function softwareOf({ orgId, softwareId }: { orgId: string; softwareId: string }, trust: Trust): { organisation: Organisation; software: Software } {
  const organisation = organisationOf(orgId, trust);
  const software = trust.software.get(softwareId);
  if (software?.orgId !== orgId) throw directoryError(404, "not_found", `The organisation has no software ${softwareId}`);
  return { organisation, software };
}

function readSoftware(body: unknown, organisation: Organisation): Omit<Software, "softwareId" | "orgId" | "version" | "keys"> {
  const input = parse(softwareSchema, body);
  const foreign = input.software_roles.find((role) => !organisation.roles.includes(role));
  if (foreign !== undefined) throw directoryError(400, "invalid_request", `software_roles: the organisation does not hold the role ${foreign}`);
  return {
    clientName: input.software_client_name,
    clientDescription: input.software_client_description ?? input.software_client_name,
    clientUri: input.software_client_uri,
    redirectUris: input.software_redirect_uris,
    roles: [...new Set(input.software_roles)],
    logoUri: input.software_logo_uri,
    policyUri: input.software_policy_uri,
    tosUri: input.software_tos_uri,
  };
}

/** Reads the uploaded PEM; it must be a QWAC or QSealC of this organisation, issued here and still valid. */
function readKey(body: unknown, organisation: Organisation, trust: Trust): SoftwareKey {
  const certificate = readPem(body);
  const refuse = (message: string): Error => directoryError(400, "invalid_certificate", message);
  if (certificate === undefined) throw refuse("The body must be a certificate in PEM");
  const { intermediatePem } = trust.authority;
  if (!certificate.x509.verify(new X509Certificate(intermediatePem).publicKey))
    throw refuse("The certificate is not issued by the sandbox's trust service provider");
  if (certificate.organizationIdentifier !== organisation.organizationIdentifier) throw refuse("The certificate belongs to another organisation");
  if (Temporal.Instant.compare(certificate.notAfter, trust.clock.now()) <= 0) throw refuse("The certificate has ended");
  const { types = [] } = certificate.statements ?? {};
  if (types.length !== 1) throw refuse("The certificate is neither a QWAC nor a QSealC");
  return {
    kid: Buffer.from(certificate.thumbprint, "hex").subarray(0, 20).toString("base64url"),
    use: types[0] === "web" ? "tls" : "sig",
    x5c: [certificate.x509.raw, new X509Certificate(intermediatePem).raw].map((der) => der.toString("base64")),
    thumbprint: certificate.thumbprint,
    notAfter: certificate.notAfter.toString(),
    revoked: false,
  };
}

function readPem(body: unknown): QualifiedCertificate | undefined {
  try {
    return typeof body === "string" ? readQualifiedCertificate(body) : undefined;
  } catch {
    return undefined;
  }
}

function wireOrganisation({ orgId, organizationIdentifier, name, roles: held }: Organisation): object {
  return { org_id: orgId, organization_identifier: organizationIdentifier, org_name: name, roles: held, org_status: "Active" };
}

function wireSoftware(software: Software, origin: string): object {
  return {
    software_id: software.softwareId,
    org_id: software.orgId,
    software_version: software.version,
    software_client_name: software.clientName,
    software_client_description: software.clientDescription,
    software_client_uri: software.clientUri,
    software_redirect_uris: software.redirectUris,
    software_roles: software.roles,
    software_logo_uri: software.logoUri,
    software_policy_uri: software.policyUri,
    software_tos_uri: software.tosUri,
    ...keySetAddresses(origin, software),
    certificates: software.keys.filter((key) => !key.revoked).map((key) => wireKey(key)),
  };
}

function wireKey({ kid, use, thumbprint, notAfter }: SoftwareKey): object {
  return { kid, use, "x5t#S256": Buffer.from(thumbprint, "hex").toString("base64url"), not_after: notAfter };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(asJson(body));
  if (!parsed.success) throw directoryError(400, "invalid_request", z.prettifyError(parsed.error));
  return parsed.data;
}

function asJson(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === "string" ? body : "");
  } catch {
    throw directoryError(400, "invalid_request", "The body must be JSON");
  }
}
