import { createHash, createHmac, randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload } from "jose";
import { epochSeconds, type Clock } from "../clock.ts";
import { header } from "../http/call.ts";

/** Nonces of the account interface for DPoP proofs (RFC 9449, section 9). Each is good for five minutes, and for the five after. */
export interface Nonces {
  current(): string;
  accepts(nonce: unknown): boolean;
}

const spanSeconds = 300;

export function openNonces(clock: Clock): Nonces {
  const secret = randomBytes(32);
  const at = (span: number): string => createHmac("sha256", secret).update(String(span)).digest("base64url");
  const span = (): number => Math.floor(epochSeconds(clock.now()) / spanSeconds);
  return { current: () => at(span()), accepts: (nonce) => nonce === at(span()) || nonce === at(span() - 1) };
}

export type ProofOutcome =
  | { readonly kind: "proven"; readonly thumbprint: string }
  | { readonly kind: "nonce" }
  | { readonly kind: "invalid"; readonly reason: string };

interface Surroundings {
  readonly nonces: Nonces;
  /** Host of the interface as the third party knows it. */
  readonly origin: string;
  /** Whether this `jti` comes for the first time. */
  readonly isNew: (jti: string) => boolean;
}

/** Checks the DPoP proof of a call to the account interface (RFC 9449, section 4.3). */
export async function checkProof(request: FastifyRequest, token: string, { nonces, origin, isNew }: Surroundings): Promise<ProofOutcome> {
  const proof = header(request, "dpop");
  if (proof === undefined) return { kind: "invalid", reason: "The DPoP proof is missing, or there is more than one" };
  let payload: JWTPayload;
  let thumbprint: string;
  try {
    const verified = await jwtVerify(proof, EmbeddedJWK, { algorithms: ["PS256", "ES256"], typ: "dpop+jwt" });
    payload = verified.payload;
    thumbprint = await calculateJwkThumbprint(verified.protectedHeader.jwk ?? {});
  } catch {
    return { kind: "invalid", reason: "The DPoP proof does not verify" };
  }
  const target = `${origin}${request.url.split("?")[0] ?? ""}`;
  if (payload["htm"] !== request.method || payload["htu"] !== target) return { kind: "invalid", reason: "The DPoP proof is for another call" };
  if (payload["ath"] !== createHash("sha256").update(token).digest("base64url")) return { kind: "invalid", reason: "The DPoP proof is for another token" };
  if (!nonces.accepts(payload["nonce"])) return { kind: "nonce" };
  if (typeof payload.jti !== "string" || !isNew(payload.jti)) return { kind: "invalid", reason: "The DPoP proof was used before" };
  return { kind: "proven", thumbprint };
}
