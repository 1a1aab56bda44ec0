import { randomBytes } from "node:crypto";
import type { AdapterPayload, Configuration, errors as providerErrors, Provider, SigningAlgorithm } from "oidc-provider";
import { readQualifiedCertificate } from "../ca/qualified-certificate.ts";
import type { SandboxConfig } from "../config.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import { sameDigest } from "../identifiers.ts";
import { adapterOver } from "../oauth/adapter.ts";
import { limitedAssertion, signatureKeys } from "../oauth/assertions.ts";
import type { Grants } from "../oauth/clients.ts";
import { namesSubject } from "../oauth/distinguished-name.ts";
import { certificateIn, openInProcess, x509In, type InProcessProvider } from "../oauth/in-process.ts";
import type { SigningKey } from "../state/signing-key.ts";
import type { UkClient, UkClients } from "./clients.ts";

/** The bank's OAuth 2.0 and OpenID Connect part. */
export interface AuthorizationServer extends InProcessProvider {
  findToken(token: string): Promise<{ readonly clientId: string; readonly thumbprint: string } | undefined>;
}

interface Deps {
  readonly config: Pick<SandboxConfig, "SANDBOX_ACCESS_TOKEN_SECONDS">;
  readonly address: { readonly origin: string };
  readonly clients: UkClients;
  readonly grants: Grants;
  readonly jwks: JwksReader;
  readonly key: SigningKey;
}

export function openAuthorizationServer(deps: Deps): AuthorizationServer {
  const server = openInProcess(
    () => deps.address.origin,
    () => load(deps),
  );
  return {
    ...server,
    async findToken(token) {
      const provider = await server.provider();
      const found = await provider.ClientCredentials.find(token);
      const thumbprint = found?.["x5t#S256"];
      return found?.clientId === undefined || thumbprint === undefined ? undefined : { clientId: found.clientId, thumbprint };
    },
  };
}

async function load(deps: Deps): Promise<Provider> {
  const library = await import("oidc-provider");
  const provider = new library.Provider(deps.address.origin, configuration(deps, await deps.key.privateJwk(), library.errors));
  // Secrets are kept as digests only.
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { readonly clientSecret: string }, secret: string) {
      return sameDigest(secret, this.clientSecret);
    },
  });
  return provider;
}

function configuration(
  { config, clients, grants, jwks }: Deps,
  key: Awaited<ReturnType<SigningKey["privateJwk"]>>,
  errors: typeof providerErrors,
): Configuration {
  const algorithms = ["PS256", "ES256"] as const;
  return {
    adapter: adapterOver(grants, async (clientId) => {
      const client = clients.get(clientId);
      return client === undefined ? undefined : metadataOf(client, jwks);
    }),
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    scopes: ["openid", "accounts", "payments", "fundsconfirmations"],
    responseTypes: ["code id_token", "code"],
    clientAuthMethods: ["tls_client_auth", "private_key_jwt", "client_secret_basic", "client_secret_post"],
    clientDefaults: { id_token_signed_response_alg: "PS256" },
    enabledJWA: {
      clientAuthSigningAlgValues: [...algorithms],
      idTokenSigningAlgValues: ["PS256"],
      requestObjectSigningAlgValues: [...algorithms],
    },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed("refresh_token"),
    ttl: { ClientCredentials: () => config.SANDBOX_ACCESS_TOKEN_SECONDS },
    assertJwtClientAuthClaimsAndHeader: limitedAssertion(errors),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      requestObjects: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        tlsClientAuth: true,
        getCertificate: x509In,
        // The routes let only trusted QWACs come this far.
        certificateAuthorized: () => true,
        certificateSubjectMatches: (context, property, expected) =>
          property === "tls_client_auth_subject_dn" && namesSubject(expected, readQualifiedCertificate(certificateIn(context) ?? Buffer.alloc(0)).subject),
      },
    },
  };
}

/** The metadata of a client, as far as the token endpoint needs it. */
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
  return {
    ...common,
    token_endpoint_auth_method: "private_key_jwt",
    token_endpoint_auth_signing_alg: claims["token_endpoint_auth_signing_alg"] as SigningAlgorithm,
    jwks: { keys: await signatureKeys(jwksUri, jwks) },
  };
}
