import type { Transaction } from "kysely";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { lockConsent, markEnded } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { insertRevocation } from "../db/revocation-store.ts";
import { lockTokenSet, takeTokenSet } from "../db/token-store.ts";
import type { Tables } from "../db/tables.ts";
import type { TokenSet } from "../domain/token-set.ts";
import { openTokens, sealRevocation } from "../vault/sealed-tokens.ts";
import type { GatewayContext } from "./context.ts";

type Context = Pick<GatewayContext, "vault" | "clock">;

/**
 * Ends a consent on our side, for good: from the commit on nothing can be read with it. The token moves, sealed anew, to
 * the list of consents the bank must be told about, where only the telling can use it.
 * @returns whether it was still alive
 */
export async function endConsent(ctx: Context, tx: Transaction<Tables>, consent: BankConsent, reason: string): Promise<boolean> {
  const now = ctx.clock.now();
  const wasAlive = await markEnded(tx, consent.consentId, "ended", reason, now);
  const sealed = await takeTokenSet(tx, consent.consentId);
  // A failed attempt may have left an authorised consent at the bank; one that ended before has been dealt with.
  if (!wasAlive && consent.status !== "failed") return false;
  const tokens = sealed === undefined ? null : await openTokens(ctx.vault, consent, sealed, tx);
  const { aspspId, aspspConsentId, kind, registrationId, validUntil } = consent;
  const value = await sealRevocation(ctx.vault, consent, tokens, tx);
  await insertRevocation(tx, { aspspId, aspspConsentId, kind, registrationId, giveUpAt: validUntil, dueAt: now, ...value }, { hasToken: tokens !== null });
  return wasAlive;
}

/** Tokens that came and are not wanted: the bank is told to withdraw them, and nothing is kept to read with. */
export async function discardTokens(ctx: Pick<GatewayContext, "db" | "vault" | "clock">, consent: BankConsent, tokens: TokenSet): Promise<void> {
  const sealed = await sealRevocation(ctx.vault, consent, tokens);
  const { aspspId, aspspConsentId, kind, registrationId, validUntil } = consent;
  const due = { aspspId, aspspConsentId, kind, registrationId, giveUpAt: validUntil, dueAt: ctx.clock.now(), ...sealed };
  await inTransaction(ctx.db, (tx) => insertRevocation(tx, due, { hasToken: true }));
}

/** Why nothing can be read with a consent any more: the bank said so, or it is us who cannot or will not go on with what we hold. */
export interface Loss {
  readonly by: "aspsp" | "tpp";
  readonly code: string;
}

/**
 * The consent is gone: forget the tokens and tell whoever thought it was there. Who pays or asks for funds learns it by the
 * answer; a payment order stays open, since what became of its payments can still be asked with our own token. With a version, only while
 * that one is the newest: an answer to an older token says nothing about the next. @returns whether nothing newer stood in the way
 */
export async function loseConsent(
  ctx: Pick<GatewayContext, "db" | "clock">,
  { consentId, kind, psuId, aspspId }: BankConsent,
  { by, code }: Loss,
  version?: number,
): Promise<boolean> {
  return inTransaction(ctx.db, async (tx) => {
    await lockConsent(tx, consentId);
    const newest = await lockTokenSet(tx, consentId);
    if (version !== undefined && newest !== undefined && newest > version) return false;
    await takeTokenSet(tx, consentId);
    const wasAlive = kind !== "payments" && (await markEnded(tx, consentId, "ended", code, ctx.clock.now()));
    if (wasAlive && kind === "accounts")
      await publish(tx, { type: "bank-gateway.aspsp-consent-lost", subject: consentId, psuId, data: { consentId, psuId, aspspId, code, by } });
    return true;
  });
}
