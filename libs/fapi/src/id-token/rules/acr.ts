import type { IdTokenRule } from "../rule.ts";

/** `acr` is one of the values we asked for as essential: strong authentication took place. */
export const acr: IdTokenRule = ({ claims, expected }) => {
  if (expected.acrValues === undefined || expected.acrValues.length === 0 || (claims.acr === undefined && expected.channel === "refresh")) return undefined;
  return typeof claims.acr === "string" && expected.acrValues.includes(claims.acr) ? undefined : "acr is not one of the requested values";
};
