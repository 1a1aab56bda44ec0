import type { IdTokenRule } from "../rule.ts";

/** Logout tokens and JWT access tokens are signed by the same keys; they are no ID tokens (OA-51). */
export const tokenKind: IdTokenRule = ({ header, claims }) => {
  if (header.typ !== undefined && header.typ.toUpperCase() !== "JWT") return "the header names another type of token";
  if ("events" in claims) return "it is a security event or logout token";
  return undefined;
};
