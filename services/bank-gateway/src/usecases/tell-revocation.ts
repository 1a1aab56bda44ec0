import { isOplError } from "@opl/errors";
import { facetOf, scopesOf } from "../adapters/consent-kind.ts";
import type { Bank } from "../banks/bank.ts";
import { deleteRevocation, postponeRevocation, resealRevocation } from "../db/revocation-store.ts";
import type { RevocationDue } from "../db/revocation-store.ts";
import { lifetimeSeconds, needsRefresh } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { openRevocation, sealRevocation } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/** Minutes between tries: soon at first, then with patience. */
const waitMinutes = [1, 5, 15, 60, 180, 360] as const;

/**
 * Tells the bank that a consent has ended. A bank that answers has been told, except one that only refuses the
 * token; that one, and one that does not answer, is told later, until the consent would have run out anyway.
 * @returns whether the bank knows, and nothing that came meanwhile is still to be told
 */
export async function tellRevocation(ctx: Context, due: RevocationDue): Promise<boolean> {
  const { aspspId } = due;
  try {
    const bank = await ctx.banks.under(due.registrationId);
    await revokeAt(ctx, bank, due);
  } catch (error) {
    if (!(isOplError(error) && isFinal(error.code))) return postpone(ctx, due, error);
    ctx.logger.info({ aspspId, code: error.code }, "the bank did not know the ended consent any more");
  }
  return deleteRevocation(ctx.db, due);
}

async function revokeAt(ctx: Context, bank: Bank, due: RevocationDue): Promise<void> {
  const consents = facetOf(bank.adapter, due.kind);
  const tokens = await openRevocation(ctx.vault, due, due);
  let refused: unknown;
  if (tokens !== undefined) {
    try {
      return await consents.revoke(bank.psuCalls(await usable(ctx, bank, due, tokens), {}), due.aspspConsentId);
    } catch (error) {
      if (!isOplError(error) || error.code !== "ERR_ASPSP_TOKEN_INVALID") throw error;
      refused = error;
    }
  }
  // Without a token of the person our own must do; some banks take it.
  try {
    await consents.revoke(await bank.clientCalls({ scope: scopesOf(bank.adapter, due.kind).client }), due.aspspConsentId);
  } catch (error) {
    // A bank that wants the person's token here has said nothing about the consent: what it said to that one counts.
    throw refused !== undefined && isOplError(error) && error.code === "ERR_ASPSP_REJECTED" ? refused : error;
  }
}

/** Tokens fresh enough for the call. A bank that rotates takes each refresh token once, so the next is kept before it is needed. */
async function usable({ db, vault, clock }: Context, bank: Bank, due: RevocationDue, tokens: TokenSet): Promise<TokenSet> {
  if (tokens.refreshToken === undefined || !needsRefresh(tokens, clock.now())) return tokens;
  const granted = await bank.tokens.refresh(tokens.refreshToken, tokens.proofKey);
  const refreshed = {
    ...tokens,
    accessToken: granted.accessToken,
    accessExpiresAt: clock.now().add({ seconds: lifetimeSeconds(granted.expiresInSeconds) }),
    refreshToken: granted.refreshToken ?? tokens.refreshToken,
  };
  await resealRevocation(db, due, await sealRevocation(vault, due, refreshed));
  return refreshed;
}

/**
 * The bank understood and has nothing to revoke, or never will. A token it does not take is none of these: what remains then
 * is our own, which says nothing about the consent.
 */
function isFinal(code: string): boolean {
  return ["ERR_ASPSP_REJECTED", "ERR_ASPSP_CONSENT_INVALID", "ERR_ASPSP_CONSENT_EXPIRED", "ERR_ASPSP_NOT_REGISTERED", "ERR_ASPSP_CAPABILITY_MISSING"].includes(
    code,
  );
}

async function postpone({ db, clock, logger }: Context, due: RevocationDue, error: unknown): Promise<boolean> {
  const lastError = isOplError(error) ? error.code : "ERR_BUG";
  logger.warn({ aspspId: due.aspspId, attempts: due.attempts, err: error }, "the bank could not be told that a consent has ended");
  const now = clock.now();
  if (Temporal.Instant.compare(now, due.giveUpAt) > 0) await deleteRevocation(db, due);
  else await postponeRevocation(db, due, now.add({ minutes: waitMinutes[Math.min(due.attempts, waitMinutes.length) - 1] ?? 360 }), lastError);
  return false;
}
