import { epochSeconds } from "../rule.ts";
import type { IdTokenRule } from "../rule.ts";

/** `iat` is there, recent, and not ahead of our clock (OA-34, OA-70). */
export const issuedAt: IdTokenRule = ({ claims, expected }) => {
  if (typeof claims.iat !== "number") return "iat is missing";
  const age = epochSeconds(expected.now) - claims.iat;
  if (age > (expected.maxAgeSeconds ?? 600)) return "it was issued too long ago";
  return age < -(expected.aheadToleranceSeconds ?? 60) ? "the clock of the issuer is ahead of ours" : undefined;
};
