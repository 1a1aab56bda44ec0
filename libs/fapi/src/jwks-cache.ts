import { errors } from "./errors.ts";
import { publicJwk } from "./jwk.ts";
import type { Jwk, Jwks } from "./jwk.ts";

export interface JwksCacheOptions {
  /** Reads the key set's JSON document, already parsed; the transport is the caller's. */
  readonly load: () => Promise<unknown>;
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number;
  /** How long a set is used without asking again. Default one hour. */
  readonly maxAgeMs?: number;
  /** Shortest time between two loads. Default one minute. */
  readonly minIntervalMs?: number;
}

export interface JwksCache {
  /** The current set; loads it when there is none or it is old. An old set serves on while a load fails. */
  current(): Promise<Jwks>;
  /** A newer set after an unknown key id; the same set again when the last load is too recent (OA-43, OA-45). */
  reload(): Promise<Jwks>;
}

/** Keeps one key set of another party and asks for it at most once a minute, whatever tokens arrive. */
export function createJwksCache(options: JwksCacheOptions): JwksCache {
  const { load, monotonicMs, maxAgeMs = 3_600_000, minIntervalMs = 60_000 } = options;
  let held: { jwks: Jwks; at: number } | undefined;
  let lastAttemptAt = Number.NEGATIVE_INFINITY;
  let running: Promise<Jwks> | undefined;

  async function fetchSet(): Promise<Jwks> {
    lastAttemptAt = monotonicMs();
    try {
      const jwks = readJwks(await load());
      held = { jwks, at: monotonicMs() };
      return jwks;
    } catch (error) {
      if (held !== undefined) return held.jwks;
      throw errors.ERR_JWKS_UNAVAILABLE({ cause: error });
    }
  }

  function refresh(): Promise<Jwks> {
    if (running !== undefined) return running;
    if (monotonicMs() - lastAttemptAt < minIntervalMs) {
      return held === undefined ? Promise.reject(errors.ERR_JWKS_UNAVAILABLE()) : Promise.resolve(held.jwks);
    }
    running = fetchSet().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    current: () => (held !== undefined && monotonicMs() - held.at < maxAgeMs ? Promise.resolve(held.jwks) : refresh()),
    reload: refresh,
  };
}

const maxKeys = 64;

/** Reads a key set strictly in shape and tolerantly in content: keys of kinds we do not know are left out. */
export function readJwks(document: unknown): Jwks {
  const keys: unknown = (document as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length > maxKeys) throw errors.ERR_JWKS_UNAVAILABLE({ message: "The answer is not a key set." });
  return { keys: keys.filter(isAsymmetricKey).map(publicJwk) };
}

function isAsymmetricKey(key: unknown): key is Jwk {
  if (typeof key !== "object" || key === null) return false;
  const { kty, kid } = key as Jwk;
  return (kty === "RSA" || kty === "EC" || kty === "OKP") && (kid === undefined || typeof kid === "string");
}
