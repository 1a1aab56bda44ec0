import type { Adapter, AdapterPayload, SigningAlgorithm } from "oidc-provider";
import type { JwksReader } from "../http/jwks-reader.ts";
import { digest } from "../identifiers.ts";
import type { Grants, UkClient, UkClients } from "./clients.ts";

/** Where the authorization server keeps things: clients in the register of the bank, everything else in the journal under a digest. */
export function adapterOver(deps: { clients: UkClients; grants: Grants; jwks: JwksReader }): (model: string) => Adapter {
  return (model) => (model === "Client" ? clientAdapter(deps) : grantAdapter(model, deps.grants));
}

function clientAdapter({ clients, jwks }: { clients: UkClients; jwks: JwksReader }): Adapter {
  return {
    ...onlyReads,
    async find(id) {
      const client = clients.get(id);
      return client === undefined ? undefined : metadataOf(client, jwks);
    },
  };
}

function grantAdapter(model: string, grants: Grants): Adapter {
  const key = (id: string): string => `${model}:${digest(id)}`;
  return {
    ...onlyReads,
    // The identifier of a token is the token itself, so it stays out of the file.
    async upsert(id, input) {
      const { jti: _, ...payload } = input;
      grants.put(key(id), { payload, expiresAtMs: (payload.exp ?? 0) * 1000 });
    },
    async find(id) {
      const found = grants.get(key(id));
      return found === undefined ? undefined : { ...found.payload, jti: id };
    },
    async destroy(id) {
      grants.remove(key(id));
    },
  };
}

/** What none of the grants of this bank asks for. */
const onlyReads: Adapter = {
  upsert: async () => refuse("upsert"),
  find: async () => refuse("find"),
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => refuse("consume"),
  destroy: async () => refuse("destroy"),
  revokeByGrantId: async () => undefined,
};

function refuse(operation: string): never {
  throw new TypeError(`the authorization server asked for ${operation}, which this bank does not keep`);
}

/** The metadata of a client, as far as the token endpoint needs it. Keys are read anew each time, so that a change at the directory counts at once. */
async function metadataOf(client: UkClient, jwks: JwksReader): Promise<AdapterPayload> {
  const bound = { client_id: client.clientId, response_types: [], tls_client_certificate_bound_access_tokens: true } as const;
  if (client.source === "portal") {
    const { method, secretDigest, scope } = client;
    return { ...bound, grant_types: ["client_credentials"], token_endpoint_auth_method: method, client_secret: secretDigest, scope };
  }
  const { claims, jwksUri } = client;
  const grants = claims["grant_types"] as readonly string[];
  const common = { ...bound, grant_types: grants.filter((grant) => grant === "client_credentials"), scope: String(claims["scope"]) };
  if (claims["token_endpoint_auth_method"] === "tls_client_auth") {
    return { ...common, token_endpoint_auth_method: "tls_client_auth", tls_client_auth_subject_dn: String(claims["tls_client_auth_subject_dn"]) };
  }
  const keys = await jwks.read(jwksUri).catch(() => []);
  return {
    ...common,
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: claims["token_endpoint_auth_signing_alg"] as SigningAlgorithm,
    jwks: { keys: keys.filter((key) => key["use"] !== "tls") },
  };
}
