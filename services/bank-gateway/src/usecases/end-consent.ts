import type { Transaction } from "kysely";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import { lockConsent, markEnded, markTokensDiscarded } from "../db/consent-store.ts";
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
  const wasAlive = await markEnded(tx, consent.consentId, { status: "ended", reason }, now);
  const sealed = await takeTokenSet(tx, consent.consentId);
  // A failed attempt may have left an authorised consent at the bank; one whose tokens came goes by them, one that ended before has been dealt with.
  if (!wasAlive && (consent.status !== "failed" || consent.tokensDiscardedAt !== null)) return false;
  await noteRevocation(ctx, tx, consent, sealed === undefined ? null : await openTokens(ctx.vault, consent, sealed, tx));
  return wasAlive;
}

/** Tokens that came and are not wanted: the bank is told to withdraw them, and nothing is kept to read with. */
export async function discardTokens(ctx: Context & Pick<GatewayContext, "db">, consent: BankConsent, tokens: TokenSet): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await markTokensDiscarded(tx, consent.consentId, ctx.clock.now());
    await noteRevocation(ctx, tx, consent, tokens);
  });
}

/** The bank is told that a consent has ended, with the tokens that are there for it. */
async function noteRevocation({ vault, clock }: Context, tx: Transaction<Tables>, consent: BankConsent, tokens: TokenSet | null): Promise<void> {
  const { aspspId, aspspConsentId, kind, registrationId, validUntil } = consent;
  const sealed = await sealRevocation(vault, consent, tokens, tx);
  const due = { aspspId, aspspConsentId, kind, registrationId, giveUpAt: validUntil, dueAt: clock.now(), ...sealed };
  await insertRevocation(tx, due, { hasToken: tokens !== null });
}

/** Why nothing can be read with a consent any more: the bank said so, or it is us who cannot or will not go on with what we hold. */
export interface Loss {
  readonly by: "aspsp" | "tpp";
  readonly code: string;
  /** What came in place of the tokens we hold and is not wanted: the bank is told with it. */
  readonly unwanted?: TokenSet;
}

/**
 * The consent is gone: forget the tokens and tell whoever thought it was there, and the bank where it is we who end it. Who pays learns it by the
 * answer: a payment order stays open, since what became of its payments can still be asked with our own token. With a version, only while
 * that one is the newest: an answer to an older token says nothing about the next. @returns whether nothing newer stood in the way
 */
export async function loseConsent(
  ctx: Context & Pick<GatewayContext, "db">,
  consent: BankConsent,
  { by, code, unwanted }: Loss,
  version?: number,
): Promise<boolean> {
  const { consentId, kind, psuId, aspspId } = consent;
  return inTransaction(ctx.db, async (tx) => {
    await lockConsent(tx, consentId);
    const newest = await lockTokenSet(tx, consentId);
    if (version !== undefined && newest !== undefined && newest > version) return false;
    const sealed = await takeTokenSet(tx, consentId);
    const wasAlive = kind !== "payments" && (await markEnded(tx, consentId, { status: "ended", reason: code, by }, ctx.clock.now()));
    const held = wasAlive && by === "tpp" && sealed !== undefined ? await openTokens(ctx.vault, consent, sealed, tx) : undefined;
    const toGiveBack = unwanted ?? held;
    if (toGiveBack !== undefined) await noteRevocation(ctx, tx, consent, toGiveBack);
    if (wasAlive) await publish(tx, { type: "bank-gateway.aspsp-consent-lost", subject: consentId, psuId, data: { consentId, psuId, aspspId, code, by } });
    return true;
  });
}
