/** A registration in use, as far as its renewal is concerned. */
export interface RenewalState {
  /** When it was completed: a certificate may be dated hours back, so its own beginning says nothing about its age. */
  readonly heldSince: Temporal.Instant;
  /** End of the first of its certificates in use. */
  readonly endsAt: Temporal.Instant;
  /** Renewals of it that failed, and when the last one did. */
  readonly refusals: number;
  readonly lastRefusalAt: Temporal.Instant | null;
  /** Renewals in a row that brought no certificate that ends later; the last of them is the one in use. */
  readonly fruitless?: number;
  /** The certificates of our own that it uses; none where the bank issues them. */
  readonly ownCertificates?: readonly OwnCertificateInUse[];
}

/** One of our own certificates at a bank, and the one that is to take its place there. */
export interface OwnCertificateInUse {
  /** Since when another one may take its place; null: there is none. */
  readonly replaceableSince: Temporal.Instant | null;
  /** The next one is asked for and cannot be used yet. */
  readonly awaited: boolean;
}

const secondsPerDay = 86_400;
const firstPauseSeconds = 3_600;
const longestPauseSeconds = secondsPerDay;
const shortestPauseSeconds = 60;

/**
 * When a successor is to be begun; null while that would change nothing. A bank that issues our certificates has new ones when asked: there
 * time decides. Certificates of our own must have been replaced first, and then it is due at once. One that is replaced waits for the other
 * of the pair until half of the days before the end are gone. A registration that began to serve when the next one could be used already,
 * and still has the old one, would get it again: it waits for its time too. A bank that gives nothing that ends later is asked again after
 * growing pauses, however near the end: each time makes another client there.
 */
export function renewalDueAt(state: RenewalState, renewBeforeDays: number): Temporal.Instant | null {
  const { heldSince, endsAt, refusals, lastRefusalAt, fruitless = 0, ownCertificates = [] } = state;
  const since = ownCertificates.flatMap(({ replaceableSince }) => replaceableSince ?? []);
  if (ownCertificates.length > 0 && since.length === 0) return null;
  const replaced = since.reduce(later, heldSince);
  const earliest = ownCertificates.some(({ awaited }) => awaited)
    ? later(replaced, dueInTime(state, renewBeforeDays / 2))
    : since.some((instant) => Temporal.Instant.compare(instant, heldSince) > 0)
      ? replaced
      : dueInTime(state, renewBeforeDays);
  const due = fruitless === 0 ? earliest : later(earliest, heldSince.add({ seconds: pauseSeconds(fruitless, heldSince, null) }));
  return lastRefusalAt === null ? due : later(due, lastRefusalAt.add({ seconds: pauseSeconds(refusals, lastRefusalAt, endsAt) }));
}

/** The row of fruitless renewals after another registration took over: a certificate that ends later ends it, what was no renewal leaves it. */
export function fruitlessAfter(
  rotations: readonly { readonly notAfter: Temporal.Instant; readonly replacedNotAfter: Temporal.Instant }[],
  before: number,
  renews: boolean,
): number {
  if (rotations.length === 0 || rotations.some(({ notAfter, replacedNotAfter }) => Temporal.Instant.compare(notAfter, replacedNotAfter) > 0)) return 0;
  return renews ? before + 1 : before;
}

/** So many days (fractions count) before the end, but never in the first half of the time we hold it (G-38). */
export function dueInTime({ heldSince, endsAt }: Pick<RenewalState, "heldSince" | "endsAt">, renewBeforeDays: number): Temporal.Instant {
  const half = heldSince.add({ milliseconds: Math.max(0, Math.floor(heldSince.until(endsAt).total("milliseconds") / 2)) });
  return later(half, endsAt.subtract({ seconds: Math.round(renewBeforeDays * secondsPerDay) }));
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
