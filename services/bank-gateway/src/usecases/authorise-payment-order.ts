import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import { insertConsent, replaceAttempt } from "../db/consent-store.ts";
import { paymentsOfOrder } from "../db/payment-store.ts";
import { errors } from "../errors.ts";
import { stateHash } from "../oauth/state-hash.ts";
import type { PaymentContext } from "./order-calls.ts";
import { orderAtBank } from "./order-calls.ts";

export interface AuthoriseOrderInput {
  readonly orderId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
}

/** Sixty executions, one a month, and some time to see the last one through. */
const longestDays = 6 * 366;

/**
 * Says where to send the person to approve every payment of the order. After a lost return it may be asked again: the earlier attempt
 * can then bring nothing back. @throws ERR_BANK_PAYMENT_STATE while the outcome of a payment is unknown, and once the order was approved
 */
export async function authorisePaymentOrder(ctx: PaymentContext, input: AuthoriseOrderInput, psu: PsuContext) {
  const { orderId, redirectUri, state, nonce } = input;
  const { order, bank, payments } = await orderAtBank(ctx, { orderId, psu });
  const all = await paymentsOfOrder(ctx.db, orderId);
  if (all.some(({ outcome }) => outcome === "unknown")) throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: "earlier-payment-unanswered" } });
  const now = ctx.clock.now();
  const { aspspAuthorisationId, psuId, aspspId } = order;
  const { clientId, registrationId } = bank;
  const { url, expiresAt } = await payments.authorizationUrl(bank.sign, { aspspConsentId: aspspAuthorisationId, clientId, redirectUri, state, nonce, now });
  const attempt = { consentId: orderId, redirectUri, stateHash: stateHash(state), nonceHash: stateHash(nonce) };
  const consent = { ...attempt, kind: "payments", psuId, aspspId, registrationId, aspspConsentId: aspspAuthorisationId, status: "created" } as const;
  const begun = await inTransaction(
    ctx.db,
    async (tx) => (await insertConsent(tx, { ...consent, validUntil: now.add({ hours: 24 * longestDays }) }, now)) || replaceAttempt(tx, attempt),
  );
  if (!begun) throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: "approved-before" } });
  const { issuer, issInResponse, responseType } = bank.oauth;
  return { redirectUrl: url.href, expiresAt: expiresAt.toString(), authorizationServer: { issuer, issInResponse, responseType } };
}
