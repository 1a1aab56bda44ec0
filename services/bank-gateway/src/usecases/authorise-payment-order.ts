import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import { insertConsent, judgeExchange, replaceAttempt } from "../db/consent-store.ts";
import { takeOpenAuthorization } from "../db/open-authorization-store.ts";
import { paymentsOfOrder } from "../db/payment-store.ts";
import { errors } from "../errors.ts";
import { stateHash } from "../oauth/state-hash.ts";
import { beginAuthorization } from "./begin-authorization.ts";
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
 * So long an exchange that is under way is waited for. An older one has mostly died; one that is merely slow, over keys, code, a repeat with
 * a nonce and userinfo, is over as well: its code does not leave any more, and what the bank gave for it is not kept.
 */
const exchangeSeconds = 60;

/**
 * Says where to send the person to approve every payment of the order. After a lost return it may be asked again: the earlier attempt
 * can then bring nothing back. @throws ERR_BANK_PAYMENT_STATE while the outcome of a payment is unknown, once the order was
 * approved, and once an answer of the bank came to nothing; ERR_BANK_PAYMENT_RUNNING while an answer of the bank is being exchanged
 */
export async function authorisePaymentOrder(ctx: PaymentContext, input: AuthoriseOrderInput, psu: PsuContext) {
  const { orderId, redirectUri, state, nonce } = input;
  const { order, bank } = await orderAtBank(ctx, { orderId, psu });
  const all = await paymentsOfOrder(ctx.db, orderId);
  if (all.some(({ outcome }) => outcome === "unknown")) throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: "earlier-payment-unanswered" } });
  const now = ctx.clock.now();
  const { aspspAuthorisationId, psuId, aspspId } = order;
  const { clientId, registrationId } = bank;
  const whose = { psuId, consentId: orderId, aspspId, kind: "payments" } as const;
  const request = { aspspConsentId: aspspAuthorisationId, clientId, redirectUri, state, nonce, loginHint: undefined, now };
  const { redirectUrl, expiresAt, keep } = await beginAuthorization(ctx, bank, whose, request);
  // A payment is approved on the bank's page, never in its app.
  if (redirectUrl === null) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
  const attempt = { consentId: orderId, redirectUri, stateHash: stateHash(state), nonceHash: stateHash(nonce) };
  const consent = { ...attempt, kind: "payments", psuId, aspspId, registrationId, aspspConsentId: aspspAuthorisationId, status: "created" } as const;
  const begun = await inTransaction(ctx.db, async (tx) => {
    const open = (await insertConsent(tx, { ...consent, validUntil: now.add({ hours: 24 * longestDays }) }, now)) || (await replaceAttempt(tx, attempt));
    if (!open) return false;
    await takeOpenAuthorization(tx, orderId);
    await keep(tx);
    return true;
  });
  if (!begun) {
    const at = ctx.clock.now();
    const exchange = await judgeExchange(ctx.db, orderId, at.subtract({ seconds: exchangeSeconds }), at);
    if (exchange === "under-way") throw errors.ERR_BANK_PAYMENT_RUNNING({ retryAfterSeconds: 1 });
    // An exchange that failed, or that nobody saw to its end, left no token: nothing of the order can be executed any more.
    throw errors.ERR_BANK_PAYMENT_STATE({ details: { reason: exchange === "authorised" ? "approved-before" : "approval-lost" } });
  }
  const { issuer, issInResponse, responseType, responseMode } = bank.oauth;
  return { redirectUrl, expiresAt: expiresAt.toString(), authorizationServer: { issuer, issInResponse, responseType, responseMode } };
}
