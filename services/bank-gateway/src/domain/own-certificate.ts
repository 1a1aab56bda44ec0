const freshHours = 30 * 24;
const [firstPauseSeconds, longestPauseSeconds] = [5, 3_600];

/** When a request that was sent so often in vain is sent again: after five seconds, doubling up to an hour, or when the provider says. */
export function sentAgainAt(attempts: number, retryAfterSeconds: number | undefined, now: Temporal.Instant): Temporal.Instant {
  const growing = Math.min(firstPauseSeconds * 2 ** Math.min(attempts - 1, 10), longestPauseSeconds);
  return now.add({ seconds: retryAfterSeconds ?? growing });
}

/** Whether a registration may be built on a certificate when another could be had: it has more than 30 days to live, or than half of a shorter life: by then the registry renews. */
export function isFresh(
  { notBefore, notAfter }: { readonly notBefore: Temporal.Instant; readonly notAfter: Temporal.Instant },
  now: Temporal.Instant,
): boolean {
  const life = notBefore.until(notAfter).total("hours");
  return now.until(notAfter).total("hours") > Math.min(freshHours, life / 2);
}
