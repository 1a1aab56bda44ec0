/** A proof of who is here holds so long for what must not happen in a session somebody left open. */
export const recentSignInMinutes = 5;

export function isRecentSignIn(provedAt: Temporal.Instant, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(now, provedAt.add({ minutes: recentSignInMinutes })) < 0;
}
