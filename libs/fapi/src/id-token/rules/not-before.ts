import { epochSeconds } from "../rule.ts";
import type { IdTokenRule } from "../rule.ts";

/** `nbf`, where a bank sends it, has been reached. */
export const notBefore: IdTokenRule = ({ claims, expected }) => {
  if (claims.nbf === undefined) return undefined;
  if (typeof claims.nbf !== "number") return "nbf is not a time";
  return claims.nbf - (expected.aheadToleranceSeconds ?? 60) > epochSeconds(expected.now) ? "it is not valid yet" : undefined;
};
