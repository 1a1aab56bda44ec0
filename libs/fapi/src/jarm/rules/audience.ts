import type { JarmRule } from "../rule.ts";

/** `aud` is us, and nobody else may act on the answer too (OA-26). */
export const audience: JarmRule = ({ claims, expected }) => {
  const audiences: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  return audiences.length === 1 && audiences[0] === expected.clientId ? undefined : "aud is not this client alone";
};
