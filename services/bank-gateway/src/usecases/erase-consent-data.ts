import type { Transaction } from "kysely";
import { lockConsentsOfPsu, markDataErased, markReplaced } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import { deleteErasedRawMessages } from "../db/raw-message-store.ts";
import type { Tables } from "../db/tables.ts";
import type { GatewayContext } from "./context.ts";
import { endConsent } from "./end-consent.ts";

type Context = Pick<GatewayContext, "vault" | "clock">;

/**
 * Ends a consent and deletes what the bank said under it and under those it replaced. What another consent of the person
 * received as well stays.
 */
export async function eraseConsentData(ctx: Context, tx: Transaction<Tables>, consent: BankConsent, reason: string): Promise<void> {
  await lockConsentsOfPsu(tx, consent.psuId);
  await endConsent(ctx, tx, consent, reason);
  await markDataErased(tx, consent.consentId, ctx.clock.now());
  await deleteErasedRawMessages(tx, consent.psuId);
}

/** Ends a consent that another one took the place of; when that one's data is erased already, this one's goes too. */
export async function replaceConsent(ctx: Context, tx: Transaction<Tables>, consent: BankConsent, reason: string, successor: string): Promise<void> {
  await lockConsentsOfPsu(tx, consent.psuId);
  await endConsent(ctx, tx, consent, reason);
  await markReplaced(tx, consent.consentId, successor);
  await deleteErasedRawMessages(tx, consent.psuId);
}
