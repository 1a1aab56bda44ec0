import { randomUUID, X509Certificate } from "node:crypto";
import { readPsdIdentifier } from "./certificate-request.ts";
import type { Organisation, Software, SoftwareKey } from "./directory-store.ts";

/** Name of the directory inside its statements. */
export const directoryIssuer = "One Point Ledger sandbox directory";

/** Public addresses of the key sets of an organisation and one of its programs. */
export function keySetAddresses(origin: string, { orgId, softwareId }: { orgId: string; softwareId: string }) {
  const store = `${origin}/directory/keystore/${orgId}`;
  return {
    software_jwks_endpoint: `${store}/${softwareId}.jwks`,
    software_jwks_revoked_endpoint: `${store}/revoked/${softwareId}.jwks`,
    org_jwks_endpoint: `${store}/${orgId}.jwks`,
    org_jwks_revoked_endpoint: `${store}/revoked/${orgId}.jwks`,
  };
}

/** The claims of a software statement assertion, as directories of the UK kind word them. */
export function softwareStatementClaims(input: { organisation: Organisation; software: Software; origin: string; now: number }): object {
  const { organisation, software, origin, now } = input;
  const parts = readPsdIdentifier(organisation.organizationIdentifier);
  return {
    iss: directoryIssuer,
    iat: now,
    jti: randomUUID(),
    software_environment: "sandbox",
    software_mode: "Test",
    software_id: software.softwareId,
    software_client_id: software.softwareId,
    software_client_name: software.clientName,
    software_client_description: software.clientDescription,
    software_version: software.version,
    software_client_uri: software.clientUri,
    software_redirect_uris: software.redirectUris,
    software_roles: software.roles,
    software_logo_uri: software.logoUri,
    software_policy_uri: software.policyUri,
    software_tos_uri: software.tosUri,
    organisation_competent_authority_claims: {
      authority_id: parts?.authorityId.replace("-", ""),
      registration_id: parts?.number,
      status: "Active",
      authorisations: [{ member_state: parts?.country, roles: organisation.roles }],
    },
    org_status: "Active",
    org_id: organisation.orgId,
    org_name: organisation.name,
    org_contacts: [],
    ...keySetAddresses(origin, software),
  };
}

/** A key as its set shows it. Keys for connections carry another use than keys for signatures. */
export function publishedKey({ kid, use, x5c, thumbprint }: SoftwareKey): object {
  const { publicKey } = new X509Certificate(Buffer.from(x5c[0] ?? "", "base64"));
  const { kty, n, e, crv, x, y } = publicKey.export({ format: "jwk" });
  return { kid, use, kty, n, e, crv, x, y, x5c, "x5t#S256": Buffer.from(thumbprint, "hex").toString("base64url") };
}
