import { isOplError } from "@opl/errors";
import type { Bank } from "../banks/bank.ts";
import { deleteRevocation, postponeRevocation } from "../db/revocation-store.ts";
import type { RevocationDue } from "../db/revocation-store.ts";
import { needsRefresh } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { openRevocation } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/** Minutes between tries: soon at first, then with patience. */
const waitMinutes = [1, 5, 15, 60, 180, 360] as const;

/**
 * Tells the bank that a consent has ended. A bank that answers, in whichever way, has been told; one that does not is told
 * later, until the consent would have run out anyway.
 * @returns whether the bank knows
 */
export async function tellRevocation(ctx: Context, due: RevocationDue): Promise<boolean> {
  const { aspspId } = due;
  try {
    const bank = await ctx.banks.under(due.registrationId);
    await revokeAt(bank, due, await openRevocation(ctx.vault, due, due), ctx.clock.now());
  } catch (error) {
    if (!(isOplError(error) && isFinal(error.code))) return postpone(ctx, due, error);
    ctx.logger.info({ aspspId, code: error.code }, "the bank did not know the ended consent any more");
  }
  await deleteRevocation(ctx.db, due);
  return true;
}

async function revokeAt(bank: Bank, { aspspConsentId }: RevocationDue, tokens: TokenSet | undefined, now: Temporal.Instant): Promise<void> {
  const { consents } = bank.adapter;
  if (consents === undefined) return;
  if (tokens !== undefined) {
    try {
      const usable = needsRefresh(tokens, now) && tokens.refreshToken !== undefined ? await refreshed(bank, tokens, tokens.refreshToken) : tokens;
      return await consents.revoke(bank.psuCalls(usable, {}), aspspConsentId);
    } catch (error) {
      if (!isOplError(error) || error.code !== "ERR_ASPSP_TOKEN_INVALID") throw error;
    }
  }
  // Without a token of the person our own must do; some banks take it.
  await consents.revoke(await bank.clientCalls(), aspspConsentId);
}

async function refreshed(bank: Bank, tokens: TokenSet, refreshToken: string): Promise<TokenSet> {
  return { ...tokens, accessToken: (await bank.tokens.refresh(refreshToken)).accessToken };
}

/** The bank understood and has nothing to revoke, or never will. */
function isFinal(code: string): boolean {
  return ["ERR_ASPSP_REJECTED", "ERR_ASPSP_CONSENT_INVALID", "ERR_ASPSP_CONSENT_EXPIRED", "ERR_ASPSP_TOKEN_INVALID", "ERR_ASPSP_NOT_REGISTERED"].includes(code);
}

async function postpone({ db, clock, logger }: Context, due: RevocationDue, error: unknown): Promise<boolean> {
  const lastError = isOplError(error) ? error.code : "ERR_BUG";
  logger.warn({ aspspId: due.aspspId, attempts: due.attempts, err: error }, "the bank could not be told that a consent has ended");
  const now = clock.now();
  if (Temporal.Instant.compare(now, due.giveUpAt) > 0) await deleteRevocation(db, due);
  else await postponeRevocation(db, due, now.add({ minutes: waitMinutes[Math.min(due.attempts, waitMinutes.length - 1)] ?? 360 }), lastError);
  return false;
}
