import { epochSeconds } from "../rule.ts";
import type { IdTokenRule } from "../rule.ts";

/** `exp` is there and not past (OA-33). */
export const expiry: IdTokenRule = ({ claims, expected }) => {
  if (typeof claims.exp !== "number") return "exp is missing";
  return claims.exp + (expected.expiryToleranceSeconds ?? 120) < epochSeconds(expected.now) ? "it has expired" : undefined;
};
