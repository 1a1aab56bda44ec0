import { OplError, isOplError } from "@opl/errors";
import type { PsuContext } from "@opl/service";
import type { BankAdapter, BankCalls } from "../adapters/bank-adapter.ts";
import type { ConsentKind } from "../adapters/consent-kind.ts";
import type { Bank } from "../banks/bank.ts";
import { getConsentEnd, getReadableConsent } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import type { StoredTokenSet } from "../db/token-store.ts";
import { pauseOf } from "../domain/consent-pause.ts";
import { needsRefresh } from "../domain/token-set.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { errors } from "../errors.ts";
import { archiveFor } from "../vault/archive.ts";
import { openTokens } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";
import { loseConsent } from "./end-consent.ts";
import { pauseForSca } from "./pause-consent.ts";
import { refreshTokenSet } from "./refresh-token-set.ts";
import type { VersionedTokens } from "./refresh-token-set.ts";

export type ReadContext = Pick<GatewayContext, "db" | "vault" | "banks" | "clock" | "newId" | "logger">;

export interface ReadRequest {
  /** To read accounts, unless it says so. */
  readonly kind?: ConsentKind;
  readonly consentId: string;
  /** Present only while the person is. */
  readonly psu: PsuContext | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A reading and how it is counted. */
export interface Reading<T> {
  /** Counts one more call of this reading before it is made. */
  readonly count: () => Promise<unknown>;
  readonly read: (adapter: BankAdapter, calls: BankCalls, aspspConsentId: string) => Promise<T>;
}

/**
 * Reads at the bank with the person's token: fresh before the call, refreshed once when the bank refuses it (OA-73). A consent
 * that the bank has forgotten is forgotten here as well; one for which it wants to see the person is left alone until then. One that ends
 * during the read is asked nothing more. Whoever is told that it is gone is told whose doing that was, where that is known.
 */
export async function readAsPsu<T>(ctx: ReadContext, request: ReadRequest, reading: Reading<T>): Promise<T> {
  try {
    return await readWhileLive(ctx, request, reading);
  } catch (error) {
    throw isOplError(error) && isConsentGone(error.code) ? await withItsEnd(ctx, request.consentId, error) : error;
  }
}

async function readWhileLive<T>(ctx: ReadContext, request: ReadRequest, { count, read }: Reading<T>): Promise<T> {
  const { consent, tokens } = await requireLiveConsent(ctx, request);
  const bank = await ctx.banks.under(consent.registrationId);
  const archive = archiveFor(ctx, consent);
  let overByOurs: unknown;
  const stands = () =>
    requireLiveConsent(ctx, request).catch((error: unknown) => {
      overByOurs = error;
      throw error;
    });
  const beforeRepeat = async () => {
    await stands();
    await count();
  };
  const attempt = async (fresh: TokenSet): Promise<T> => {
    await count();
    const calls = bank.psuCalls(fresh, { psu: request.psu, signal: request.signal, archive, beforeRepeat, beforeSending: stands });
    return read(bank.adapter, calls, consent.aspspConsentId);
  };
  try {
    return await withFreshTokens(ctx, { bank, consent, tokens }, attempt);
  } catch (error) {
    // What we know ourselves is no word of the bank.
    if (error === overByOurs) throw error;
    if (isOplError(error) && isConsentGone(error.code)) await loseConsent(ctx, consent, { by: "aspsp", code: error.code });
    if (isOplError(error) && error.code === "ERR_ASPSP_SCA_REQUIRED") await pauseForSca(ctx, consent);
    throw error;
  }
}

/** Calls with tokens that are fresh, and once more with newer ones where the bank refuses them. */
export async function withFreshTokens<T>(
  ctx: ReadContext,
  { bank, consent, tokens }: { readonly bank: Bank; readonly consent: BankConsent; readonly tokens: StoredTokenSet },
  attempt: (tokens: TokenSet) => Promise<T>,
): Promise<T> {
  let held: VersionedTokens = { tokens: await openTokens(ctx.vault, consent, tokens), version: tokens.version };
  if (needsRefresh(held.tokens, ctx.clock.now())) held = await refreshTokenSet(ctx, bank, consent, held.version);
  try {
    return await attempt(held.tokens);
  } catch (error) {
    if (!isOplError(error) || error.code !== "ERR_ASPSP_TOKEN_INVALID") throw error;
    held = await refreshTokenSet(ctx, bank, consent, held.version);
    return attempt(held.tokens);
  }
}

async function requireLiveConsent(
  { db, clock }: ReadContext,
  { consentId, kind = "accounts", psu }: ReadRequest,
): Promise<{ consent: BankConsent; tokens: StoredTokenSet }> {
  const found = await getReadableConsent(db, consentId, kind, psu === undefined ? "unattended" : { psuId: psu.psuId });
  if (found === undefined) throw errors.ERR_BANK_CONSENT_NOT_FOUND();
  const { consent, tokens } = found;
  if (consent.status !== "authorised") throw consent.status === "ended" ? errors.ERR_ASPSP_CONSENT_INVALID() : errors.ERR_BANK_CONSENT_STATE();
  const now = clock.now();
  if (Temporal.Instant.compare(now, consent.validUntil) >= 0) throw errors.ERR_ASPSP_CONSENT_EXPIRED();
  const pause = pauseOf(consent, now);
  if (pause !== undefined) throw pause === "sca-required" ? errors.ERR_ASPSP_SCA_REQUIRED() : errors.ERR_BANK_CONSENT_PAUSED();
  if (tokens === undefined) throw errors.ERR_ASPSP_CONSENT_INVALID();
  return { consent, tokens };
}

/** The stored end is the one that its fact tells of, whatever was noticed last. */
async function withItsEnd({ db }: Pick<ReadContext, "db">, consentId: string, error: OplError): Promise<OplError> {
  const end = await getConsentEnd(db, consentId);
  if (end === undefined || end.by === null) return error;
  const { code, kind, message, details } = error;
  return new OplError({ code, kind, message, cause: error, details: { ...details, by: end.by, endReason: end.reason } });
}

function isConsentGone(code: string): boolean {
  return code === "ERR_ASPSP_CONSENT_INVALID" || code === "ERR_ASPSP_CONSENT_EXPIRED";
}
