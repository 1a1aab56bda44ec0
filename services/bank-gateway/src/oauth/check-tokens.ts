import { parseStrictJson } from "@opl/fapi";
import type { JsonObject } from "@opl/fapi";
import type { Bank } from "../banks/bank.ts";
import { errors } from "../errors.ts";
import { proofThumbprint } from "./dpop.ts";
import type { GrantedTokens } from "./token-endpoint.ts";
import { tokenRules } from "./token-rules/index.ts";
import type { TokenRule } from "./token-rules/rule.ts";

/**
 * Judges granted tokens by every rule of the table. @throws ERR_AUTHORIZATION_REFUSED with the rule's name as reason; `alarm` where
 * somebody should look at the bank
 */
export async function checkTokens(
  bank: Pick<Bank, "oauth" | "certificateThumbprint">,
  granted: GrantedTokens,
  { askedScope, idTokenRequired }: { readonly askedScope: readonly string[]; readonly idTokenRequired: boolean },
): Promise<void> {
  const { oauth, certificateThumbprint } = bank;
  const { proofKey, accessToken } = granted;
  const judged = {
    oauth,
    granted,
    askedScope,
    idTokenRequired,
    claims: claimsIn(accessToken),
    certificateThumbprint,
    proofThumbprint: proofKey === undefined ? undefined : await proofThumbprint(proofKey),
  };
  for (const [reason, rule] of Object.entries<TokenRule>(tokenRules))
    if (rule.refuses(judged)) throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason, ...(rule.alarm === true ? { alarm: true } : {}) } });
}

/** Read, not verified: it came from the bank itself, over TLS. Only what can only be a JSON Web Token is read. */
function claimsIn(accessToken: string): JsonObject | undefined {
  const [header, payload, signature, ...rest] = accessToken.split(".");
  if (!header || !payload || !signature || rest.length > 0) return undefined;
  try {
    const read: unknown = parseStrictJson(Buffer.from(payload, "base64url").toString("utf8"), { maxDepth: 8 });
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
