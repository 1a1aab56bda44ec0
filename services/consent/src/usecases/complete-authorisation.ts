import type { ApprovalAbout } from "@opl/contracts/model";
import { isOplError, toOplError } from "@opl/errors";
import type { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import { lockAuthorisation, lockByState, saveAuthorisation } from "../db/authorisation-store.ts";
import { keysOfRenewal, lockConsent, lockConsents } from "../db/consent-store.ts";
import { lockFundsConsent, lockFundsOfPsu } from "../db/funds-store.ts";
import { requestRevocation } from "../db/revocation-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { AuthorisationResponse } from "../domain/authorisation-response.ts";
import type { Parameter } from "../domain/authorisation-response.ts";
import { checkReturn } from "../domain/authorisation-rules/index.ts";
import { finish, isFinished, take } from "../domain/authorisation.ts";
import type { Authorisation, Outcome, StartedAuthorisation, UnauthorisedOutcome } from "../domain/authorisation.ts";
import { outcomeOfBankError } from "../domain/bank-error.ts";
import { replacedByRenewal } from "../domain/funds-consent.ts";
import { errors } from "../errors.ts";
import { applyCommand } from "./apply-command.ts";
import { hashState } from "./begin-attempt.ts";
import { applyToFunds } from "./apply-to-funds.ts";
import { endAttempt } from "./end-attempt.ts";
import { giveBack } from "./give-back.ts";
import { approvalOf, settleApproval } from "./settle-payment-approval.ts";

export interface CompleteAuthorisationInput {
  readonly psu: PsuContext;
  /** Which bank's redirect URI the answer arrived at. */
  readonly redirectContext: string;
  readonly sessionBinding: string;
  readonly parameters: readonly Parameter[];
}

export type Completed = Outcome & { readonly about: ApprovalAbout; readonly aspspId: string };

type Context = Pick<ConsentContext, "db" | "clock" | "bankGateway">;
type Tx = Transaction<ConsentTables>;

interface Exchange {
  readonly attempt: StartedAuthorisation;
  readonly state: string;
  readonly code: string | null;
  readonly idToken: string | null;
  readonly issuer: string | null;
  readonly response?: string;
}
interface Granted {
  readonly authorisedAt: Temporal.Instant;
}
/** What the bank granted, by what it was asked for. */
export type AspspGrant =
  | (Granted & { readonly kind: "consent"; readonly scope: readonly string[]; readonly validUntil: Temporal.Instant })
  | (Granted & { readonly kind: "payment" })
  | (Granted & { readonly kind: "funds"; readonly validUntil: Temporal.Instant; readonly iban: string | null });

/**
 * The person came back. One transaction takes the attempt by its state, once; the gateway exchanges the code outside of
 * any transaction; a second one decides. Killed in between, the attempt stays `started` and is ended by the clock; the
 * code is never sent again. A finished attempt answers its first outcome.
 * @throws ERR_AUTHORISATION_STATE_MISSING, _UNKNOWN, _OTHER_SESSION (the attempt stays alive for its owner),
 *   _IN_PROGRESS (the same return is being worked on)
 */
export async function completeAuthorisation(ctx: Context, input: CompleteAuthorisationInput): Promise<Completed> {
  const claimed = await inTransaction(ctx.db, (tx) => claimReturn(tx, ctx, input));
  if ("outcome" in claimed) return claimed;
  const exchanged = await exchange(ctx, claimed, input.psu);
  return inTransaction(ctx.db, (tx) => settle(tx, ctx, claimed.attempt, exchanged));
}

async function claimReturn(
  tx: Tx,
  ctx: Context,
  { psu, redirectContext, sessionBinding, parameters }: CompleteAuthorisationInput,
): Promise<Completed | Exchange> {
  const response = new AuthorisationResponse(parameters);
  const states = response.lookupStates();
  if (states.length === 0) throw errors.ERR_AUTHORISATION_STATE_MISSING();
  const attempt = await lockByState(tx, psu.psuId, states.map(hashState));
  // Nothing is touched for a stranger: the owner's attempt stays alive (OA-09, OA-18, US-05, US-06).
  if (attempt === undefined) throw errors.ERR_AUTHORISATION_UNKNOWN();
  if (attempt.sessionBinding !== sessionBinding) throw errors.ERR_AUTHORISATION_OTHER_SESSION();
  if (isFinished(attempt)) return completed(attempt, attempt.outcome);
  if (attempt.scaStatus === "started") throw errors.ERR_AUTHORISATION_IN_PROGRESS({ details: { about: attempt.about }, retryAfterSeconds: 1 });

  const now = ctx.clock.now();
  const checked = checkReturn({ response, attempt, redirectContext, now });
  if (checked.kind === "refused")
    return completed(attempt, await endAttempt(tx, attempt, { outcome: { outcome: "failed", reason: checked.reason }, by: "tpp", at: now }));
  if (checked.kind === "error") {
    const outcome = outcomeOfBankError(checked.error);
    return completed(attempt, await endAttempt(tx, attempt, { outcome, by: outcome.outcome === "refused" ? "psu" : "aspsp", at: now }));
  }
  const approval = await approvalFor(tx, ctx, attempt);
  if (approval === "approved") {
    await saveAuthorisation(tx, finish(attempt, approved, now));
    return completed(attempt, approved);
  }
  if (approval === "over") return completed(attempt, await endAttempt(tx, attempt, { outcome: consentEnded, by: "tpp", at: now }));
  const started = take(attempt, now);
  await saveAuthorisation(tx, started);
  const { kind: _code, ...brought } = checked;
  return { attempt: started, state: states[0] ?? "", ...brought };
}

/** Whether what the attempt is about still waits for the bank's answer. */
async function approvalFor(tx: Tx, ctx: Context, { psuId, about }: Authorisation): Promise<"open" | "approved" | "over"> {
  switch (about.kind) {
    case "consent":
      return (await lockConsent(tx, { psuId, consentId: about.consentId }))?.status === "received" ? "open" : "over";
    case "payment":
      return approvalOf(tx, ctx, { psuId, paymentOrderId: about.paymentOrderId });
    case "funds":
      return (await lockFundsConsent(tx, { psuId, fundsConsentId: about.fundsConsentId }))?.status === "received" ? "open" : "over";
  }
}

/** No signal of the caller's: an exchange that began is seen to its end, since the code cannot be sent again. */
async function exchange(ctx: Context, { attempt, ...brought }: Exchange, psu: PsuContext): Promise<AspspGrant | OplError> {
  const { about, aspspId, redirectUri, nonce } = attempt;
  const body = { aspspId, redirectUri, nonce, ...brought };
  try {
    switch (about.kind) {
      case "consent": {
        const { scope, authorisedAt, validUntil } = await ctx.bankGateway.exchangeCode({ params: { consentId: about.consentId }, body, psu });
        return { kind: about.kind, scope, authorisedAt: Temporal.Instant.from(authorisedAt), validUntil: Temporal.Instant.from(validUntil) };
      }
      case "payment": {
        const { authorisedAt } = await ctx.bankGateway.exchangePaymentCode({ params: { orderId: about.paymentOrderId }, body, psu });
        return { kind: about.kind, authorisedAt: Temporal.Instant.from(authorisedAt) };
      }
      case "funds": {
        const { authorisedAt, validUntil, iban } = await ctx.bankGateway.exchangeFundsCode({ params: { fundsConsentId: about.fundsConsentId }, body, psu });
        return { kind: about.kind, authorisedAt: Temporal.Instant.from(authorisedAt), validUntil: Temporal.Instant.from(validUntil), iban };
      }
    }
  } catch (error) {
    return toOplError(error);
  }
}

/** Decides by what the gateway answered; the attempt is locked again first. */
export async function settle(
  tx: Tx,
  ctx: Context,
  taken: Pick<StartedAuthorisation, "psuId" | "authorisationId" | "about" | "aspspId">,
  exchanged: AspspGrant | OplError,
): Promise<Completed> {
  const at = ctx.clock.now();
  const attempt = await lockAuthorisation(tx, taken);
  if (attempt === undefined || isFinished(attempt)) {
    // Ended meanwhile by the clock or by erasure: tokens that may have been made are not ours to use.
    await giveBack(tx, taken, at);
    return completed(taken, attempt?.outcome ?? consentEnded);
  }
  if (isOplError(exchanged)) {
    if (mayHaveTokens(exchanged)) await giveBack(tx, attempt, at);
    const outcome = outcomeOfRefusal(exchanged);
    const by = outcome.outcome === "refused" ? "psu" : isWordOfBank(exchanged) ? "aspsp" : "tpp";
    return completed(attempt, await endAttempt(tx, attempt, { outcome, by, at }));
  }
  const outcome = await settleGrant(tx, ctx, attempt, exchanged, at);
  if (outcome.outcome === "authorised") {
    await saveAuthorisation(tx, finish(attempt, outcome, at));
    return completed(attempt, outcome);
  }
  await giveBack(tx, attempt, at);
  return completed(attempt, await endAttempt(tx, attempt, { outcome, by: "tpp", at }));
}

/** What the bank granted becomes ours, unless what it was for is over. */
async function settleGrant(tx: Tx, ctx: Context, { psuId, about }: Authorisation, grant: AspspGrant, at: Temporal.Instant): Promise<Outcome> {
  if (about.kind === "consent" && grant.kind === "consent") {
    const { consentId } = about;
    await lockConsents(tx, await keysOfRenewal(tx, { psuId, consentId }));
    const applied = await applyCommand(tx, { psuId, consentId }, { type: "authorise", at, ...grant });
    if (applied.kind !== "changed" || applied.consent.status !== "valid")
      return applied.kind === "refused" && applied.refusal === "too-late" ? grantOver : consentEnded;
    if (applied.consent.replaces !== null) await replaceOld(tx, { psuId, consentId: applied.consent.replaces }, consentId, at);
    return { outcome: "authorised", validUntil: applied.consent.grant.validUntil };
  }
  if (about.kind === "funds" && grant.kind === "funds") {
    const { fundsConsentId: successor } = about;
    const all = await lockFundsOfPsu(tx, psuId);
    const begun = all.find(({ fundsConsentId }) => fundsConsentId === successor);
    const replaces = begun === undefined ? null : replacedByRenewal(begun, grant.iban, all);
    const { validUntil: grantedUntil, iban } = grant;
    const applied = await applyToFunds(tx, { psuId, fundsConsentId: successor }, { type: "authorise", at, validUntil: grantedUntil, iban, replaces });
    if (applied?.kind === "changed") {
      const { validUntil } = applied.consent;
      if (replaces !== null) await applyToFunds(tx, { psuId, fundsConsentId: replaces }, { type: "replace", at, successor });
      return { outcome: "authorised", validUntil };
    }
    return applied?.kind === "refused" && applied.refusal === "too-late" ? grantOver : consentEnded;
  }
  if (
    about.kind === "payment" &&
    grant.kind === "payment" &&
    (await settleApproval(tx, ctx, { psuId, paymentOrderId: about.paymentOrderId }, grant.authorisedAt))
  )
    return approved;
  return consentEnded;
}

async function replaceOld(tx: Tx, old: { psuId: string; consentId: string }, successor: string, at: Temporal.Instant): Promise<void> {
  const replaced = await applyCommand(tx, old, { type: "replace", at, successor });
  if (replaced.kind === "changed") await requestRevocation(tx, { ...old, aspspId: replaced.consent.aspspId }, at);
}

/** The answer was lost or made no sense, so the bank may have issued tokens (OA-60). A clear no issues none. */
function mayHaveTokens(error: OplError): boolean {
  return error.kind === "unavailable" || error.kind === "upstream" || error.kind === "bug";
}

/** The bank said so itself, or did not answer as it should; anything else is our own judgement. */
function isWordOfBank({ code }: OplError): boolean {
  return code === "ERR_AUTHORIZATION_DENIED" || code.startsWith("ERR_ASPSP_");
}

const approved = { outcome: "authorised", validUntil: null } as const;
/** A bank that tells its no only to the gateway, in a signed answer or when asked, means the same by it. */
function outcomeOfRefusal({ code, details }: OplError): UnauthorisedOutcome {
  const reason = details?.["reason"];
  if (code === "ERR_AUTHORIZATION_DENIED") return outcomeOfBankError(String(reason));
  // The gateway knows which attempt at an order is the newest that got as far as the bank, and left it as good as it was.
  if (code === "ERR_BANK_PAYMENT_STATE" && reason === "superseded") return { outcome: "failed", reason: errors.ERR_AUTHORISATION_SUPERSEDED.code };
  return { outcome: "failed", reason: code };
}

const consentEnded = { outcome: "failed", reason: errors.ERR_AUTHORISATION_CONSENT_ENDED.code } as const;
const grantOver = { outcome: "failed", reason: errors.ERR_AUTHORISATION_GRANT_OVER.code } as const;

function completed({ about, aspspId }: Pick<Authorisation, "about" | "aspspId">, outcome: Outcome): Completed {
  return { ...outcome, about, aspspId };
}
