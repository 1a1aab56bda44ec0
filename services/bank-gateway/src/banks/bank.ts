import { createJwksCache, signCompactJws } from "@opl/fapi";
import type { IssuerKeys, SigningKey } from "@opl/fapi";
import type { Clock, PsuContext } from "@opl/service";
import type { BankAdapter, BankCalls, OAuthProfile, PaymentSeal, ServerEndpoints, Sign } from "../adapters/bank-adapter.ts";
import { lifetimeSeconds, needsRefresh } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { createBankCalls } from "../egress/bank-calls.ts";
import type { Archive } from "../egress/bank-calls.ts";
import type { BeforeSending } from "../egress/bank-request.ts";
import type { Egress } from "../egress/egress.ts";
import { readJson } from "../egress/strict-json.ts";
import { errors } from "../errors.ts";
import { endpointsOf } from "../oauth/client.ts";
import type { ClientProof, OAuthClient } from "../oauth/client.ts";
import { withProof } from "../oauth/dpop.ts";
import { createTokenEndpoint } from "../oauth/token-endpoint.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import type { ClientCredentials } from "./credentials.ts";
import { chooseQsealc, chooseQwac } from "./keys.ts";
import type { TppKey } from "./keys.ts";
import { createPaymentSeal } from "./payment-seal.ts";

/** One bank as we stand with it under one registration. */
export interface Bank {
  readonly adapter: BankAdapter;
  readonly registrationId: string;
  readonly clientId: string;
  /** @throws ERR_ASPSP_CAPABILITY_MISSING at a bank without tokens */
  readonly oauth: OAuthProfile;
  /** What openid-client is set up with for this bank. */
  readonly client: OAuthClient;
  /** Where its authorization server is called. @throws ERR_ASPSP_QUARANTINED */
  endpoints(): Promise<ServerEndpoints>;
  /** Before somebody is sent to the bank. @throws ERR_ASPSP_QUARANTINED */
  requireTrusted(): Promise<void>;
  /** Of the certificate we show, SHA-256 in base64url: what tokens are bound to (RFC 8705 3.1). */
  readonly certificateThumbprint: string;
  readonly tokens: TokenEndpoint;
  readonly idTokenKeys: IssuerKeys;
  readonly sign: Sign;
  readonly paymentSeal: Pick<PaymentSeal, "sign">;
  /** The key behind `sign`, for the library. */
  readonly signingKey: () => SigningKey;
  /** Calls with our own token, which belongs to no person. */
  clientCalls(context?: CallContext & { readonly scope?: string }): Promise<BankCalls>;
  /** Calls with a person's token. */
  psuCalls(tokens: TokenSet, context: CallContext): BankCalls;
}

interface CallContext {
  readonly psu?: PsuContext | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly archive?: Archive;
  readonly beforeRepeat?: (() => Promise<unknown>) | undefined;
  /** Throws once what the calls are made under has ended. */
  readonly beforeSending?: BeforeSending | undefined;
}

export interface BankOptions {
  readonly adapter: BankAdapter;
  readonly registrationId: string;
  readonly keys: readonly TppKey[];
  readonly credentials: ClientCredentials;
  readonly egress: Egress;
  readonly certificateThumbprint: string;
  /** Where the server describes itself. */
  readonly server: AuthorizationServer | undefined;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
}

