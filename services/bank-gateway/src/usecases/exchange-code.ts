import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import { isOplError } from "@opl/errors";
import type { Bank } from "../banks/bank.ts";
import { markAuthorised, markEnded, takeExchange } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { insertRevocation } from "../db/revocation-store.ts";
import { insertTokenSet } from "../db/token-store.ts";
import { reconfirmByOf } from "../domain/consent-pause.ts";
import { grantedScope, lifetimeSeconds } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { errors } from "../errors.ts";
import { checkReturn, checkTokenIdToken } from "../oauth/check-return.ts";
import type { AuthorizationReturn } from "../oauth/check-return.ts";
import type { GrantedTokens } from "../oauth/token-endpoint.ts";
import { sealRevocation, sealTokens } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/**
 * Turns what the person brought back into tokens that stay here. One consent has one exchange: whatever goes wrong ends the
 * attempt, and a code is never sent twice (OA-10, OA-59, OA-60).
 */
export async function exchangeCode(ctx: Context, consentId: string, aspspId: string, returned: AuthorizationReturn, psu: PsuContext) {
  const consent = await inTransaction(ctx.db, (tx) => takeExchange(tx, consentId, psu.psuId));
  if (consent === undefined) throw errors.ERR_BANK_CONSENT_STATE();
  try {
    if (consent.aspspId !== aspspId) throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "aspsp" } });
    const bank = await ctx.banks.under(consent.registrationId);
    const subject = await checkReturn(bank, consent, returned, ctx.clock.now());
    const granted = await bank.tokens.exchangeCode({ code: returned.code, redirectUri: consent.redirectUri });
    return await keepTokens(ctx, bank, consent, granted, { subject, nonce: returned.nonce });
  } catch (error) {
    const reason = isOplError(error) ? error.code : "ERR_BUG";
    ctx.logger.warn({ consentId, aspspId, code: reason, reason: isOplError(error) ? error.details?.reason : undefined }, "authorization refused");
    await inTransaction(ctx.db, (tx) => markEnded(tx, consentId, "failed", reason, ctx.clock.now()));
    throw refusedExchange(error);
  }
}

async function keepTokens(ctx: Context, bank: Bank, consent: BankConsent, granted: GrantedTokens, front: { subject: string | undefined; nonce: string }) {
  const tokens = readTokens(bank, granted, ctx.clock.now());
  try {
    const { scope, ...rest } = await judgeTokens(ctx, bank, consent, granted, tokens, front);
    const now = ctx.clock.now();
    const sealed = await sealTokens(ctx.vault, consent, { ...rest, scope });
    const reconfirmBy = reconfirmByOf(bank.adapter.profile.reconfirmDays, now, consent.validUntil);
    const dates = { accessExpiresAt: tokens.accessExpiresAt, refreshExpiresAt: refreshEnd(granted, now) };
    await inTransaction(ctx.db, async (tx) => {
      if (!(await markAuthorised(tx, consent.consentId, now, reconfirmBy))) throw errors.ERR_BANK_CONSENT_STATE();
      await insertTokenSet(tx, consent.consentId, sealed, dates, now);
    });
    return { scope, authorisedAt: now, validUntil: consent.validUntil };
  } catch (error) {
    // The tokens are real although their papers are not: have the bank withdraw them, and keep nothing to read with.
    await discard(ctx, consent, tokens);
    throw error;
  }
}

function readTokens(bank: Bank, granted: GrantedTokens, now: Temporal.Instant): TokenSet {
  const { oauth, adapter } = bank;
  return {
    accessToken: granted.accessToken,
    accessExpiresAt: now.add({ seconds: lifetimeSeconds(granted.expiresInSeconds) }),
    refreshToken: granted.refreshToken,
    scope: oauth.consentScope,
    origins: adapter.profile.resourceOrigins,
    subject: undefined,
  };
}

async function judgeTokens(
  ctx: Context,
  bank: Bank,
  consent: BankConsent,
  granted: GrantedTokens,
  tokens: TokenSet,
  front: { subject: string | undefined; nonce: string },
): Promise<TokenSet> {
  const { oauth } = bank;
  const scope = grantedScope(oauth.consentScope, granted.scope);
  if (scope === "wider-than-asked") throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "scope" } });
  // Where an ID token came in front, a second one must come here; it speaks of the same person.
  if (granted.idToken === undefined) {
    if (oauth.responseType === "code id_token") throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "id-token-missing" } });
    return { ...tokens, scope };
  }
  const subject = await checkTokenIdToken(bank, consent, granted.idToken, tokens, {
    channel: "token",
    now: ctx.clock.now(),
    nonce: front.nonce,
    subject: front.subject,
  });
  return { ...tokens, scope, subject };
}

async function discard(ctx: Context, consent: BankConsent, tokens: TokenSet): Promise<void> {
  const sealed = await sealRevocation(ctx.vault, consent, tokens);
  const { aspspId, aspspConsentId, registrationId, validUntil } = consent;
  const now = ctx.clock.now();
  await inTransaction(ctx.db, (tx) =>
    insertRevocation(tx, { aspspId, aspspConsentId, registrationId, giveUpAt: validUntil, ...sealed }, now, { hasToken: true }),
  );
}

function refreshEnd({ refreshExpiresInSeconds }: GrantedTokens, now: Temporal.Instant): Temporal.Instant | null {
  return refreshExpiresInSeconds === undefined || refreshExpiresInSeconds <= 0 ? null : now.add({ seconds: Math.min(refreshExpiresInSeconds, 366 * 86_400) });
}

/** A code that the bank does not take is a refused authorization, not a lost token. */
function refusedExchange(error: unknown): unknown {
  if (!isOplError(error) || error.code !== "ERR_ASPSP_TOKEN_INVALID") return error;
  return errors.ERR_AUTHORIZATION_REFUSED({ cause: error, details: { reason: `token-endpoint-${String(error.details?.reason)}` } });
}
