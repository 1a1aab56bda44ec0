import { matchesHashClaim } from "../../hash-claim.ts";
import type { IdTokenRule } from "../rule.ts";

/** `s_hash` binds the state; required in the front channel (OA-36). */
export const stateHash: IdTokenRule = ({ header, claims, expected }) => {
  if (claims.s_hash === undefined && expected.channel !== "front") return undefined;
  if (claims.s_hash === undefined || expected.state === undefined) return "s_hash or the state is missing";
  return matchesHashClaim(claims.s_hash, expected.state, header.alg) ? undefined : "s_hash does not belong to the state";
};
