import { createJwksCache, signCompactJws } from "@opl/fapi";
import type { IdTokenKeys } from "@opl/fapi";
import type { Clock, PsuContext } from "@opl/service";
import type { BankAdapter, BankCalls, Sign } from "../adapters/bank-adapter.ts";
import { lifetimeSeconds, needsRefresh } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { createBankCalls } from "../egress/bank-calls.ts";
import type { Archive } from "../egress/bank-calls.ts";
import type { Egress } from "../egress/egress.ts";
import { readJson } from "../egress/strict-json.ts";
import { createTokenEndpoint } from "../oauth/token-endpoint.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import { chooseQsealc } from "./keys.ts";
import type { TppKey } from "./keys.ts";

/** What registration gave us. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string | undefined;
}

/** One bank as we stand with it under one registration. */
export interface Bank {
  readonly adapter: BankAdapter;
  readonly registrationId: string;
  readonly clientId: string;
  readonly tokens: TokenEndpoint;
  readonly idTokenKeys: IdTokenKeys;
  readonly sign: Sign;
  /** Calls with our own token, which belongs to no person. */
  clientCalls(context?: CallContext): Promise<BankCalls>;
  /** Calls with a person's token. */
  psuCalls(tokens: TokenSet, context: CallContext): BankCalls;
}

interface CallContext {
  readonly psu?: PsuContext | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly archive?: Archive;
  readonly beforeRepeat?: (() => Promise<unknown>) | undefined;
}

export interface BankOptions {
  readonly adapter: BankAdapter;
  readonly registrationId: string;
  readonly keys: readonly TppKey[];
  readonly credentials: ClientCredentials;
  readonly egress: Egress;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
}

export function createBank(options: BankOptions): Bank {
  const { adapter, registrationId, egress, clock } = options;
  const { clientId, clientSecret } = options.credentials;
  const apiKey = options.credentials.apiKey ?? adapter.registration?.portalApiKey ?? "";
  const tokens = createTokenEndpoint({ oauth: adapter.oauth, clientId, clientSecret, apiKey, egress });
  const clientToken = cachedClientToken(tokens, adapter, clock);
  const base = { adapter, egress, apiKey, identified: true };
  return {
    adapter,
    registrationId,
    clientId,
    tokens,
    sign: signWith(options.keys, adapter, clock),
    idTokenKeys: {
      algorithms: adapter.oauth.idTokenAlgorithms,
      jwks: createJwksCache({ load: () => loadJwks(adapter, egress), monotonicMs: options.monotonicMs }),
    },
    clientCalls: async (context = {}) => createBankCalls({ ...base, ...context, token: await clientToken() }),
    psuCalls: (token, context) => createBankCalls({ ...base, ...context, token }),
  };
}

/** Signs with the QSealC that fits the bank's algorithms at the time of signing. */
export function signWith(keys: readonly TppKey[], adapter: BankAdapter, clock: Clock): Sign {
  return async (claims) => {
    const { key, algorithm } = chooseQsealc(keys, adapter.oauth.signingAlgorithms, clock.now());
    return { jws: await signCompactJws(claims, { key: key.jwk, alg: algorithm, kid: key.kid, typ: "JWT" }), kid: key.kid, algorithm };
  };
}

/** Our own token lives in memory only; one call at a time asks for the next. */
function cachedClientToken(endpoint: TokenEndpoint, { oauth, profile }: BankAdapter, clock: Clock): () => Promise<TokenSet> {
  let held: TokenSet | undefined;
  let asking: Promise<TokenSet> | undefined;
  const ask = async (): Promise<TokenSet> => {
    const granted = await endpoint.clientCredentials(oauth.clientScope);
    const accessExpiresAt = clock.now().add({ seconds: lifetimeSeconds(granted.expiresInSeconds) });
    held = {
      accessToken: granted.accessToken,
      accessExpiresAt,
      refreshToken: undefined,
      scope: [oauth.clientScope],
      origins: profile.resourceOrigins,
      subject: undefined,
    };
    return held;
  };
  return async () => {
    if (held !== undefined && !needsRefresh(held, clock.now())) return held;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function loadJwks({ oauth }: BankAdapter, egress: Egress): Promise<unknown> {
  const answer = await egress({ operation: "keys.read", method: "GET", url: oauth.jwksUrl, headers: { accept: "application/json" }, identified: false });
  if (answer.status !== 200) throw new Error(`The key set answered with ${answer.status}.`);
  return readJson({ contentType: answer.headers["content-type"], body: answer.body });
}
