import { isOplError } from "@opl/errors";
import type { AtBankAsClient, Standing } from "./scheme.ts";

/** A token for a scope is proof that the bank knows our client and lets it have the scope. */
export async function proveByToken({ tokens }: Pick<AtBankAsClient, "tokens">, scope: string): Promise<void> {
  await tokens.clientCredentials(scope);
}

/** Whether a bank that shows no registration still knows us: it gives a token, or says that there is no such client. */
export async function askByToken(at: Pick<AtBankAsClient, "tokens">, scope: string): Promise<Standing> {
  try {
    await proveByToken(at, scope);
    return { standing: "unreadable", client: null };
  } catch (error) {
    if (isUnknownClient(error)) return { standing: "unknown", client: null };
    throw error;
  }
}

/** RFC 6749 5.2 */
export function isUnknownClient(error: unknown): boolean {
  return isOplError(error) && error.code === "ERR_ASPSP_TOKEN_INVALID" && error.details?.["reason"] === "invalid_client";
}
