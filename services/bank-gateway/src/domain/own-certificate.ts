const freshHours = 30 * 24;

/** Whether a registration may be built on a certificate when another could be had: it has more than 30 days to live, or than half of a shorter life: by then the registry renews. */
export function isFresh(
  { notBefore, notAfter }: { readonly notBefore: Temporal.Instant; readonly notAfter: Temporal.Instant },
  now: Temporal.Instant,
): boolean {
  const life = notBefore.until(notAfter).total("hours");
  return now.until(notAfter).total("hours") > Math.min(freshHours, life / 2);
}
