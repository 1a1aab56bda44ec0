import { createHash } from "node:crypto";
import { toOplError } from "@opl/errors";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { PsuContext } from "@opl/service";
import type { ConsentContext } from "../context.ts";
import { insertAuthorisation, lockAuthorisation, recordAspspAnswer } from "../db/authorisation-store.ts";
import { appendHistory, insertConsent, lockConsent, recordAspspConsentId } from "../db/consent-store.ts";
import { lockPsu } from "../db/erasure-store.ts";
import { authorisationLifetimeMinutes } from "../domain/authorisation.ts";
import type { ReceivedAuthorisation } from "../domain/authorisation.ts";
import type { ReceivedConsent } from "../domain/consent.ts";
import { mayBeReplaced, requestedValidUntil } from "../domain/validity.ts";
import { errors } from "../errors.ts";
import { endAttempt } from "./end-attempt.ts";

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
  const state = ctx.newSecret();
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
  const attempt: ReceivedAuthorisation = {
    authorisationId: ctx.newId(),
    psuId: psu.psuId,
    about: { kind: "consent", consentId: consent.consentId },
    aspspId,
    scaStatus: "received",
    nonce: ctx.newSecret(),
    sessionBinding: input.sessionBinding,
    // An address of its own for each bank, so that a bank's answer cannot pass for another's.
    redirectUri: `${ctx.publicOrigin}/connect/return/${aspspId}`,
    createdAt: now,
    expiresAt: now.add({ minutes: authorisationLifetimeMinutes }),
    authorizationServer: null,
  };
  await inTransaction(ctx.db, async (tx) => {
    if ((await lockPsu(tx, psu.psuId)).erased) throw errors.ERR_CONSENT_PSU_ERASED();
    if (consent.replaces !== null) {
      const old = await lockConsent(tx, { psuId: psu.psuId, consentId: consent.replaces });
      if (old === undefined) throw errors.ERR_CONSENT_NOT_FOUND();
      if (!mayBeReplaced(old, aspspId)) throw errors.ERR_CONSENT_NOT_REPLACEABLE();
    }
    await insertConsent(tx, consent);
    await appendHistory(tx, consent, { at: now, what: "created", by: "psu", reason: null });
    await insertAuthorisation(tx, attempt, hashState(state));
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
  });
  const answer = await createAtAspsp(ctx, { psu, consent, attempt, state, loginHint: input.loginHint });
  const expiresAt = earlier(attempt.expiresAt, Temporal.Instant.from(answer.expiresAt));
  const { authorizationServer: server } = answer;
  const authorizationServer = server === undefined ? null : { ...server, responseMode: server.responseMode ?? "fragment" };
  const nextPollAt = answer.redirectUrl === null ? ctx.clock.now().add({ seconds: answer.pollIntervalSeconds ?? 5 }) : null;
  await inTransaction(ctx.db, async (tx) => {
    const open = await recordAspspAnswer(tx, attempt, { expiresAt, authorizationServer, nextPollAt });
    if (!open || !(await recordAspspConsentId(tx, consent, answer.aspspConsentId))) throw errors.ERR_CONSENT_ENDED();
  });
  return { consentId: consent.consentId, redirectUrl: answer.redirectUrl, expiresAt };
}

/** How a state is found again without being kept: SHA-256; it has 256 random bits, so it needs no salt. */
export function hashState(state: string): Buffer {
  return createHash("sha256").update(state).digest();
}

async function requireReadyAspsp(ctx: Context, aspspId: string) {
  const { aspsps } = await ctx.bankGateway.listAspsps({});
  const aspsp = aspsps.find((candidate) => candidate.aspspId === aspspId);
  if (aspsp === undefined) throw errors.ERR_CONSENT_ASPSP_UNKNOWN();
  if (!aspsp.registered || !aspsp.capabilities.includes("consents")) throw errors.ERR_CONSENT_ASPSP_NOT_READY();
  return aspsp;
}

async function createAtAspsp(
  ctx: Context,
  {
    psu,
    consent,
    attempt,
    state,
    loginHint,
  }: Pick<CreateConsentInput, "psu" | "loginHint"> & {
    consent: ReceivedConsent;
    attempt: ReceivedAuthorisation;
    state: string;
  },
) {
  const { consentId, aspspId, requestedValidUntil } = consent;
  const { redirectUri, nonce } = attempt;
  try {
    return await ctx.bankGateway.createAspspConsent({
      params: { consentId },
      body: { aspspId, validUntil: requestedValidUntil.toString(), redirectUri, state, nonce, ...(loginHint === undefined ? {} : { loginHint }) },
      psu,
    });
  } catch (cause) {
    const error = toOplError(cause);
    await inTransaction(ctx.db, async (tx) => {
      const open = await lockAuthorisation(tx, attempt);
      if (open !== undefined)
        await endAttempt(tx, open, {
          outcome: { outcome: "failed", reason: error.code },
          by: error.code.startsWith("ERR_ASPSP_") ? "aspsp" : "tpp",
          at: ctx.clock.now(),
        });
    });
    throw error;
  }
}

function earlier(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) <= 0 ? a : b;
}
