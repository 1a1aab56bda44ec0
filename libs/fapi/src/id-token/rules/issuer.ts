import type { IdTokenRule } from "../rule.ts";

/** `iss` is the issuer on file, as a byte-exact string (OA-29). */
export const issuer: IdTokenRule = ({ claims, expected }) => (claims.iss === expected.issuer ? undefined : "iss is not the expected issuer");
