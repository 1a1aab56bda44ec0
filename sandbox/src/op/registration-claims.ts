import { z } from "zod";
import type { TppCertificate } from "../ca/client-certificate.ts";
import { tppRoles } from "../ca/psd2-statement.ts";
import { isRedirectUri } from "../http/redirect-uri.ts";
import { security, validation, type Violation } from "./refusal.ts";

const seconds = z.number("must be a number of seconds");
const texts = z.array(z.string(), "must be a list of texts");

/** Claims of the registration request that the bank reads. Others are tolerated. */
const registrationSchema = z.object({
  iat: seconds,
  exp: seconds,
  aud: z.union([z.string(), texts]).transform((value) => (typeof value === "string" ? [value] : value)),
  redirect_uris: texts.min(1, "must name at least one address"),
  grant_types: texts.default(["client_credentials", "authorization_code", "refresh_token"]),
  software_statement: z.string(),
});
export type RegistrationClaims = z.output<typeof registrationSchema>;

const statementSchema = z.object({
  iat: seconds,
  exp: seconds,
  iss: z.string(),
  software_client_id: z.string(),
  software_roles: texts.min(1, "must name at least one role"),
  software_jwks_endpoint: z.string(),
  software_client_name: z.string().min(1),
  software_client_uri: z.string().optional(),
  software_redirect_uris: texts,
  org_name: z.string().min(1),
  org_id: z.string(),
  org_contacts: z.array(z.looseObject({ email: z.string().optional() }), "must be a list of contacts").default([]),
});
type RawStatement = z.output<typeof statementSchema>;
export type SoftwareStatement = Omit<RawStatement, "software_roles"> & { software_roles: (typeof tppRoles)[number][] };

const toleranceSeconds = 120;
const maxAgeSeconds = 600;
const knownGrants = ["client_credentials", "authorization_code", "refresh_token"];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function readRegistration(claims: unknown): RegistrationClaims {
  return read(registrationSchema, claims, "");
}

export function readSoftwareStatement(claims: unknown): SoftwareStatement {
  const statement = read(statementSchema, claims, "software_statement.");
  return { ...statement, software_roles: readRoles(statement.software_roles) };
}

function readRoles(roles: readonly string[]): SoftwareStatement["software_roles"] {
  return roles.map((role) => {
    const known = tppRoles.find((each) => each === role);
    if (known === undefined) throw refuse("software_statement.software_roles", `${role} is not a role here; use AIS, PIS, CBPII`);
    return known;
  });
}

/** Issue and expiry of both statements, with two minutes of tolerance; only the request itself must be young. */
export function checkTimes({ registration, statement, now }: { registration: RegistrationClaims; statement: SoftwareStatement; now: number }): void {
  const both = [
    { name: "", claims: registration },
    { name: "software_statement.", claims: statement },
  ];
  for (const { name, claims } of both) {
    if (claims.iat > now + toleranceSeconds) throw refuse(`${name}iat`, "iat lies in the future; it counts seconds, not milliseconds");
    if (claims.exp <= now - toleranceSeconds) throw refuse(`${name}exp`, "exp has passed");
  }
  if (registration.iat < now - maxAgeSeconds - toleranceSeconds) throw refuse("iat", `The request is older than ${maxAgeSeconds} seconds`);
}

/** What the statements claim against what the certificate proves, then the rules between the two statements. */
export function checkAgainst(input: {
  registration: RegistrationClaims;
  statement: SoftwareStatement;
  certificate: TppCertificate;
  audiences: readonly string[];
}): void {
  const { registration, statement, certificate, audiences } = input;
  if (!registration.aud.some((audience) => audiences.includes(audience))) throw refuse("aud", `aud must be ${audiences[0] ?? ""}`);
  if (`PSD${statement.org_id}` !== certificate.organizationIdentifier) {
    throw refuse("software_statement.org_id", "org_id must be the organizationIdentifier of the QWAC without the leading PSD");
  }
  const foreign = statement.software_roles.filter((role) => !certificate.roles.includes(role));
  if (foreign.length > 0) throw security(401, `The QWAC does not hold the role ${foreign.join(", ")}`);
  checkRedirects(registration, statement);
  const unknownGrants = registration.grant_types.filter((grant) => !knownGrants.includes(grant));
  if (unknownGrants.length > 0) throw refuse("grant_types", `${unknownGrants.join(", ")} is not offered`);
  if (!uuid.test(statement.software_client_id)) throw refuse("software_statement.software_client_id", "software_client_id must be a UUID");
  if (!statement.org_contacts.some((contact) => (contact.email ?? "").includes("@"))) {
    throw refuse("software_statement.org_contacts", "org_contacts must hold a contact with an email");
  }
}

function checkRedirects(registration: RegistrationClaims, statement: SoftwareStatement): void {
  const outside = registration.redirect_uris.filter((uri) => !statement.software_redirect_uris.includes(uri));
  if (outside.length > 0) throw refuse("redirect_uris", `${outside[0] ?? ""} is not in software_redirect_uris`);
  const unusable = registration.redirect_uris.find((uri) => !isRedirectUri(uri));
  if (unusable !== undefined) throw refuse("redirect_uris", `${unusable} must be an https address without a fragment`);
}

function read<T>(schema: z.ZodType<T>, claims: unknown, prefix: string): T {
  const parsed = schema.safeParse(claims);
  if (parsed.success) return parsed.data;
  const violations = parsed.error.issues.map((issue): Violation => {
    const path = `${prefix}${issue.path.join(".")}`;
    const missing = issue.code === "invalid_type" && valueAt(claims, issue.path) === undefined;
    return missing ? { type: "Required", path, message: `${path} is required` } : { type: "TypeMismatch", path, message: issue.message };
  });
  throw validation(violations, violations[0]?.message);
}

function valueAt(claims: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], claims);
}

function refuse(path: string, message: string): Error {
  return validation([{ type: "InvalidValue", path, message }], message);
}
