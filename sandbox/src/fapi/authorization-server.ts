import { randomBytes } from "node:crypto";
import type { AdapterPayload, Configuration, errors as providerErrors, interactionPolicy as interactionPolicies, Provider } from "oidc-provider";
import { readQualifiedCertificate } from "../ca/qualified-certificate.ts";
import { adapterOver } from "../oauth/adapter.ts";
import { limitedAssertion, signatureKeys } from "../oauth/assertions.ts";
import type { RegisteredClient } from "../oauth/clients.ts";
import { namesSubject } from "../oauth/distinguished-name.ts";
import { certificateIn, openInProcess, x509In, type InProcessProvider } from "../oauth/in-process.ts";
import type { IdTokenKeys } from "../op/id-token-keys.ts";
import { issuerUrl, pendingAuthorization, type Issuer } from "./issuer.ts";

type State = Omit<Issuer, "server" | "requireCaller">;

/** Authentication levels that the bank offers, as at OP. */
export const levels = ["urn:openbanking:psd2:sca", "urn:openbanking:psd2:ca"] as const;
/** Request objects may live so long (FAPI 1.0 Advanced, section 5.2.2). */
const requestSeconds = 3600;

/** Lets one question inside the process go without PKCE: a fault switch sets it, nothing that a client sends does. */
export const withoutChallenge = { "x-without-challenge": "yes" } as const;

/** The authorization server of one issuer. Its accounts are the bank's authorizations: everything it issues dies with them. */
export function openIssuerServer(issuer: State): InProcessProvider {
  return openInProcess(
    () => issuerUrl(issuer),
    () => load(issuer),
  );
}

async function load(issuer: State): Promise<Provider> {
  const library = await import("oidc-provider");
  const provider = new library.Provider(issuerUrl(issuer), configuration(issuer, await issuer.keys(), library));
  provider.on("server_error", (_context, error) => {
    throw error;
  });
  return provider;
}

/** What tokens are for. */
function resourceOf(issuer: State): string {
  return `${issuer.address.origin}${issuer.accountSite.path}`;
}

function configuration(
  issuer: State,
  keys: IdTokenKeys,
  { errors, interactionPolicy }: { errors: typeof providerErrors; interactionPolicy: typeof interactionPolicies },
): Configuration {
  // The page on which a person chooses accounts is the consent; every visit begins with a login.
  const policy = interactionPolicy.base();
  policy.remove("consent");
  const { profile, config, clients, grants } = issuer;
  const algorithms = ["PS256", "ES256"] as const;
  const lifetime = (): number => config.SANDBOX_ACCESS_TOKEN_SECONDS;
  const issuerAudience = (audience: unknown): boolean => audience === issuerUrl(issuer);
  const assertLifetime = limitedAssertion(errors);
  return {
    adapter: adapterOver(grants, async (clientId) => {
      const client = clients.get(clientId);
      return client === undefined ? undefined : metadataOf(client, issuer);
    }),
    jwks: { keys: keys.privateJwks() },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    // The last two are there to be registered with, as a third party of all three roles does; nothing is behind them.
    scopes: ["openid", "accounts", "payments", "fundsconfirmations"],
    claims: { openid: ["sub", "authorizationId"], acr: null, auth_time: null, authorizationId: null },
    acrValues: [...levels],
    responseTypes: ["code"],
    clientAuthMethods: [profile.authentication],
    clientDefaults: { id_token_signed_response_alg: "PS256" },
    routes: {
      authorization: "/authorize",
      token: "/token",
      jwks: "/jwks",
      pushed_authorization_request: "/par",
      revocation: "/revocation",
      userinfo: "/userinfo",
      backchannel_authentication: "/backchannel-authentication",
    },
    enabledJWA: {
      clientAuthSigningAlgValues: [...algorithms],
      idTokenSigningAlgValues: [...algorithms],
      requestObjectSigningAlgValues: [...algorithms],
      authorizationSigningAlgValues: [...algorithms],
      dPoPSigningAlgValues: [...algorithms],
    },
    pkce: { required: (context) => Object.entries(withoutChallenge).every(([name, value]) => context.get(name) !== value) },
    expiresWithSession: async () => false,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: profile.rotates,
    ttl: {
      AccessToken: lifetime,
      ClientCredentials: lifetime,
      IdToken: () => 600,
      AuthorizationCode: () => Math.min(60, config.SANDBOX_CODE_SECONDS),
      BackchannelAuthenticationRequest: () => config.SANDBOX_INTENT_SECONDS,
      Interaction: () => config.SANDBOX_INTENT_SECONDS,
      Session: () => config.SANDBOX_INTENT_SECONDS,
      Grant: () => config.SANDBOX_CONSENT_MAX_DAYS * 24 * 3600,
      RefreshToken: () => config.SANDBOX_CONSENT_MAX_DAYS * 24 * 3600,
    },
    interactions: { policy, url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: async (_context, authorizationId) => {
      const authorization = issuer.authorizations.get(authorizationId);
      const alive = authorization !== undefined && ["Unauthorized", "Authorized"].includes(issuer.authorizations.statusOf(authorization));
      return alive ? { accountId: authorizationId, claims: async () => ({ sub: authorizationId, authorizationId }) } : undefined;
    },
    extraTokenClaims: async (_context, token) => ("accountId" in token ? { authorizationId: token.accountId } : {}),
    assertJwtClientAuthClaimsAndHeader(context, claims, header, client) {
      if (!issuerAudience(claims["aud"])) throw new errors.InvalidClientAuth("the audience of client_assertion must be the issuer, as one text");
      return assertLifetime(context, claims, header, client);
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      // Requests may name claims of it everywhere; a route of the bank serves it where the profile says so.
      userinfo: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      claimsParameter: { enabled: true },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: !profile.ciba, requirePushedAuthorizationRequests: !profile.ciba },
      requestObjects: {
        enabled: true,
        requireSignedRequestObject: true,
        assertJwtClaimsAndHeader: async (_context, { exp, nbf }) => {
          const lived = Number(exp) - Number(nbf ?? Number.NaN);
          if (!(lived > 0 && lived <= requestSeconds))
            throw new errors.InvalidRequestObject(`the request object needs nbf and exp, at most ${requestSeconds} seconds apart`);
        },
      },
      jwtResponseModes: { enabled: profile.jarm !== "none" },
      fapi: { enabled: true, profile: profile.name === "fapi1" ? "1.0 Final" : "2.0" },
      dPoP: profile.dpop ? { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true } : { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resourceOf(issuer),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "accounts",
          audience: resourceOf(issuer),
          accessTokenTTL: lifetime(),
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "PS256" } },
        }),
      },
      ciba: profile.ciba ? cibaFeature(issuer, errors) : { enabled: false },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        tlsClientAuth: profile.authentication === "tls_client_auth",
        getCertificate: x509In,
        // The routes let only trusted QWACs come this far.
        certificateAuthorized: () => true,
        certificateSubjectMatches: (context, property, expected) =>
          property === "tls_client_auth_subject_dn" && namesSubject(expected, readQualifiedCertificate(certificateIn(context) ?? Buffer.alloc(0)).subject),
      },
    },
  };
}

