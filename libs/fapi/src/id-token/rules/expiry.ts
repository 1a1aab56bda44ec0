import { epochSeconds } from "../rule.ts";
import type { IdTokenRule } from "../rule.ts";

/**
 * `exp` is there and not past (OA-33). Two clocks may differ by the two minutes that clients of OP have always allowed: one that ended between two and five
 * minutes ago is refused as well.
 */
export const expiry: IdTokenRule = ({ claims, expected }) => {
  if (typeof claims.exp !== "number") return "exp is missing";
  return claims.exp + (expected.expiryToleranceSeconds ?? 120) < epochSeconds(expected.now) ? "it has expired" : undefined;
};
