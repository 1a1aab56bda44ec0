import { dates } from "./software-statement.ts";
import type { Issuance } from "./software-statement.ts";
import type { JsonObject } from "./compact-jws.ts";

/** What a client asks to be registered as (RFC 7591 section 2, RFC 8705 section 2.1.2). */
export interface ClientMetadataInput {
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly scope: string;
  readonly softwareId: string;
  /** The signed statement, compact form. */
  readonly softwareStatement: string;
  readonly applicationType: "web" | "native";
  /** How we sign: request objects and client assertions. */
  readonly signingAlgorithm: string;
  /** How the bank signs. */
  readonly idTokenAlgorithm: string;
  readonly authentication:
    | { readonly method: "client_secret_post" | "private_key_jwt" }
    /** RFC 4514 */
    | { readonly method: "tls_client_auth"; readonly subjectName: string };
}

/** The members, the same in a JSON body and in a signed request. */
export function clientMetadata(input: ClientMetadataInput): JsonObject {
  const { authentication } = input;
  return {
    redirect_uris: [...input.redirectUris],
    token_endpoint_auth_method: authentication.method,
    grant_types: [...input.grantTypes],
    response_types: [...input.responseTypes],
    scope: input.scope,
    software_id: input.softwareId,
    software_statement: input.softwareStatement,
    application_type: input.applicationType,
    id_token_signed_response_alg: input.idTokenAlgorithm,
    request_object_signing_alg: input.signingAlgorithm,
    ...(authentication.method === "private_key_jwt" ? { token_endpoint_auth_signing_alg: input.signingAlgorithm } : {}),
    ...(authentication.method === "tls_client_auth" ? { tls_client_auth_subject_dn: authentication.subjectName } : {}),
  };
}

/** Claims of a signed registration request around the members (OBUK DCR 3.2 to 3.4): the software asks, the bank's id in the directory is asked. */
export function clientRegistrationClaims(
  { issuer, audience, metadata }: { readonly issuer: string; readonly audience: string; readonly metadata: JsonObject },
  issuance: Issuance,
): JsonObject {
  return { iss: issuer, ...dates(issuance), aud: audience, jti: issuance.jti, ...metadata };
}
