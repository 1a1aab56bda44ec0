import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import { isOplError } from "@opl/errors";
import { getConsent, markEnded, takeExchange } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { takeOpenAuthorization } from "../db/open-authorization-store.ts";
import { errors } from "../errors.ts";
import { checkReturn } from "../oauth/check-return.ts";
import type { AuthorizationReturn } from "../oauth/return-rules/rule.ts";
import { isHashOf } from "../oauth/state-hash.ts";
import { openOpenAuthorization } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";
import { keepTokens } from "./keep-tokens.ts";
import { recordRefusal } from "./record-refusal.ts";

type Context = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "logger">;

/**
 * Turns what the person brought back into tokens that stay here. One consent has one exchange: whatever goes wrong ends the
 * attempt, and a code is never sent twice (OA-10, OA-59, OA-60). Who is to approve a payment order may be sent to the bank more than once: only
 * what the newest attempt brings back counts, and an older one takes nothing from it.
 * @throws ERR_BANK_CONSENT_STATE, ERR_BANK_PAYMENT_STATE with reason `superseded`, ERR_AUTHORIZATION_REFUSED, ERR_AUTHORIZATION_DENIED
 */
export async function exchangeCode(ctx: Context, consentId: string, aspspId: string, returned: AuthorizationReturn, psu: PsuContext) {
  const taken = await inTransaction(ctx.db, async (tx) => {
    const consent = await takeExchange(tx, consentId, psu.psuId, ctx.clock.now());
    if (consent === undefined) return undefined;
    // Undoes the taking: the exchange is left to the newest attempt.
    if (consent.kind === "payments" && !isHashOf(consent.stateHash, returned.state)) throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: "superseded" } });
    return { consent, open: await takeOpenAuthorization(tx, consentId) };
  });
  if (taken === undefined) throw errors.ERR_BANK_CONSENT_STATE();
  const { consent, open } = taken;
  try {
    if (consent.aspspId !== aspspId) throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "aspsp" } });
    const bank = await ctx.banks.under(consent.registrationId);
    if (bank.oauth.approach === "decoupled") throw errors.ERR_AUTHORIZATION_REFUSED({ details: { reason: "approach" } });
    const { code, subject } = await checkReturn(bank, consent, returned, ctx.clock.now());
    const { codeVerifier } = open === undefined ? {} : await openOpenAuthorization(ctx.vault, consent, open);
    const stands = async (): Promise<void> => {
      if ((await getConsent(ctx.db, consentId, psu))?.status !== "exchanging") throw errors.ERR_BANK_CONSENT_STATE();
    };
    const granted = await bank.tokens.exchangeCode({ code, redirectUri: consent.redirectUri, codeVerifier }, stands);
    return await keepTokens(ctx, bank, consent, granted, subject);
  } catch (error) {
    throw await endFailed(ctx, consent, error);
  }
}

/** Ends the attempt, with one line for whoever watches. @returns what the caller is told */
export async function endFailed(ctx: Pick<Context, "db" | "clock" | "logger">, consent: BankConsent, error: unknown): Promise<unknown> {
  const refusal = refusedExchange(error);
  recordRefusal(ctx.logger, refusal, consent);
  const code = isOplError(refusal) ? refusal.code : "ERR_BUG";
  await inTransaction(ctx.db, (tx) => markEnded(tx, consent.consentId, { status: "failed", reason: code }, ctx.clock.now()));
  return refusal;
}

/** A code that the bank does not take is a refused authorization, not a lost token. */
function refusedExchange(error: unknown): unknown {
  if (!isOplError(error) || error.code !== "ERR_ASPSP_TOKEN_INVALID") return error;
  return errors.ERR_AUTHORIZATION_REFUSED({ cause: error, details: { reason: `token-endpoint-${String(error.details?.reason)}` } });
}
