import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import { facetOf, scopesOf } from "../adapters/consent-kind.ts";
import { consentExists, insertConsent } from "../db/consent-store.ts";
import { errors } from "../errors.ts";
import { stateHash } from "../oauth/state-hash.ts";
import { archiveFor } from "../vault/archive.ts";
import type { GatewayContext } from "./context.ts";

export interface CreateConsentInput {
  readonly kind: "accounts" | "funds";
  readonly consentId: string;
  readonly aspspId: string;
  readonly validUntil: Temporal.Instant;
  /** Funds only: the account to ask; null where the person chooses it at the bank. */
  readonly iban?: string | null;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
}

/** Creates the consent at the bank for a person who is present, and says where to send the browser. */
export async function createAspspConsent(ctx: Pick<GatewayContext, "db" | "vault" | "banks" | "clock">, input: CreateConsentInput, psu: PsuContext) {
  const { consentId, kind, aspspId, redirectUri, state, nonce } = input;
  if (await consentExists(ctx.db, consentId)) throw errors.ERR_BANK_CONSENT_EXISTS();
  const bank = await ctx.banks.active(aspspId);
  const consents = facetOf(bank.adapter, kind);
  const archive = archiveFor(ctx, { psuId: psu.psuId, consentId, aspspId });
  const calls = await bank.clientCalls({ psu, archive, scope: scopesOf(bank.adapter, kind).client });
  const { aspspConsentId, validUntil } = await consents.create(calls, { validUntil: input.validUntil, iban: input.iban ?? null, now: ctx.clock.now() });
  const now = ctx.clock.now();
  const { url, expiresAt } = await consents.authorizationUrl(bank.sign, { aspspConsentId, clientId: bank.clientId, redirectUri, state, nonce, now });
  const row = {
    consentId,
    kind,
    psuId: psu.psuId,
    aspspId,
    registrationId: bank.registrationId,
    aspspConsentId,
    status: "created",
    redirectUri,
    stateHash: stateHash(state),
    nonceHash: stateHash(nonce),
    validUntil,
  } as const;
  const inserted = await inTransaction(ctx.db, (tx) => insertConsent(tx, row, now));
  if (!inserted) throw errors.ERR_BANK_CONSENT_EXISTS();
  const { issuer, issInResponse, responseType } = bank.oauth;
  return { aspspConsentId, validUntil, redirectUrl: url.href, expiresAt, authorizationServer: { issuer, issInResponse, responseType } };
}
