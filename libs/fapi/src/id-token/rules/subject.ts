import type { IdTokenRule } from "../rule.ts";

/** `sub` is there, and the same in every ID token of one consent (OA-50, OA-63). */
export const subject: IdTokenRule = ({ claims, expected }) => {
  if (typeof claims.sub !== "string" || claims.sub === "") return "sub is missing";
  return expected.subject === undefined || claims.sub === expected.subject ? undefined : "sub changed between two ID tokens";
};
