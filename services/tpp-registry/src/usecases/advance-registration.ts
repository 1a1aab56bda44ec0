import { clientInformation, certificate, type RegistrationStep } from "@opl/contracts/model";
import { OplError, toOplError } from "@opl/errors";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { z } from "zod";
import type { RegistryContext } from "../context.ts";
import { insertCertificates } from "../db/certificate-store.ts";
import {
  completeRegistration,
  failRegistration,
  getRegistration,
  lockRegistration,
  postponeRegistration,
  saveStep,
  type RegistrationRow,
  type RegistrationWithSteps,
} from "../db/registration-store.ts";
import { listRotations } from "../db/renewal-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { isFinal, nextStep, nextTryAt, stepsAfter } from "../domain/registration.ts";
import { fruitlessAfter } from "../domain/renewal.ts";
import { termsOf } from "../domain/tpp-profile.ts";
import { endAtGateway } from "./end-registration.ts";
import { performStep, type StepOutcome } from "./perform-step.ts";

export type Advance =
  | { readonly kind: "step-done"; readonly step: RegistrationStep }
  | { readonly kind: "completed" }
  | { readonly kind: "postponed" | "failed"; readonly step: RegistrationStep; readonly error: OplError }
  /** Somebody else brought it further, or it is over. */
  | { readonly kind: "nothing" };

const issued = z.object({ certificates: z.array(certificate.omit({ certificateId: true, status: true }).extend({ inUse: z.boolean() })) });
const submitted = z.object({ client: clientInformation });
const identified = z.object({ organizationIdentifier: z.string() });

/**
 * Takes one registration one step further: the gateway does the step outside any transaction, then one transaction records what came
 * out together with its facts. Killed anywhere, the same step is asked for again and the gateway answers the same; two processes at
 * the same step record it once.
 */
export async function advanceRegistration(ctx: RegistryContext, registrationId: string): Promise<Advance> {
  const known = await getRegistration(ctx.db, registrationId);
  if (known === undefined || known.registration.status !== "running") return { kind: "nothing" };
  const { aspspId, scheme, replaces } = known.registration;
  const terms = termsOf(ctx.environmentDocument, known.registration);
  const startedAt = ctx.clock.now();
  const step = nextStep(scheme, known.finished, startedAt);
  if (step === null) return inTransaction(ctx.db, (tx) => complete(ctx, tx, registrationId));
  let outcome: StepOutcome;
  try {
    outcome = await performStep(ctx, step, { registrationId, aspspId, scheme, replaces, terms });
  } catch (cause) {
    const error = await takeBack(ctx, known.registration, step, toOplError(cause));
    return recordFailure(ctx, known.registration, step, error);
  }
  return inTransaction(ctx.db, async (tx): Promise<Advance> => {
    const now = ctx.clock.now();
    const locked = await lockRegistration(tx, registrationId);
    if (locked === undefined || locked.registration.status !== "running" || nextStep(scheme, locked.finished, startedAt) !== step) return { kind: "nothing" };
    const durationMs = Math.max(0, Math.round(startedAt.until(now).total("milliseconds")));
    await saveStep(tx, registrationId, { step, finishedAt: now, durationMs, ...outcome }, stepsAfter(scheme, step));
    if (step === "certificates") await recordCertificates(ctx, tx, registrationId, outcome);
    return { kind: "step-done", step };
  });
}

async function recordCertificates(ctx: RegistryContext, tx: Transaction<TppRegistryTables>, registrationId: string, outcome: StepOutcome): Promise<void> {
  const { certificates } = issued.parse(outcome.artefact);
  const fresh = await insertCertificates(
    tx,
    certificates.map((entry) => ({
      ...entry,
      certificateId: ctx.newId(),
      registrationId,
      notBefore: Temporal.Instant.from(entry.notBefore),
      notAfter: Temporal.Instant.from(entry.notAfter),
    })),
  );
  for (const { certificateId, aspspId, purpose, thumbprint, notAfter } of fresh) {
    await publish(tx, {
      type: "tpp-registry.certificate-issued",
      subject: certificateId,
      psuId: null,
      time: ctx.clock.now(),
      data: { certificateId, aspspId, purpose, thumbprint, notAfter: notAfter.toString() },
    });
  }
}

