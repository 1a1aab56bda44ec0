import { reasonOfRefusedJws, verifyWithCache } from "../cached-keys.ts";
import type { IssuerKeys } from "../cached-keys.ts";
import type { JsonObject } from "../compact-jws.ts";
import { errors } from "../errors.ts";
import type { IdTokenExpectations } from "./rule.ts";
import { idTokenRules } from "./rules/index.ts";

/** Five parts: encrypted (RFC 7516 7.1). */
const encrypted = /^[\w-]+(?:\.[\w-]*){4}$/;

/**
 * Verifies the signature of an ID token with the issuer's keys and judges its claims by every rule of the table.
 * A refusal is `ERR_ID_TOKEN_REFUSED` whose `details.reason` is the rule's name, or the reason of the signature check. We register no key
 * to encrypt for, so an encrypted one, by RSA1_5 or by anything else, is refused unopened (OA-48).
 */
export async function validateIdToken(token: string, keys: IssuerKeys, expected: IdTokenExpectations): Promise<JsonObject> {
  if (encrypted.test(token)) throw errors.ERR_ID_TOKEN_REFUSED({ details: { reason: "encrypted" } });
  const { header, payload: claims } = await verifyWithCache(token, keys).catch((error: unknown) => {
    const reason = reasonOfRefusedJws(error);
    throw reason === undefined ? error : errors.ERR_ID_TOKEN_REFUSED({ cause: error, details: { reason } });
  });
  for (const [reason, rule] of Object.entries(idTokenRules)) {
    const message = rule({ header, claims, expected });
    if (message !== undefined) throw errors.ERR_ID_TOKEN_REFUSED({ message: `The ID token was refused: ${message}.`, details: { reason } });
  }
  return claims;
}
