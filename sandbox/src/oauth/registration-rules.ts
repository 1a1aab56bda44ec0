import { z } from "zod";
import type { QualifiedCertificate } from "../ca/qualified-certificate.ts";
import type { PspRole } from "../ca/qc-statements.ts";
import type { SandboxConfig } from "../config.ts";
import { isRedirectUri } from "../http/redirect-uri.ts";
import { namesSubject, spellingOfIdentifier } from "./distinguished-name.ts";
import { metadata, registrationError } from "./refusal.ts";

const seconds = z.int("must be a whole number of seconds").min(0).max(2_147_483_647);
const short = z.string().min(1).max(256);
const algorithm = z.enum(["PS256", "ES256"], "must be PS256 or ES256");

/** Claims of the request (DCR 3.2 to 3.4, OBClientRegistration1). Others are tolerated and forgotten. */
export const requestSchema = z.object({
  iss: z.string().regex(/^[0-9a-zA-Z]{1,22}$/),
  iat: seconds,
  exp: seconds,
  aud: z.union([z.string(), z.array(z.string()).length(1)]).transform((value) => (typeof value === "string" ? value : (value[0] ?? ""))),
  jti: z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i, "must be a UUID of version 4"),
  client_id: z.string().optional(),
  redirect_uris: z.array(short).min(1),
  token_endpoint_auth_method: z.enum(["tls_client_auth", "private_key_jwt"], "must be tls_client_auth or private_key_jwt"),
  grant_types: z.array(z.string()).min(1),
  response_types: z.array(z.enum(["code", "code id_token"])).optional(),
  software_id: z.string().optional(),
  scope: short,
  software_statement: z.string(),
  application_type: z.string(),
  id_token_signed_response_alg: algorithm,
  request_object_signing_alg: algorithm,
  token_endpoint_auth_signing_alg: algorithm.optional(),
  tls_client_auth_subject_dn: z.string().min(1).max(512).optional(),
});
export type RegistrationRequest = z.output<typeof requestSchema> & Readonly<Record<string, unknown>>;

const statementSchema = z.object({
  iss: z.string(),
  iat: seconds,
  exp: seconds.optional(),
  software_id: z.string(),
  software_client_name: z.string().optional(),
  software_redirect_uris: z.array(z.string()),
  software_roles: z.array(z.string()),
  software_jwks_endpoint: z.string(),
  org_name: z.string(),
  org_status: z.string(),
  organisation_competent_authority_claims: z.object({ authority_id: z.string(), registration_id: z.string(), status: z.string() }),
});
export type SoftwareStatement = z.output<typeof statementSchema>;

const trustedDirectory = "One Point Ledger sandbox directory";
const toleranceSeconds = 60;

/** The role of the software and of the certificate that each scope needs. */
const roleOfScope: Readonly<Record<string, { readonly software: string; readonly certificate: PspRole }>> = {
  accounts: { software: "AISP", certificate: "PSP_AI" },
  payments: { software: "PISP", certificate: "PSP_PI" },
  fundsconfirmations: { software: "CBPII", certificate: "PSP_IC" },
};

/** What one bank offers to those who register. */
export interface RegistrationOffer {
  readonly schema: z.ZodType<RegistrationRequest>;
  readonly audiences: readonly string[];
  readonly grantTypes: readonly string[];
  readonly applicationTypes: readonly string[];
  readonly subject: { readonly maxLength: number; readonly pattern?: RegExp; readonly spelling: SandboxConfig["SANDBOX_UK_SUBJECT_DN"] };
  /** What else the bank minds; refuses the first breach. */
  readonly alsoCheck?: (request: RegistrationRequest) => void;
}

/** Reads the claims of a verified request. */
export function readRequest(claims: unknown, schema: RegistrationOffer["schema"]): RegistrationRequest {
  return read(schema, claims, metadata);
}

/** Reads the claims of a verified statement, refusing one that the directory no longer stands by. */
export function readStatement(claims: unknown, now: number): SoftwareStatement {
  const invalid = (text: string): Error => registrationError("invalid_software_statement", text);
  const statement = read(statementSchema, claims, invalid);
  if (statement.iss !== trustedDirectory) throw invalid(`The issuer ${statement.iss} is not a directory of this bank`);
  if (statement.iat > now + toleranceSeconds) throw invalid("software_statement.iat lies in the future");
  if (statement.exp !== undefined && statement.exp <= now) throw invalid("software_statement.exp has passed");
  const active = statement.org_status === "Active" && statement.organisation_competent_authority_claims.status === "Active";
  if (!active) throw registrationError("unapproved_software_statement", "The organisation is not active in the directory");
  if (statement.software_roles.length === 0) throw registrationError("unapproved_software_statement", "The software holds no role");
  return statement;
}

interface Circumstances {
  readonly certificate: QualifiedCertificate;
  /** Further certificates of the software that a client may name as its own. */
  readonly published: readonly QualifiedCertificate[];
  readonly now: number;
  readonly offer: RegistrationOffer;
}