async function complete(ctx: RegistryContext, tx: Transaction<TppRegistryTables>, registrationId: string): Promise<Advance> {
  const locked = await lockRegistration(tx, registrationId);
  if (locked === undefined || locked.registration.status !== "running") return { kind: "nothing" };
  const now = ctx.clock.now();
  const submission = locked.finished.find((entry) => entry.step === "submission");
  const clientId = submission === undefined ? identityOf(locked.finished) : submitted.parse(submission.artefact).client.clientId;
  const { aspspId, replaces, renews } = locked.registration;
  const rotations = replaces === null ? [] : await listRotations(tx, registrationId, replaces);
  const fruitless = replaces === null ? 0 : ((await getRegistration(tx, replaces))?.registration.fruitlessRenewals ?? 0);
  await completeRegistration(tx, registrationId, now, fruitlessAfter(rotations, fruitless, renews));
  await publish(tx, {
    type: "tpp-registry.registration-completed",
    subject: registrationId,
    psuId: null,
    time: now,
    data: { registrationId, aspspId, clientId, scopes: termsOf(ctx.environmentDocument, locked.registration).scopes },
  });
  for (const { notAfter, replacedNotAfter: _ended, ...rotation } of rotations) {
    await publish(tx, {
      type: "tpp-registry.certificate-rotated",
      subject: rotation.certificateId,
      psuId: null,
      time: now,
      data: { ...rotation, aspspId, notAfter: notAfter.toString() },
    });
  }
  return { kind: "completed" };
}

/** Where nothing is submitted, the certificate is the client. */
function identityOf(finished: RegistrationWithSteps["finished"]): string {
  return identified.parse(finished.find((entry) => entry.step === "certificates")?.artefact).organizationIdentifier;
}

/**
 * A successor that fails for good may have changed the client of the one in use; the gateway puts that back when it ends, before the
 * failure is recorded. @returns the failure, not final while the gateway has not done so
 */
async function takeBack(ctx: RegistryContext, registration: RegistrationRow, step: RegistrationStep, error: OplError): Promise<OplError> {
  const { registrationId, aspspId, replaces, errorCode, errorMessage } = registration;
  // Ended there by an earlier try at this, which did not get as far as recording it.
  const ended = error.code === "ERR_REGISTRATION_ENDED";
  // Once it serves, ending it would leave the bank.
  if (replaces === null || step === "activation" || !(ended || isFinal(error))) return error;
  const failure = ended ? { code: errorCode ?? error.code, message: errorMessage ?? error.message } : { code: error.code, message: error.message };
  try {
    await endAtGateway(ctx, registrationId, aspspId);
  } catch (cause) {
    const { kind, retryAfterSeconds } = toOplError(cause);
    if (!isFinal(toOplError(cause))) return new OplError({ ...failure, kind, cause, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
  }
  return new OplError({ ...failure, kind: "rejected", cause: error });
}

/**
 * What somebody wanted done at once while an attempt from before it was still out is not put off by that attempt's end. Another process that
 * put it off meanwhile has counted a try.
 */
function hurriedMeanwhile(attempted: RegistrationRow, now: RegistrationRow): Temporal.Instant | null {
  if (attempted.nextTryAt === null || now.nextTryAt === null || now.tries !== attempted.tries) return null;
  return now.nextTryAt.equals(attempted.nextTryAt) ? null : now.nextTryAt;
}

function recordFailure(ctx: RegistryContext, attempted: RegistrationRow, step: RegistrationStep, error: OplError): Promise<Advance> {
  const { registrationId } = attempted;
  return inTransaction(ctx.db, async (tx): Promise<Advance> => {
    const locked = await lockRegistration(tx, registrationId);
    if (locked === undefined || locked.registration.status !== "running") return { kind: "nothing" };
    const now = ctx.clock.now();
    const failure = { code: error.code, message: error.message, at: now };
    if (!isFinal(error)) {
      const hurriedTo = hurriedMeanwhile(attempted, locked.registration);
      await postponeRegistration(tx, registrationId, failure, hurriedTo ?? nextTryAt(now, locked.registration.tries, error.retryAfterSeconds));
      return { kind: "postponed", step, error };
    }
    await failRegistration(tx, registrationId, failure);
    await publish(tx, {
      type: "tpp-registry.registration-failed",
      subject: registrationId,
      psuId: null,
      time: now,
      data: { registrationId, aspspId: locked.registration.aspspId, step, code: error.code },
    });
    return { kind: "failed", step, error };
  });
}
