import { reasonOfRefusedJws, verifyWithCache } from "../cached-keys.ts";
import type { IssuerKeys } from "../cached-keys.ts";
import type { JsonObject } from "../compact-jws.ts";
import { errors } from "../errors.ts";
import type { JarmExpectations } from "./rule.ts";
import { jarmRules } from "./rules/index.ts";

/**
 * Verifies the signature of an authorization response (JARM) and judges its claims by every rule of the table.
 * A refusal is `ERR_JARM_REFUSED` whose `details.reason` is the rule's name, or the reason of the signature check.
 */
export async function validateJarm(response: string, keys: IssuerKeys, expected: JarmExpectations): Promise<JsonObject> {
  const { payload: claims } = await verifyWithCache(response, keys).catch((error: unknown) => {
    const reason = reasonOfRefusedJws(error);
    throw reason === undefined ? error : errors.ERR_JARM_REFUSED({ cause: error, details: { reason } });
  });
  for (const [reason, rule] of Object.entries(jarmRules)) {
    const message = rule({ claims, expected });
    if (message !== undefined) throw errors.ERR_JARM_REFUSED({ message: `The authorization response was refused: ${message}.`, details: { reason } });
  }
  return claims;
}