/** What a request may ask for, given its statement and the certificate of the connection. The first breach is refused. */
export function checkRequest(request: RegistrationRequest, statement: SoftwareStatement, around: Circumstances): void {
  checkEnvelope(request, statement, around);
  checkOrganisation(statement, around.certificate);
  checkRedirects(request, statement);
  checkGrants(request, around.offer);
  checkScope(request, statement, around.certificate);
  checkAuthentication(request, around);
  around.offer.alsoCheck?.(request);
}

/** PUT replaces a registration: whatever was registered must be said again. */
export function checkResent(before: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(before).find((name) => claims[name] === undefined);
  if (missing !== undefined) throw metadata(`${missing} is missing; PUT must send every claim again`);
}

function checkEnvelope(
  { iss, iat, exp, aud, software_id }: RegistrationRequest,
  statement: SoftwareStatement,
  { now, offer: { audiences } }: Circumstances,
): void {
  if (iss !== statement.software_id) throw metadata("iss must be the software_id of the statement");
  if (software_id !== undefined && software_id !== statement.software_id) throw metadata("software_id must be that of the statement");
  if (!audiences.includes(aud)) throw metadata(`aud must be ${audiences.join(" or ")}`);
  if (iat > now + toleranceSeconds) throw metadata("iat lies in the future");
  if (exp <= now) throw metadata("exp has passed");
}

function checkOrganisation({ organisation_competent_authority_claims: held }: SoftwareStatement, { organizationIdentifier }: QualifiedCertificate): void {
  const [, country, authority, number] = /^PSD([A-Z]{2})-([A-Z]+)-(.+)$/.exec(organizationIdentifier) ?? [];
  if (held.authority_id !== `${country}${authority}` || held.registration_id !== number) {
    throw metadata("The client certificate belongs to another organisation than the software statement");
  }
}

function checkRedirects({ redirect_uris }: RegistrationRequest, { software_redirect_uris }: SoftwareStatement): void {
  const refuse = (text: string): Error => registrationError("invalid_redirect_uri", text);
  for (const uri of redirect_uris) {
    if (!isRedirectUri(uri)) throw refuse(`${uri} must be an https address without a fragment`);
    if (!software_redirect_uris.includes(uri)) throw refuse(`${uri} is not in software_redirect_uris`);
  }
}

function checkGrants({ grant_types, response_types = [], application_type }: RegistrationRequest, { grantTypes, applicationTypes }: RegistrationOffer): void {
  const unknown = grant_types.find((grant) => !grantTypes.includes(grant));
  if (unknown !== undefined) throw metadata(`grant_types: ${unknown} is not offered`);
  if (response_types.length > 0 && !grant_types.includes("authorization_code")) throw metadata("response_types need the grant type authorization_code");
  if (!applicationTypes.includes(application_type)) throw metadata(`application_type must be ${applicationTypes.join(" or ")}`);
}

function checkScope({ scope }: RegistrationRequest, { software_roles }: SoftwareStatement, { statements }: QualifiedCertificate): void {
  for (const word of scope.split(" ")) {
    if (word === "openid") continue;
    const role = roleOfScope[word];
    if (role === undefined) throw metadata(`scope: ${word} is not offered`);
    if (!software_roles.includes(role.software)) throw metadata(`scope: ${word} needs the role ${role.software}, which the software does not hold`);
    if (statements?.roles.includes(role.certificate) !== true)
      throw metadata(`scope: ${word} needs the role ${role.certificate}, which the certificate does not hold`);
  }
}

function checkAuthentication(request: RegistrationRequest, { certificate, published, offer }: Circumstances): void {
  const { token_endpoint_auth_method: method, tls_client_auth_subject_dn: subject, token_endpoint_auth_signing_alg: alg } = request;
  if (method === "private_key_jwt") {
    if (alg === undefined) throw metadata("private_key_jwt needs token_endpoint_auth_signing_alg");
    return;
  }
  if (subject === undefined) throw metadata("tls_client_auth needs tls_client_auth_subject_dn");
  const { maxLength, pattern, spelling } = offer.subject;
  if (subject.length > maxLength) throw metadata("tls_client_auth_subject_dn is too long");
  if (pattern?.test(subject) === false) throw metadata("tls_client_auth_subject_dn must begin with CN= and have no spaces after commas");
  if (spelling !== "any" && spellingOfIdentifier(subject) !== spelling) {
    throw metadata(`tls_client_auth_subject_dn must write organizationIdentifier ${wording[spelling]}`);
  }
  if (![certificate, ...published].some((each) => namesSubject(subject, each.subject)))
    throw metadata("tls_client_auth_subject_dn is not the subject of the client certificate");
}

const wording = { name: "by its name", text: "as 2.5.4.97 with plain text", hex: "as 2.5.4.97 with a hexadecimal value" } as const;

function read<T>(schema: z.ZodType<T>, claims: unknown, refuse: (text: string) => Error): T {
  const parsed = schema.safeParse(claims);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  const missing =
    issue?.code === "invalid_type" &&
    issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], claims) === undefined;
  throw refuse(missing ? `${path} is required` : `${path}: ${issue?.message ?? ""}`);
}
