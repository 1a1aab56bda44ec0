import { isOplError } from "@opl/errors";
import { verifyCompactJws } from "../compact-jws.ts";
import type { JsonObject, VerifiedJws } from "../compact-jws.ts";
import { errors } from "../errors.ts";
import type { JwsAlgorithm } from "../jwk.ts";
import type { JwksCache } from "../jwks-cache.ts";
import type { IdTokenExpectations } from "./rule.ts";
import { idTokenRules } from "./rules/index.ts";

export interface IdTokenKeys {
  readonly jwks: JwksCache;
  readonly algorithms: readonly JwsAlgorithm[];
}

/**
 * Verifies the signature of an ID token with the issuer's keys and judges its claims by every rule of the table.
 * A refusal is `ERR_ID_TOKEN_REFUSED` whose `details.reason` is the rule's name, or the reason of the signature check.
 */
export async function validateIdToken(token: string, keys: IdTokenKeys, expected: IdTokenExpectations): Promise<JsonObject> {
  const { header, payload: claims } = await verifyWithCache(token, keys);
  for (const [reason, rule] of Object.entries(idTokenRules)) {
    const message = rule({ header, claims, expected });
    if (message !== undefined) throw errors.ERR_ID_TOKEN_REFUSED({ message: `The ID token was refused: ${message}.`, details: { reason } });
  }
  return claims;
}

async function verifyWithCache(token: string, { jwks, algorithms }: IdTokenKeys): Promise<VerifiedJws> {
  try {
    return await verifyCompactJws(token, { jwks: await jwks.current(), algorithms });
  } catch (error) {
    if (reasonOf(error) !== "unknown-key") throw asIdTokenRefusal(error);
  }
  // The issuer may have changed its keys a moment ago (OA-44).
  return await verifyCompactJws(token, { jwks: await jwks.reload(), algorithms }).catch((error: unknown) => {
    throw asIdTokenRefusal(error);
  });
}

function reasonOf(error: unknown): unknown {
  return isOplError(error) && error.code === "ERR_JWS_REFUSED" ? error.details?.reason : undefined;
}

function asIdTokenRefusal(error: unknown): unknown {
  const reason = reasonOf(error);
  return reason === undefined ? error : errors.ERR_ID_TOKEN_REFUSED({ cause: error, details: { reason } });
}
