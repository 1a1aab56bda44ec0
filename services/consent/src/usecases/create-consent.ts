import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { appendHistory, insertConsent, lockConsent, recordAspspConsentId } from "../db/consent-store.ts";
import { lockPsu } from "../db/erasure-store.ts";
import type { ReceivedConsent } from "../domain/consent.ts";
import { mayBeReplaced, requestedValidUntil } from "../domain/validity.ts";
import { errors } from "../errors.ts";
import { askWhereTo, beginAttempt } from "./begin-attempt.ts";

export interface CreateConsentInput {
  readonly psu: PsuContext;
  readonly aspspId: string;
  readonly validityDays: number;
  /** Keyed hash of the browser session; only that session may bring the return. */
  readonly sessionBinding: string;
  readonly replaces?: string | undefined;
  /** How the bank knows the person, where it asks them in its app; passed on, never kept. */
  readonly loginHint?: string | undefined;
}

export interface CreatedConsent {
  readonly consentId: string;
  /** Null where the bank asks the person in its app: `pollAuthorisations` finds out what they said. */
  readonly redirectUrl: string | null;
  readonly expiresAt: Temporal.Instant;
}

type Context = Pick<ConsentContext, "db" | "clock" | "newId" | "newSecret" | "bankGateway" | "publicOrigin">;

/**
 * Records the intent and the attempt, has the bank create the consent, and answers where to send the person. The state
 * leaves this function only inside the bank's address; the table holds its hash.
 * @throws ERR_CONSENT_ASPSP_UNKNOWN, ERR_CONSENT_ASPSP_NOT_READY, ERR_CONSENT_NOT_REPLACEABLE, ERR_CONSENT_NOT_FOUND,
 *   ERR_CONSENT_PSU_ERASED, and what the gateway says when the bank does not create it; the consent is then rejected
 */
export async function createConsent(ctx: Context, input: CreateConsentInput): Promise<CreatedConsent> {
  const { psu, aspspId } = input;
  const { consentMaxDays, reconfirmDays = null } = await requireReadyAspsp(ctx, aspspId);
  const now = ctx.clock.now();
  const consent: ReceivedConsent = {
    consentId: ctx.newId(),
    psuId: psu.psuId,
    aspspId,
    status: "received",
    createdAt: now,
    requestedValidUntil: requestedValidUntil({ now, validityDays: input.validityDays, consentMaxDays }),
    replaces: input.replaces ?? null,
    reconfirmDays,
  };
  const { attempt, state } = await inTransaction(ctx.db, async (tx) => {
    if ((await lockPsu(tx, psu.psuId)).erased) throw errors.ERR_CONSENT_PSU_ERASED();
    if (consent.replaces !== null) {
      const old = await lockConsent(tx, { psuId: psu.psuId, consentId: consent.replaces });
      if (old === undefined) throw errors.ERR_CONSENT_NOT_FOUND();
      if (!mayBeReplaced(old, aspspId)) throw errors.ERR_CONSENT_NOT_REPLACEABLE();
    }
    await insertConsent(tx, consent);
    await appendHistory(tx, consent, { at: now, what: "created", by: "psu", reason: null });
    const begun = await beginAttempt(tx, ctx, {
      psuId: psu.psuId,
      about: { kind: "consent", consentId: consent.consentId },
      aspspId,
      sessionBinding: input.sessionBinding,
      now,
    });
    await publish(tx, {
      type: "consent.created",
      subject: consent.consentId,
      psuId: psu.psuId,
      time: now,
      correlationId: consent.consentId,
      data: {
        consentId: consent.consentId,
        psuId: psu.psuId,
        aspspId,
        requestedValidUntil: consent.requestedValidUntil.toString(),
        replaces: consent.replaces,
      },
    });
    return begun;
  });
  const { consentId, requestedValidUntil: validUntil } = consent;
  const { redirectUri, nonce } = attempt;
  const loginHint = input.loginHint === undefined ? {} : { loginHint: input.loginHint };
  const body = { aspspId, validUntil: validUntil.toString(), redirectUri, state, nonce, ...loginHint };
  const { start, expiresAt } = await askWhereTo(
    ctx,
    attempt,
    () => ctx.bankGateway.createAspspConsent({ params: { consentId }, body, psu }),
    (tx, { aspspConsentId }) => recordAspspConsentId(tx, consent, aspspConsentId),
  );
  return { consentId, redirectUrl: start.redirectUrl, expiresAt };
}

async function requireReadyAspsp(ctx: Context, aspspId: string) {
  const { aspsps } = await ctx.bankGateway.listAspsps({});
  const aspsp = aspsps.find((candidate) => candidate.aspspId === aspspId);
  if (aspsp === undefined) throw errors.ERR_CONSENT_ASPSP_UNKNOWN();
  if (!aspsp.registered || !aspsp.capabilities.includes("consents")) throw errors.ERR_CONSENT_ASPSP_NOT_READY();
  return aspsp;
}
