import { createHash } from "node:crypto";
import { z } from "zod";
import type { ServerEndpoints } from "../../adapters/bank-adapter.ts";

const address = z.string().max(500);
const words = z
  .array(z.string().max(100))
  .max(100)
  .transform((list) => list.toSorted());

const endpoints = {
  token_endpoint: address.optional(),
  authorization_endpoint: address.optional(),
  pushed_authorization_request_endpoint: address.optional(),
  backchannel_authentication_endpoint: address.optional(),
  userinfo_endpoint: address.optional(),
} as const;

/** What of a server's metadata (RFC 8414, RFC 8705 5, RFC 9126 5, JARM 4, CIBA 4) we go by; the rest is not kept. */
export const serverMetadata = z.object({
  issuer: address,
  jwks_uri: address.optional(),
  ...endpoints,
  mtls_endpoint_aliases: z.object(endpoints).optional(),
  response_types_supported: words.optional(),
  response_modes_supported: words.optional(),
  code_challenge_methods_supported: words.optional(),
  token_endpoint_auth_methods_supported: words.optional(),
  token_endpoint_auth_signing_alg_values_supported: words.optional(),
  id_token_signing_alg_values_supported: words.optional(),
  request_object_signing_alg_values_supported: words.optional(),
  authorization_signing_alg_values_supported: words.optional(),
  dpop_signing_alg_values_supported: words.optional(),
  backchannel_token_delivery_modes_supported: words.optional(),
  backchannel_authentication_request_signing_alg_values_supported: words.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  tls_client_certificate_bound_access_tokens: z.boolean().optional(),
});

export type ServerMetadata = z.output<typeof serverMetadata>;

export const endpointNames = Object.keys(endpoints) as readonly (keyof typeof endpoints)[];

/** Where to call: an address that asks for our certificate goes before the other one (RFC 8705 5, OA-06). */
export function endpointsOf(metadata: ServerMetadata): ServerEndpoints {
  const urlOf = (name: keyof typeof endpoints): URL | undefined => {
    const text = metadata.mtls_endpoint_aliases?.[name] ?? metadata[name];
    return text === undefined ? undefined : new URL(text);
  };
  const [tokenUrl, pushedRequestUrl, backchannelUrl, userinfoUrl] = (
    ["token_endpoint", "pushed_authorization_request_endpoint", "backchannel_authentication_endpoint", "userinfo_endpoint"] as const
  ).map(urlOf);
  if (tokenUrl === undefined || metadata.jwks_uri === undefined) throw new TypeError("Metadata that was not judged.");
  return {
    tokenUrl,
    jwksUrl: new URL(metadata.jwks_uri),
    // Browsers show no certificate.
    ...(metadata.authorization_endpoint === undefined ? {} : { authorizationUrl: new URL(metadata.authorization_endpoint) }),
    ...(pushedRequestUrl === undefined ? {} : { pushedRequestUrl }),
    ...(backchannelUrl === undefined ? {} : { backchannelUrl }),
    ...(userinfoUrl === undefined ? {} : { userinfoUrl }),
  };
}

/** Names of the members that are not the same in both. */
export function differences(before: ServerMetadata, after: ServerMetadata): readonly string[] {
  const names = Object.keys(serverMetadata.shape) as (keyof ServerMetadata)[];
  return names.filter((name) => canonical(before[name]) !== canonical(after[name]));
}

/** Names one state of the metadata, so that an operator approves what was looked at and nothing else. */
export function fingerprint(metadata: ServerMetadata): string {
  return createHash("sha256").update(canonical(metadata)).digest("hex");
}

/** The same text for the same content, whatever the order of members. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? ""
  );
}
