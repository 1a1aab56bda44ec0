import type { JsonObject } from "./compact-jws.ts";

export interface SoftwareContact {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly type: string;
}

/** What a TPP says about its software; names follow the claims of the statement. */
export interface SoftwareStatementInput {
  /** Issuer: the TPP itself, there is no directory. */
  readonly tppId: string;
  /** organizationIdentifier of the QWAC; a leading `PSD` is dropped, as OP wants it. */
  readonly organizationIdentifier: string;
  readonly organizationName: string;
  readonly contacts: readonly SoftwareContact[];
  readonly softwareClientId: string;
  readonly softwareClientName: string;
  readonly softwareClientUri: string;
  readonly softwareRoles: readonly string[];
  readonly softwareRedirectUris: readonly string[];
  readonly jwksEndpoint: string;
  readonly jwksRevokedEndpoint?: string;
}

/** When and as which message; the caller's clock and ids. */
export interface Issuance {
  readonly now: Temporal.Instant;
  readonly jti: string;
  readonly lifetimeSeconds: number;
}

/** A bank's clock may be behind ours, so statements are dated back a little. */
const backdateSeconds = 100;

/** Claims of a self-issued software statement (OP registration). */
export function softwareStatementClaims(input: SoftwareStatementInput, issuance: Issuance): JsonObject {
  return {
    iss: input.tppId,
    ...dates(issuance),
    jti: issuance.jti,
    software_client_id: input.softwareClientId,
    software_roles: [...input.softwareRoles],
    software_jwks_endpoint: input.jwksEndpoint,
    ...(input.jwksRevokedEndpoint === undefined ? {} : { software_jwks_revoked_endpoint: input.jwksRevokedEndpoint }),
    software_client_name: input.softwareClientName,
    software_client_uri: input.softwareClientUri,
    software_redirect_uris: [...input.softwareRedirectUris],
    org_name: input.organizationName,
    org_id: input.organizationIdentifier.replace(/^PSD/, ""),
    org_contacts: input.contacts.map(({ name, email, phone, type }) => ({ name, email, phone, type })),
  };
}

export interface RegistrationRequestInput {
  readonly audience: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  /** The signed statement, compact form. */
  readonly softwareStatement: string;
}

/** Claims of the registration request that carries the statement. OP uses no others. */
export function registrationRequestClaims(input: RegistrationRequestInput, issuance: Issuance): JsonObject {
  return {
    ...dates(issuance),
    aud: input.audience,
    jti: issuance.jti,
    redirect_uris: [...input.redirectUris],
    grant_types: [...input.grantTypes],
    software_statement: input.softwareStatement,
  };
}

/** Issued and ending. */
export function dates({ now, lifetimeSeconds }: Issuance): { iat: number; exp: number } {
  const iat = Math.floor(now.epochMilliseconds / 1000) - backdateSeconds;
  return { iat, exp: iat + lifetimeSeconds };
}
