/** A registration in use, as far as its renewal is concerned. */
export interface RenewalState {
  /** When it was completed: a certificate may be dated hours back, so its own beginning says nothing about its age. */
  readonly heldSince: Temporal.Instant;
  /** End of the first of its certificates in use. */
  readonly endsAt: Temporal.Instant;
  /** Renewals of it that failed, and when the last one did. */
  readonly refusals: number;
  readonly lastRefusalAt: Temporal.Instant | null;
}

const secondsPerDay = 86_400;
const firstPauseSeconds = 3_600;
const longestPauseSeconds = secondsPerDay;
const shortestPauseSeconds = 60;

/** When a successor is to be begun: so many days (fractions count) before the end, but never in the first half of the time we hold it (G-38). */
export function renewalDueAt({ heldSince, endsAt, refusals, lastRefusalAt }: RenewalState, renewBeforeDays: number): Temporal.Instant {
  const half = heldSince.add({ milliseconds: Math.max(0, Math.floor(heldSince.until(endsAt).total("milliseconds") / 2)) });
  const wanted = endsAt.subtract({ seconds: Math.round(renewBeforeDays * secondsPerDay) });
  const due = later(half, wanted);
  return lastRefusalAt === null ? due : later(due, lastRefusalAt.add({ seconds: pauseSeconds(refusals, lastRefusalAt, endsAt) }));
}

/** After a refusal from an hour to a day, doubling; near the end of the certificate a quarter of what is left, at least a minute. */
export function pauseSeconds(refusals: number, lastRefusalAt: Temporal.Instant, endsAt: Temporal.Instant | null): number {
  const growing = Math.min(firstPauseSeconds * 2 ** Math.min(Math.max(refusals - 1, 0), 10), longestPauseSeconds);
  if (endsAt === null) return growing;
  const quarter = Math.floor(lastRefusalAt.until(endsAt).total("seconds") / 4);
  return quarter <= 0 ? growing : Math.max(shortestPauseSeconds, Math.min(growing, quarter));
}

function later(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(one, other) >= 0 ? one : other;
}
