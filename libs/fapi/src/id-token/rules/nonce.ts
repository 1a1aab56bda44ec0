import type { IdTokenRule } from "../rule.ts";

/** `nonce` is the one we sent: always in the first ID token of a flow that has one, later whenever it is repeated (OA-35). */
export const nonce: IdTokenRule = ({ claims, expected }) => {
  const required = expected.channel === "front" || (expected.channel === "only" && expected.nonce !== undefined);
  if (claims.nonce === undefined && !required) return undefined;
  return expected.nonce !== undefined && claims.nonce === expected.nonce ? undefined : "nonce is not the one we sent";
};
