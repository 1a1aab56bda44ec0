import type { IdTokenRule } from "../rule.ts";

/**
 * `nonce` is the one we sent: always in the first ID token of a flow that has one, later whenever it is repeated (OA-35), after a refresh as
 * well (OpenID Connect Core 12.2).
 */
export const nonce: IdTokenRule = ({ claims: { nonce: told }, expected: { channel, isNonce } }) => {
  const required = channel === "front" || (channel === "only" && isNonce !== undefined);
  if (told === undefined && !required) return undefined;
  return typeof told === "string" && isNonce?.(told) === true ? undefined : "nonce is not the one we sent";
};
