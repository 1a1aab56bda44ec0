import type { IdTokenRule } from "../rule.ts";

/** `nonce` is the one we sent: always in the front channel, elsewhere whenever it is repeated (OA-35). */
export const nonce: IdTokenRule = ({ claims, expected }) => {
  if (claims.nonce === undefined && expected.channel !== "front") return undefined;
  return expected.nonce !== undefined && claims.nonce === expected.nonce ? undefined : "nonce is not the one we sent";
};
