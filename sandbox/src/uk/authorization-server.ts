import { randomBytes, X509Certificate } from "node:crypto";
import type { Configuration, errors as providerErrors } from "oidc-provider";
import { readQualifiedCertificate } from "../ca/qualified-certificate.ts";
import type { SandboxConfig } from "../config.ts";
import type { JwksReader } from "../http/jwks-reader.ts";
import { sameDigest } from "../identifiers.ts";
import type { SigningKey } from "../state/signing-key.ts";
import { adapterOver } from "./adapter.ts";
import type { Grants, UkClients } from "./clients.ts";
import { namesSubject } from "./distinguished-name.ts";

interface Question {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  /** Client certificate of the connection, DER. */
  readonly certificate?: Buffer;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  readonly body: unknown;
}

/** The bank's OAuth 2.0 and OpenID Connect part. Its routes stand before it, so that books and fault switches see every call. */
export interface AuthorizationServer {
  ask(question: Question): Promise<Reply>;
  findToken(token: string): Promise<{ readonly clientId: string; readonly thumbprint: string; readonly scope: string } | undefined>;
}

interface Deps {
  readonly config: Pick<SandboxConfig, "SANDBOX_ACCESS_TOKEN_SECONDS">;
  readonly address: { readonly origin: string };
  readonly clients: UkClients;
  readonly grants: Grants;
  readonly jwks: JwksReader;
  readonly key: SigningKey;
}

/** Carries the client certificate inside the process, as a proxy that ends TLS would. */
const certificateHeader = "x-client-certificate";
/** A client assertion may live so long. */
const assertionSeconds = 300;

/** Nothing is loaded before the first question: the library costs every start a quarter of a second and 50 MB. */
export function openAuthorizationServer(deps: Deps): AuthorizationServer {
  let loading: ReturnType<typeof load> | undefined;
  const loaded = (): ReturnType<typeof load> => (loading ??= load(deps));
  return {
    async ask({ method, path, headers = {}, body, certificate }) {
      const { inject, listener } = await loaded();
      const { host } = new URL(deps.address.origin);
      const answer = await inject(listener, {
        method,
        url: path,
        headers: {
          ...Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
          host,
          "x-forwarded-proto": "https",
          ...(certificate === undefined ? {} : { [certificateHeader]: certificate.toString("base64") }),
        },
        ...(body === undefined ? {} : { payload: body }),
      });
      return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.payload) };
    },
    async findToken(token) {
      const { provider } = await loaded();
      const found = await provider.ClientCredentials.find(token);
      const thumbprint = found?.["x5t#S256"];
      return found?.clientId === undefined || thumbprint === undefined ? undefined : { clientId: found.clientId, thumbprint, scope: found.scope ?? "" };
    },
  };
}

async function load(deps: Deps) {
  const [library, { inject }] = await Promise.all([import("oidc-provider"), import("light-my-request")]);
  const provider = new library.Provider(deps.address.origin, configuration(deps, await deps.key.privateJwk(), library.errors));
  provider.proxy = true;
  // Secrets are kept as digests only.
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: { readonly clientSecret: string }, secret: string) {
      return sameDigest(secret, this.clientSecret);
    },
  });
  return { provider, inject, listener: provider.callback() };
}

function configuration(
  { config, clients, grants, jwks }: Deps,
  key: Awaited<ReturnType<SigningKey["privateJwk"]>>,
  errors: typeof providerErrors,
): Configuration {
  const algorithms = ["PS256", "ES256"] as const;
  return {
    adapter: adapterOver({ clients, grants, jwks }),
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
    assertJwtClientAuthClaimsAndHeader(_context, { iat, exp }) {
      const lifetime = Number(exp) - Number(iat ?? Number.NaN);
      if (!(lifetime > 0 && lifetime <= assertionSeconds))
        throw new errors.InvalidClientAuth(`client_assertion must live at most ${assertionSeconds} seconds from its iat`);
    },
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
        getCertificate: (context) => {
          const der = context.get(certificateHeader);
          return der === "" ? undefined : new X509Certificate(Buffer.from(der, "base64"));
        },
        // The routes let only trusted QWACs come this far.
        certificateAuthorized: () => true,
        certificateSubjectMatches: (context, property, expected) =>
          property === "tls_client_auth_subject_dn" &&
          namesSubject(expected, readQualifiedCertificate(Buffer.from(context.get(certificateHeader), "base64")).subject),
      },
    },
  };
}
