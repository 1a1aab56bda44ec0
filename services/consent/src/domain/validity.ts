/** How long a consent lasts, when the person is told that it ends, and which consent a newer one may take over from. */
import type { Consent } from "./consent.ts";

/** Days before the end at which the person is told. */
const warningDays = [30, 7, 1] as const;

const hoursPerDay = 24;
/** A bank counts its limit from its own clock and its own moment; an end exactly at the limit lands past it. */
const marginMinutes = 10;

/**
 * The end to ask for: the wanted days from now, at most what the bank grants. At the bank's limit a few minutes are left
 * off, since the request reaches the bank later and by another clock.
 */
export function requestedValidUntil({
  now,
  validityDays,
  consentMaxDays,
}: {
  now: Temporal.Instant;
  validityDays: number;
  consentMaxDays: number;
}): Temporal.Instant {
  const end = now.add({ hours: Math.min(validityDays, consentMaxDays) * hoursPerDay });
  return validityDays < consentMaxDays ? end : end.subtract({ minutes: marginMinutes });
}

/**
 * The first warning after `after`: one of the warning days before the end, leaving out those that lie before the consent
 * began, so that a consent of a week does not start with "seven days left".
 */
export function nextWarningAt({
  from,
  validUntil,
  after,
}: {
  from: Temporal.Instant;
  validUntil: Temporal.Instant;
  after: Temporal.Instant;
}): Temporal.Instant | null {
  const moments = warningDays.map((days) => validUntil.subtract({ hours: days * hoursPerDay }));
  return moments.find((at) => Temporal.Instant.compare(at, after) > 0 && Temporal.Instant.compare(at, from) > 0) ?? null;
}

/** Days until the end as a person counts them: started days count as whole ones. */
export function wholeDaysLeft(validUntil: Temporal.Instant, now: Temporal.Instant): number {
  return Math.max(0, Math.ceil(now.until(validUntil).total("hours") / hoursPerDay));
}

/** When the person last said yes, and until when that counts (UK RTS art. 10A and 36(6)). */
export interface Reconfirmation {
  readonly confirmedAt: Temporal.Instant;
  readonly dueAt: Temporal.Instant;
  /** When the person is next reminded; null after the last time. */
  readonly nextReminderAt: Temporal.Instant | null;
}

/** The next confirmation after one that was just given; null where none is asked, or where the consent ends before. */
export function reconfirmationAfter({
  confirmedAt,
  days,
  validUntil,
}: {
  confirmedAt: Temporal.Instant;
  days: number | null;
  validUntil: Temporal.Instant;
}): Reconfirmation | null {
  if (days === null) return null;
  const dueAt = confirmedAt.add({ hours: days * hoursPerDay });
  if (Temporal.Instant.compare(dueAt, validUntil) >= 0) return null;
  return { confirmedAt, dueAt, nextReminderAt: nextWarningAt({ from: confirmedAt, validUntil: dueAt, after: confirmedAt }) };
}

/** Whether confirming once more would change nothing: it was done today, or is not needed before the end. */
export function confirmedLately(reconfirmation: Reconfirmation | null, now: Temporal.Instant): boolean {
  return reconfirmation === null || Temporal.Instant.compare(now, reconfirmation.confirmedAt.add({ hours: hoursPerDay })) < 0;
}

/** A newer consent at the same bank may take over from one that stands or has run out, at any time. */
export function mayBeReplaced(consent: Consent, aspspId: string): boolean {
  return consent.aspspId === aspspId && (["valid", "unconfirmed", "scaRequired", "expired"] satisfies Consent["status"][] as string[]).includes(consent.status);
}
