import { matchesHashClaim } from "../../hash-claim.ts";
import type { IdTokenRule } from "../rule.ts";

/** `at_hash`, where it is sent, belongs to the access token beside it (OA-38). */
export const accessTokenHash: IdTokenRule = ({ header, claims, expected }) => {
  if (claims.at_hash === undefined) return undefined;
  return expected.accessToken !== undefined && matchesHashClaim(claims.at_hash, expected.accessToken, header.alg)
    ? undefined
    : "at_hash does not belong to the access token";
};
