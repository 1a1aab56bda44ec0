import type { Registration } from "@opl/contracts/model";
import type { RegistrationWithSteps } from "../db/registration-store.ts";
import { nextStep, stepsOf } from "../domain/registration.ts";

/** A registration as the contract shows it: every step of the saga, done or not. */
export function viewRegistration({ registration, finished }: RegistrationWithSteps, now: Temporal.Instant): Registration {
  const { registrationId, aspspId, scheme, replaces, status, startedAt, completedAt, terms, errorCode, errorMessage, errorAt } = registration;
  const step = status === "completed" || status === "ended" ? null : nextStep(scheme, finished, now);
  const done = new Map(finished.map((entry) => [entry.step, entry]));
  return {
    registrationId,
    aspspId,
    scheme,
    replaces,
    status,
    step: step ?? "activation",
    startedAt: startedAt.toString(),
    completedAt: completedAt?.toString() ?? null,
    redirectUris: terms?.redirectUris ?? [],
    lastError: errorCode === null ? null : { code: errorCode, message: errorMessage ?? "", at: (errorAt ?? startedAt).toString() },
    steps: stepsOf(scheme).map((name) => {
      const entry = done.get(name);
      const failed = status === "failed" && name === step;
      return {
        step: name,
        status: failed ? "failed" : entry === undefined ? "pending" : "done",
        finishedAt: entry?.finishedAt.toString() ?? null,
        durationMs: entry?.durationMs ?? null,
        artefact: entry === undefined ? null : { ...entry.artefact },
      };
    }),
  };
}
