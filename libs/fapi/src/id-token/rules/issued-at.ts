import { epochSeconds } from "../rule.ts";
import type { IdTokenRule } from "../rule.ts";

/** `iat` is there and recent (OA-34). */
export const issuedAt: IdTokenRule = ({ claims, expected }) => {
  if (typeof claims.iat !== "number") return "iat is missing";
  return epochSeconds(expected.now) - claims.iat > (expected.maxAgeSeconds ?? 600) ? "it was issued too long ago" : undefined;
};
