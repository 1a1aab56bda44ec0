import { matchesHashClaim } from "../../hash-claim.ts";
import type { IdTokenRule } from "../rule.ts";

/** `c_hash` binds the authorization code; required in the front channel (OA-37). */
export const codeHash: IdTokenRule = ({ header, claims, expected }) => {
  if (claims.c_hash === undefined && expected.channel !== "front") return undefined;
  if (claims.c_hash === undefined || expected.code === undefined) return "c_hash or the code is missing";
  return matchesHashClaim(claims.c_hash, expected.code, header.alg) ? undefined : "c_hash does not belong to the code";
};
