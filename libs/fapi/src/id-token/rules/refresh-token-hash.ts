import { matchesHashClaim } from "../../hash-claim.ts";
import type { IdTokenRule } from "../rule.ts";

/** `rt_hash` (OP's own), where it is sent, belongs to the refresh token beside it. */
export const refreshTokenHash: IdTokenRule = ({ header, claims, expected }) => {
  if (claims.rt_hash === undefined) return undefined;
  return expected.refreshToken !== undefined && matchesHashClaim(claims.rt_hash, expected.refreshToken, header.alg)
    ? undefined
    : "rt_hash does not belong to the refresh token";
};
