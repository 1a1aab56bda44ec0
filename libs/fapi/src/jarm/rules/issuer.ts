import type { JarmRule } from "../rule.ts";

/** `iss` is the issuer on file, as a byte-exact string (OA-25). */
export const issuer: JarmRule = ({ claims, expected }) => (claims.iss === expected.issuer ? undefined : "iss is not the expected issuer");
