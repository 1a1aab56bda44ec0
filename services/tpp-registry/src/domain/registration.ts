import type { OplError } from "@opl/errors";
import type { RegistrationScheme, RegistrationStep } from "@opl/contracts/model";

/** One saga for every bank; a scheme only leaves out what its banks do not want. */
const stepsByScheme: Readonly<Record<RegistrationScheme, readonly RegistrationStep[]>> = {
  op: ["certificates", "software-statement", "registration-request", "submission", "validation", "activation"],
  dcr: ["certificates", "software-statement", "registration-request", "submission", "validation", "activation"],
  certificate: ["certificates", "validation", "activation"],
  manual: ["certificates", "submission", "validation", "activation"],
};

/** The steps of a scheme, in the order of the saga. */
export function stepsOf(scheme: RegistrationScheme): readonly RegistrationStep[] {
  return stepsByScheme[scheme];
}

export interface FinishedStep {
  readonly step: RegistrationStep;
  readonly finishedAt: Temporal.Instant;
  readonly durationMs: number;
  readonly artefact: Readonly<Record<string, unknown>>;
  readonly expiresAt: Temporal.Instant | null;
}

/** A signed statement that ends within so many seconds is made anew rather than sent. */
const leastSecondsLeft = 30;

/**
 * What comes next, or null when all is done. Until the bank has taken the registration, an artefact that has run out takes the saga
 * back to the step that makes it; afterwards its end does not matter.
 */
export function nextStep(scheme: RegistrationScheme, finished: readonly FinishedStep[], now: Temporal.Instant): RegistrationStep | null {
  const done = new Map(finished.map((entry) => [entry.step, entry]));
  const submitted = done.has("submission");
  for (const step of stepsOf(scheme)) {
    const entry = done.get(step);
    if (entry === undefined) return step;
    const useless = entry.expiresAt !== null && Temporal.Instant.compare(entry.expiresAt, now.add({ seconds: leastSecondsLeft })) <= 0;
    if (useless && !submitted) return step;
  }
  return null;
}

/** Steps that were built on this one and have to be done again with it. */
export function stepsAfter(scheme: RegistrationScheme, step: RegistrationStep): readonly RegistrationStep[] {
  const steps = stepsOf(scheme);
  return steps.slice(steps.indexOf(step) + 1);
}

/** The other side said no; asking again would get the same answer. Everything else passes with time. */
export function isFinal(error: OplError): boolean {
  return ["rejected", "invalid", "forbidden", "unauthenticated", "not-found"].includes(error.kind);
}

const firstPauseSeconds = 1;
const longestPauseSeconds = 300;

/** Pauses double from a second to five minutes; the bank's own wish goes first, within reason. */
export function nextTryAt(now: Temporal.Instant, tries: number, retryAfterSeconds: number | undefined): Temporal.Instant {
  const own = Math.min(firstPauseSeconds * 2 ** Math.min(tries, 20), longestPauseSeconds);
  const wish = Math.min(Math.max(retryAfterSeconds ?? 0, 0), longestPauseSeconds);
  return now.add({ seconds: Math.max(own, wish) });
}
