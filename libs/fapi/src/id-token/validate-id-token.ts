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
 * to encrypt for, so an encrypted one, by RSA1_5 or by anything else, is refused unopened (OA-48), and by its size before that (OA-52).
 */
export async function validateIdToken(token: string, keys: IssuerKeys, expected: IdTokenExpectations): Promise<JsonObject> {
  const { header, payload: claims } = await verifyWithCache(token, keys).catch((error: unknown) => {
    const reason = reasonOfRefusedJws(error);
    if (reason === undefined) throw error;
    const unopened = reason === "malformed" && encrypted.test(token);
    throw errors.ERR_ID_TOKEN_REFUSED({ cause: error, details: { reason: unopened ? "encrypted" : reason } });
  });
  for (const [reason, rule] of Object.entries(idTokenRules)) {
    const message = rule({ header, claims, expected });
    if (message !== undefined) throw errors.ERR_ID_TOKEN_REFUSED({ message: `The ID token was refused: ${message}.`, details: { reason } });
  }
  return claims;
}
