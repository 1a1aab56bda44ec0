import { inTransaction } from "@opl/postgres";
import { scopesOf } from "../adapters/consent-kind.ts";
import type { Bank } from "../banks/bank.ts";
import { getConsent, markAuthorised } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { insertTokenSet } from "../db/token-store.ts";
import { reconfirmByOf } from "../domain/consent-pause.ts";
import { grantedScope, lifetimeSeconds, refreshEnd } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { errors } from "../errors.ts";
import { checkTokenIdToken } from "../oauth/check-return.ts";
import { checkTokens } from "../oauth/check-tokens.ts";
import type { GrantedTokens } from "../oauth/token-endpoint.ts";
import { compareUserinfo } from "../oauth/userinfo.ts";
import { sealTokens } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";
import { discardTokens } from "./end-consent.ts";
import { recordLifetime } from "./record-lifetime.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/**
 * Judges what the bank gave out for a consent whose exchange was taken, and keeps it; what fails is given back to the bank.
 * @param inFront subject of the ID token in front, if there was one
 */
export async function keepTokens(ctx: Context, bank: Bank, consent: BankConsent, granted: GrantedTokens, inFront: string | undefined) {
  const tokens = readTokens(bank, consent, granted, ctx.clock.now());
  try {
    const kept = await judgeTokens(ctx, bank, consent, granted, tokens, inFront);
    recordLifetime(ctx.logger, granted.expiresInSeconds, consent);
    const now = ctx.clock.now();
    const sealed = await sealTokens(ctx.vault, consent, kept);
    const dates = { accessExpiresAt: tokens.accessExpiresAt, refreshExpiresAt: refreshEnd(granted.refreshExpiresInSeconds, now) };
    const reconfirmBy = consent.kind === "accounts" ? reconfirmByOf(bank.adapter.profile.reconfirmDays, now, consent.validUntil) : null;
    await inTransaction(ctx.db, async (tx) => {
      if (!(await markAuthorised(tx, consent.consentId, now, reconfirmBy))) throw errors.ERR_BANK_CONSENT_STATE();
      await insertTokenSet(tx, consent.consentId, sealed, dates, now);
    });
    return { scope: kept.scope, authorisedAt: now, validUntil: consent.validUntil };
  } catch (error) {
    // The tokens are real although their papers are not: have the bank withdraw them, and keep nothing to read with.
    await discardTokens(ctx, consent, tokens);
    throw error;
  }
}

function readTokens({ adapter }: Bank, { kind }: BankConsent, granted: GrantedTokens, now: Temporal.Instant): TokenSet {
  const { accessToken, refreshToken, expiresInSeconds, proofKey } = granted;
  return {
    accessToken,
    accessExpiresAt: now.add({ seconds: lifetimeSeconds(expiresInSeconds) }),
    refreshToken,
    scope: scopesOf(adapter, kind).consent,
    origins: adapter.profile.resourceOrigins,
    subject: undefined,
    ...(proofKey === undefined ? {} : { proofKey }),
  };
}

async function judgeTokens(
  ctx: Context,
  bank: Bank,
  consent: BankConsent,
  granted: GrantedTokens,
  tokens: TokenSet,
  inFront: string | undefined,
): Promise<TokenSet> {
  const { oauth } = bank;
  const stands = async (): Promise<void> => {
    if ((await getConsent(ctx.db, consent.consentId, "unattended"))?.status !== "exchanging") throw errors.ERR_BANK_CONSENT_STATE();
  };
  // Where an ID token came in front, a second one must come here; it speaks of the same person. At other banks, one comes where it was asked for.
  const asksForOne = tokens.scope.includes("openid") && (oauth.request === "pushed" || oauth.approach === "decoupled");
  const idTokenRequired = oauth.responseType === "code id_token" || asksForOne;
  await checkTokens(bank, granted, { askedScope: tokens.scope, idTokenRequired });
  const scope = grantedScope(tokens.scope, granted.scope);
  if (scope === "wider-than-asked") throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "scope" } });
  if (granted.idToken === undefined) return { ...tokens, scope };
  const subject = await checkTokenIdToken(bank, consent, granted.idToken, tokens, {
    channel: inFront === undefined ? "only" : "token",
    now: ctx.clock.now(),
    subject: inFront,
  });
  if (oauth.userinfo === "compared") await compareUserinfo(bank, tokens, subject, stands);
  return { ...tokens, scope, subject };
}