function cibaFeature(issuer: State, errors: typeof providerErrors): NonNullable<NonNullable<Configuration["features"]>["ciba"]> {
  return {
    enabled: true,
    deliveryModes: ["poll"],
    async processLoginHint(context, loginHint) {
      if (loginHint === undefined || issuer.people.find(loginHint) === undefined) return undefined;
      const authorization = pendingAuthorization(issuer, context.oidc.client?.clientId ?? "", context.oidc.claims);
      if (authorization === undefined) throw new errors.InvalidRequest("claims name no pending authorization of this client");
      return authorization.authorizationId;
    },
    processLoginHintToken: async () => {
      throw new errors.InvalidRequest("login_hint_token is not offered; send login_hint");
    },
    validateBindingMessage: async (_context, message) => {
      if (message !== undefined && !/^[\p{L}\p{N} .,:#-]{1,40}$/u.test(message))
        throw new errors.InvalidBindingMessage("binding_message: at most 40 letters and digits");
    },
    validateRequestContext: async () => undefined,
    verifyUserCode: async () => undefined,
    async triggerAuthenticationDevice(context, request, account, client) {
      issuer.pending.set(account.accountId, {
        authReqId: request.jti,
        psuId: String(context.oidc.params?.["login_hint"]),
        clientId: client.clientId,
        authorizationId: account.accountId,
        bindingMessage: context.oidc.params?.["binding_message"] as string | undefined,
      });
    },
  };
}

/** The metadata of a client as the library reads it. */
async function metadataOf({ clientId, jwksUri, claims }: RegisteredClient, { jwks, profile }: State): Promise<AdapterPayload> {
  const { iss: _iss, iat: _iat, exp: _exp, aud: _aud, jti: _jti, software_statement: _statement, software_id: _software, ...metadata } = claims;
  return {
    ...metadata,
    client_id: clientId,
    jwks: { keys: await signatureKeys(jwksUri, jwks) },
    response_types: profile.ciba ? [] : ["code"],
    ...(profile.ciba ? {} : { require_pushed_authorization_requests: true, require_signed_request_object: true }),
    grant_types: (claims["grant_types"] as string[]).filter((grant) => profile.grantTypes.includes(grant)),
    ...(profile.jarm !== "none" && claims["authorization_signed_response_alg"] === undefined ? { authorization_signed_response_alg: "PS256" } : {}),
  };
}
