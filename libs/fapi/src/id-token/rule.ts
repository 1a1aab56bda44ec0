import type { JsonObject, JwsHeader } from "../compact-jws.ts";

/** Where an ID token came from; the rules differ. `only`: from the token endpoint, with none in front of it. */
export type IdTokenChannel = "front" | "only" | "token" | "refresh";

export interface IdTokenExpectations {
  readonly channel: IdTokenChannel;
  readonly issuer: string;
  readonly clientId: string;
  readonly now: Temporal.Instant;
  /** How long after `exp` a token still counts. Default 120. */
  readonly expiryToleranceSeconds?: number;
  /** How far the issuer's clock may be ahead of ours. Default 60. */
  readonly aheadToleranceSeconds?: number;
  /** Oldest accepted `iat`. Default 600. */
  readonly maxAgeSeconds?: number;
  /** Knows the nonce of the request again, of which its keeper may remember no more than a hash. Absent where the request had none. */
  readonly isNonce?: (told: string) => boolean;
  readonly code?: string;
  readonly state?: string;
  readonly accessToken?: string;
  readonly refreshToken?: string;
  readonly intent?: { readonly claim: string; readonly value: string };
  readonly acrValues?: readonly string[];
  /** `sub` of the ID token that came before this one. */
  readonly subject?: string;
}

interface IdTokenUnderTest {
  readonly header: JwsHeader;
  readonly claims: JsonObject;
  readonly expected: IdTokenExpectations;
}

/** One thing an ID token must satisfy: a sentence on failure, nothing when satisfied. */
export type IdTokenRule = (token: IdTokenUnderTest) => string | undefined;

export function epochSeconds(now: Temporal.Instant): number {
  return Math.floor(now.epochMilliseconds / 1000);
}
