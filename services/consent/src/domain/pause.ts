/** Pauses that double with each try, up to a longest one. @param times how often it was tried before */
export function growingPause(
  now: Temporal.Instant,
  times: number,
  { firstSeconds, longestSeconds }: { readonly firstSeconds: number; readonly longestSeconds: number },
): Temporal.Instant {
  return now.add({ seconds: Math.min(firstSeconds * 2 ** Math.min(times, 20), longestSeconds) });
}
