/** A person is told so many days before a certificate ends (G-38). */
const warningDays = [30, 7, 1] as const;

const hoursPerDay = 24;

/** Whole days left; negative when it has ended. */
export function daysLeft(notAfter: Temporal.Instant, now: Temporal.Instant): number {
  return Math.floor(now.until(notAfter).total("hours") / hoursPerDay);
}

/** The warning that is due, or null: each is given once, and a late start gives only the nearest. */
export function dueWarning(notAfter: Temporal.Instant, now: Temporal.Instant, warnedAtDays: number | null): number | null {
  const left = daysLeft(notAfter, now);
  const due = warningDays.filter((days) => left <= days).at(-1);
  return due === undefined || (warnedAtDays !== null && warnedAtDays <= due) ? null : due;
}

/** For each warning, before when a certificate ends that it is due for. */
export function warningEnds(now: Temporal.Instant): ReadonlyMap<number, Temporal.Instant> {
  return new Map(warningDays.map((days) => [days, now.add({ hours: (days + 1) * hoursPerDay })]));
}

/** What the certificate is to us now. */
export function certificateStatus(
  notAfter: Temporal.Instant,
  inUse: boolean,
  current: boolean,
  now: Temporal.Instant,
): "active" | "spare" | "superseded" | "expired" {
  if (Temporal.Instant.compare(notAfter, now) <= 0) return "expired";
  if (!current) return "superseded";
  return inUse ? "active" : "spare";
}
