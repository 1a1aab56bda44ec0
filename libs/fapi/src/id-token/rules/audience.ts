import type { IdTokenRule } from "../rule.ts";

/**
 * `aud` names us; when it names others too, `azp` must be us (OA-30, OA-31, OA-32). Who they are is not asked then: the bank says whom it was issued to,
 * and it goes to nobody from here.
 */
export const audience: IdTokenRule = ({ claims, expected }) => {
  const audiences: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audiences.includes(expected.clientId)) return "aud does not name this client";
  if (claims.azp !== undefined && claims.azp !== expected.clientId) return "azp names another client";
  if (audiences.length > 1 && claims.azp !== expected.clientId) return "aud names others and azp does not name this client";
  return undefined;
};
