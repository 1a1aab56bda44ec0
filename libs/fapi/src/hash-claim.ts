import { createHash, timingSafeEqual } from "node:crypto";
import type { JwsAlgorithm } from "./jwk.ts";

/**
 * The value of a hash claim of an ID token (OpenID Connect Core 3.3.2.11: c_hash, at_hash; FAPI: s_hash; OP: rt_hash):
 * left half of the hash that belongs to the token's signature algorithm, base64url without padding.
 */
export function hashClaim(value: string, algorithm: JwsAlgorithm): string {
  const digest = createHash(algorithm === "EdDSA" ? "sha512" : "sha256")
    .update(value, "ascii")
    .digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

/** Whether a claim is the hash of a value, compared in constant time. */
export function matchesHashClaim(claim: unknown, value: string, algorithm: JwsAlgorithm): boolean {
  if (typeof claim !== "string") return false;
  const [actual, expected] = [Buffer.from(claim), Buffer.from(hashClaim(value, algorithm))];
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