export function createBank(options: BankOptions): Bank {
  const { adapter, registrationId, keys, credentials, egress, certificateThumbprint, server, clock } = options;
  const apiKey = credentials.apiKey ?? adapter.registration?.portalApiKey ?? "";
  const clientCertificate = (): string => derText(chooseQwac(keys, clock.now()));
  const paymentSeal = createPaymentSeal({ adapter, keys, clock, loadKeys: (url) => loadJwks(url, egress), monotonicMs: options.monotonicMs });
  const base = { adapter, egress, apiKey, identified: true, clientCertificate, verifySeal: paymentSeal.verify };
  const signingKey = (): SigningKey => {
    const { key, algorithm } = chooseQsealc(keys, adapter.profile.signingAlgorithms, clock.now());
    return { key: key.jwk, alg: algorithm, kid: key.kid };
  };
  const common = {
    adapter,
    registrationId,
    clientId: credentials.clientId,
    certificateThumbprint,
    sign: signWith(keys, adapter, clock),
    paymentSeal,
    signingKey,
    requireTrusted: async () => server?.requireTrusted(),
    psuCalls: (token: TokenSet, context: CallContext) => callsWith(token, context),
  };
  const callsWith = (token: TokenSet | undefined, context: CallContext): BankCalls => {
    if (token === undefined) return createBankCalls({ ...base, ...context });
    const { accessToken, proofKey } = token;
    const proved = proofKey === undefined ? egress : withProof(egress, { accessToken, proofKey });
    return createBankCalls({ ...base, ...context, egress: proved, token });
  };
  const { oauth } = adapter;
  if (oauth === undefined) {
    return {
      ...common,
      get oauth(): never {
        throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      },
      get client(): never {
        throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      },
      endpoints: refuseTokens,
      tokens: noTokens,
      get idTokenKeys(): never {
        throw errors.ERR_ASPSP_CAPABILITY_MISSING();
      },
      clientCalls: async ({ scope: _none, ...context } = {}) => callsWith(undefined, context),
    };
  }
  const proof = proofOf(credentials, oauth, signingKey);
  const client: OAuthClient = {
    oauth,
    endpoints: server === undefined ? undefined : () => server.endpoints(),
    clientId: credentials.clientId,
    proof,
    apiKey,
    egress,
  };
  const endpoints = (): Promise<ServerEndpoints> => endpointsOf(client);
  const tokens = createTokenEndpoint(client);
  const clientTokens = cachedClientTokens(tokens, oauth.clientScope, adapter.profile.resourceOrigins, clock);
  return {
    ...common,
    oauth,
    client,
    endpoints,
    tokens,
    idTokenKeys: {
      algorithms: oauth.idTokenAlgorithms,
      jwks: createJwksCache({ load: async () => loadJwks((await endpoints()).jwksUrl, egress), monotonicMs: options.monotonicMs }),
    },
    clientCalls: async ({ scope, ...context } = {}) => callsWith(await clientTokens(scope), context),
  };
}

const refuseTokens = async (): Promise<never> => {
  throw errors.ERR_ASPSP_CAPABILITY_MISSING();
};
const noTokens: TokenEndpoint = { clientCredentials: refuseTokens, exchangeCode: refuseTokens, poll: refuseTokens, refresh: refuseTokens };

type SigningKeyOf = Extract<ClientProof, { method: "private_key_jwt" }>["signingKey"];

/** What the bank settled on goes before what its profile says. @throws ERR_ASPSP_NOT_REGISTERED without the secret it wants */
function proofOf({ authentication, clientSecret }: ClientCredentials, oauth: OAuthProfile, signingKey: SigningKeyOf): ClientProof {
  const method = authentication ?? oauth.clientAuthentication;
  if (method === "private_key_jwt") return { method, signingKey };
  if (method === "tls_client_auth") return { method };
  if (clientSecret === undefined)
    throw errors.ERR_ASPSP_NOT_REGISTERED({ message: "The token endpoint wants a client secret, and the registration gave none." });
  return { method, clientSecret };
}

/** Signs with the QSealC that fits the bank's algorithms at the time of signing. */
export function signWith(keys: readonly TppKey[], { profile }: Pick<BankAdapter, "profile">, clock: Clock): Sign {
  return async (claims) => {
    const { key, algorithm } = chooseQsealc(keys, profile.signingAlgorithms, clock.now());
    return { jws: await signCompactJws(claims, { key: key.jwk, alg: algorithm, kid: key.kid, typ: "JWT" }), kid: key.kid, algorithm };
  };
}

/** Our own tokens live in memory only, one for each scope, since banks refuse several in one; one call at a time asks for the next. */
function cachedClientTokens(endpoint: TokenEndpoint, ownScope: string, origins: readonly string[], clock: Clock): (scope?: string) => Promise<TokenSet> {
  const held = new Map<string, TokenSet>();
  const asking = new Map<string, Promise<TokenSet>>();
  const ask = async (scope: string): Promise<TokenSet> => {
    const { accessToken, expiresInSeconds, proofKey } = await endpoint.clientCredentials(scope);
    const accessExpiresAt = clock.now().add({ seconds: lifetimeSeconds(expiresInSeconds) });
    const tokens = { accessToken, accessExpiresAt, refreshToken: undefined, scope: [scope], origins, subject: undefined, proofKey };
    held.set(scope, tokens);
    return tokens;
  };
  return async (scope = ownScope) => {
    const tokens = held.get(scope);
    if (tokens !== undefined && !needsRefresh(tokens, clock.now())) return tokens;
    const running = asking.get(scope) ?? ask(scope).finally(() => asking.delete(scope));
    asking.set(scope, running);
    return running;
  };
}

/** One line of base64, without armour. */
function derText({ chainPem: [leaf = ""] }: TppKey): string {
  return leaf.replaceAll(/-----[^-]+-----|\s/g, "");
}

async function loadJwks(url: URL, egress: Egress): Promise<unknown> {
  const answer = await egress({ operation: "keys.read", method: "GET", url, headers: { accept: "application/json" }, identified: false });
  if (answer.status !== 200) throw new Error(`The key set answered with ${answer.status}.`);
  return readJson({ contentType: answer.headers["content-type"], body: answer.body });
}
