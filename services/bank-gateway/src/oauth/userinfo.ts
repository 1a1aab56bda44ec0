import type { Bank } from "../banks/bank.ts";
import type { TokenSet } from "../domain/token-set.ts";
import type { BeforeSending } from "../egress/bank-request.ts";
import { errors } from "../errors.ts";

/**
 * The bank's userinfo names the person of the ID token (OpenID Connect Core 5.3.4, OA-50); nothing else of it is looked at or kept.
 * @param stands throws once the consent is not wanted any more; then the bank is not asked
 * @throws ERR_AUTHORIZATION_REFUSED
 */
export async function compareUserinfo(bank: Bank, tokens: TokenSet, subject: string, stands: BeforeSending): Promise<void> {
  const { userinfoUrl } = await bank.endpoints();
  if (userinfoUrl === undefined) throw errors.ERR_ASPSP_PROTOCOL({ details: { reason: "userinfo-endpoint" } });
  const { json } = await bank.psuCalls(tokens, { beforeSending: stands })({
    operation: "userinfo.read",
    method: "GET",
    url: userinfoUrl,
    headers: { accept: "application/json" },
  });
  const told = typeof json === "object" && json !== null ? (json as { sub?: unknown }).sub : undefined;
  if (told !== subject) throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "userinfo-sub" } });
}
