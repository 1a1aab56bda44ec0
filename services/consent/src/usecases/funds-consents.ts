import { toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { fromWire } from "@opl/money";
import type { AmountWire } from "@opl/money";
import { amountProblems, ibanProblems } from "@opl/payment-rules";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { lockPsu } from "../db/erasure-store.ts";
import { getFundsConsent, insertFundsConsent, listFundsToWarn, listRunOutFunds, recordConfirmation } from "../db/funds-store.ts";
import type { Confirmation, FundsConsentWithAnswer } from "../db/funds-store.ts";
import { mayBeRenewed } from "../domain/funds-consent.ts";
import type { FundsConsent } from "../domain/funds-consent.ts";
import { errors } from "../errors.ts";
import { applyToFunds, tellOfFunds } from "./apply-to-funds.ts";
import { applyWhenDue } from "./apply-when-due.ts";
import { askWhereTo, beginAttempt } from "./begin-attempt.ts";
import { bidFarewell } from "./bid-farewell.ts";

/** How the gateway says that a permission is gone. */
const goneCodes: ReadonlySet<string> = new Set(["ERR_ASPSP_CONSENT_INVALID", "ERR_ASPSP_CONSENT_EXPIRED"]);

export interface CreateFundsConsentInput {
  readonly psu: PsuContext;
  readonly aspspId: string;
  readonly iban: string | null;
  readonly validityDays: number;
  readonly sessionBinding: string;
  /** An earlier permission, whose account this one is for too; where the bank grants that account, it takes its place. */
  readonly renews?: string | undefined;
}

/**
 * Begins to allow fund checks on one account and answers where to send the person.
 * @throws ERR_PAYMENT_ASPSP_UNKNOWN, ERR_PAYMENT_ASPSP_NOT_READY, ERR_PAYMENT_ORDER_INVALID, ERR_FUNDS_CONSENT_NOT_FOUND,
 *   ERR_CONSENT_NOT_REPLACEABLE (another bank's), ERR_CONSENT_PSU_ERASED, and what the gateway says when the bank does not create it; it is
 *   then rejected
 */
export async function createFundsConsent(
  ctx: Pick<ConsentContext, "db" | "clock" | "newId" | "newSecret" | "bankGateway" | "publicOrigin">,
  { psu, aspspId, iban: named, validityDays, sessionBinding, renews }: CreateFundsConsentInput,
): Promise<{ readonly fundsConsentId: string; readonly redirectUrl: string; readonly expiresAt: Temporal.Instant }> {
  const renewed = renews === undefined ? undefined : await getFundsConsent(ctx.db, { psuId: psu.psuId, fundsConsentId: renews });
  if (renews !== undefined && renewed === undefined) throw errors.ERR_FUNDS_CONSENT_NOT_FOUND();
  if (renewed !== undefined && renewed.consent.aspspId !== aspspId) throw errors.ERR_CONSENT_NOT_REPLACEABLE();
  const iban = renewed?.consent.iban ?? named;
  if (iban !== null && ibanProblems(iban).length > 0) throw errors.ERR_PAYMENT_ORDER_INVALID({ details: { field: "iban", problem: "iban" } });
  const { aspsps } = await ctx.bankGateway.listAspsps({});
  const aspsp = aspsps.find((candidate) => candidate.aspspId === aspspId);
  if (aspsp === undefined) throw errors.ERR_PAYMENT_ASPSP_UNKNOWN();
  if (!aspsp.registered || !aspsp.capabilities.includes("funds")) throw errors.ERR_PAYMENT_ASPSP_NOT_READY();
  const now = ctx.clock.now();
  const consent: FundsConsent = {
    fundsConsentId: ctx.newId(),
    psuId: psu.psuId,
    aspspId,
    iban,
    status: "received",
    createdAt: now,
    authorisedAt: null,
    validUntil: now.add({ hours: validityDays * 24 }),
    replaces: renewed !== undefined && mayBeRenewed(renewed.consent) ? renewed.consent.fundsConsentId : null,
    nextWarningAt: null,
    warnedAt: [],
  };
  const { fundsConsentId } = consent;
  const { attempt, state } = await inTransaction(ctx.db, async (tx) => {
    if ((await lockPsu(tx, psu.psuId)).erased) throw errors.ERR_CONSENT_PSU_ERASED();
    await insertFundsConsent(tx, consent);
    await tellOfFunds(tx, consent, now);
    return beginAttempt(tx, ctx, { psuId: psu.psuId, about: { kind: "funds", fundsConsentId }, aspspId, sessionBinding, now });
  });
  const { redirectUri, nonce } = attempt;
  const { start, expiresAt } = await askWhereTo(ctx, attempt, () =>
    ctx.bankGateway.createFundsConsent({
      params: { fundsConsentId },
      body: { aspspId, iban, validUntil: consent.validUntil.toString(), redirectUri, state, nonce },
      psu,
    }),
  );
  return { fundsConsentId, redirectUrl: start.redirectUrl, expiresAt };
}

/**
 * Whether the account has this much now. What the gateway says of the end of the permission ends it here too, also where its own word of that
 * has not arrived; where it does not say whose doing the end was, that word is waited for.
 * @throws ERR_FUNDS_CONSENT_NOT_FOUND, ERR_FUNDS_CONSENT_NOT_VALID, what the gateway says
 */
export async function confirmFunds(
  ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">,
  { psu, fundsConsentId, amount }: { readonly psu: PsuContext; readonly fundsConsentId: string; readonly amount: AmountWire },
): Promise<Confirmation> {
  const key = { psuId: psu.psuId, fundsConsentId };
  const [problem] = amountProblems(amount);
  if (problem !== undefined) throw errors.ERR_PAYMENT_ORDER_INVALID({ details: { field: "amount", problem } });
  const found = await getFundsConsent(ctx.db, key);
  if (found === undefined) throw errors.ERR_FUNDS_CONSENT_NOT_FOUND();
  if (found.consent.status !== "valid" || Temporal.Instant.compare(ctx.clock.now(), found.consent.validUntil) >= 0) throw errors.ERR_FUNDS_CONSENT_NOT_VALID();
  const told = await ctx.bankGateway.confirmFunds({ params: { fundsConsentId }, body: { amount: { ...amount } }, psu }).catch(async (cause: unknown) => {
    const end = endToldBy(toOplError(cause));
    if (end !== undefined) await inTransaction(ctx.db, (tx) => applyToFunds(tx, key, { type: "lose", at: ctx.clock.now(), ...end }));
    throw cause;
  });
  const confirmation = { amount: fromWire(amount), fundsAvailable: told.fundsAvailable, confirmedAt: Temporal.Instant.from(told.confirmedAt) };
  await recordConfirmation(ctx.db, key, confirmation);
  return confirmation;
}

/** Whose doing the end was and why, where the gateway says so. */
function endToldBy({ code, details }: OplError): { readonly by: "aspsp" | "tpp"; readonly code: string } | undefined {
  const by = details?.["by"];
  if (!goneCodes.has(code) || (by !== "aspsp" && by !== "tpp")) return undefined;
  const reason = details?.["endReason"];
  return { by, code: typeof reason === "string" ? reason : code };
}

/** Withdraws: ours first, with the order to the gateway; then the gateway at once, or later where it does not answer. @throws ERR_FUNDS_CONSENT_NOT_FOUND */
export async function revokeFundsConsent(
  ctx: Pick<ConsentContext, "db" | "clock" | "bankGateway">,
  { psu, fundsConsentId }: { readonly psu: PsuContext; readonly fundsConsentId: string },
): Promise<FundsConsentWithAnswer> {
  const key = { psuId: psu.psuId, fundsConsentId };
  await inTransaction(ctx.db, async (tx) => {
    if ((await applyToFunds(tx, key, { type: "revoke", at: ctx.clock.now(), by: "psu" })) === undefined) throw errors.ERR_FUNDS_CONSENT_NOT_FOUND();
  });
  await bidFarewell(ctx, { key: { psuId: psu.psuId, about: "funds", aboutId: fundsConsentId }, psu });
  const found = await getFundsConsent(ctx.db, key);
  if (found === undefined) throw errors.ERR_FUNDS_CONSENT_NOT_FOUND();
  return found;
}

/** Ends the permissions whose time is over. @returns how many */
export function expireFundsConsents(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  return applyWhenDue(ctx, listRunOutFunds, (tx, key, at) => applyToFunds(tx, key, { type: "expire", at }), signal);
}

/** Says of every permission near its end how many days are left: once for each warning day. @returns how many */
export function warnOfFundsEnds(ctx: Pick<ConsentContext, "db" | "clock">, signal?: AbortSignal): Promise<number> {
  return applyWhenDue(ctx, listFundsToWarn, (tx, key, at) => applyToFunds(tx, key, { type: "warn", at }), signal);
}
