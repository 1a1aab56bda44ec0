import type { JWK } from "jose";

/** A JSON Web Key (RFC 7517), public or private. */
export type Jwk = JWK;
export interface Jwks {
  readonly keys: readonly Jwk[];
}

/** The signature algorithms we ever accept or use: asymmetric, no `none`, no shared secrets. */
export const jwsAlgorithms = ["RS256", "PS256", "ES256", "EdDSA"] as const;
export type JwsAlgorithm = (typeof jwsAlgorithms)[number];

export function isJwsAlgorithm(value: unknown): value is JwsAlgorithm {
  return (jwsAlgorithms as readonly unknown[]).includes(value);
}

/** Whether a key of a key set may be used with an algorithm: type, curve, and `alg` and `use` where the key names them. */
export function fits(key: Jwk, algorithm: JwsAlgorithm): boolean {
  if (key.use !== undefined && key.use !== "sig") return false;
  if (key.alg !== undefined && key.alg !== algorithm && !(algorithm === "EdDSA" && key.alg === "Ed25519")) return false;
  switch (algorithm) {
    case "RS256":
    case "PS256":
      return key.kty === "RSA";
    case "ES256":
      return key.kty === "EC" && key.crv === "P-256";
    case "EdDSA":
      return key.kty === "OKP" && key.crv === "Ed25519";
  }
}

const publicMembers = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use", "x5c", "x5t#S256"] as const;

/** The public half of a key: members are picked by name, so that no private one can slip through. */
export function publicJwk(key: Jwk): Jwk {
  const entries = publicMembers.flatMap((name) => (key[name] === undefined ? [] : [[name, key[name]]]));
  return Object.fromEntries(entries) as Jwk;
}
