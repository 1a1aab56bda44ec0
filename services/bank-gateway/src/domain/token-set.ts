/** What a bank gave us to read with. It knows where it may be sent and goes nowhere else (TM-02, OA-65). */
export interface TokenSet {
  readonly accessToken: string;
  readonly accessExpiresAt: Temporal.Instant;
  readonly refreshToken: string | undefined;
  readonly scope: readonly string[];
  /** Origins of the bank's own interfaces. */
  readonly origins: readonly string[];
  /** `sub` of the ID token that came with it; every later one must say the same. */
  readonly subject: string | undefined;
  /** The private key each call with it is proved by (RFC 9449), where the bank wants that; it lives and ends with the set. */
  readonly proofKey?: Readonly<Record<string, unknown>> | undefined;
}

/** A token that ends within this time is not used any more. */
const expiryMarginSeconds = 120;
/** When a bank does not say how long a token lives. */
export const assumedLifetimeSeconds = 300;
const longestLifetimeSeconds = 24 * 3600;
/** No consent lives longer. */
const longestRefreshSeconds = 366 * 86_400;

export function needsRefresh(tokens: Pick<TokenSet, "accessExpiresAt">, now: Temporal.Instant): boolean {
  return Temporal.Instant.compare(tokens.accessExpiresAt, now.add({ seconds: expiryMarginSeconds })) <= 0;
}

/** Lifetime in seconds as told by a bank, kept within reason: absent, negative or endless values do no harm (OA-55). */
export function lifetimeSeconds(told: number | undefined): number {
  if (told === undefined || !Number.isFinite(told) || told <= 0) return assumedLifetimeSeconds;
  return Math.min(Math.floor(told), longestLifetimeSeconds);
}

/** When a refresh token ends by what the bank says; null when it says nothing, or that there is no end. */
export function refreshEnd(toldSeconds: number | undefined, now: Temporal.Instant): Temporal.Instant | null {
  if (toldSeconds === undefined || !Number.isFinite(toldSeconds) || toldSeconds <= 0) return null;
  return now.add({ seconds: Math.min(Math.floor(toldSeconds), longestRefreshSeconds) });
}

const nextTryMinutes = 60;
const soonestTryMinutes = 1;

/**
 * When a refresh ahead of time is tried again: in an hour, or halfway to the end of the refresh token where that is sooner, so that there is
 * another try before it. For a token that has ended there is no hurry any more.
 */
export function nextRefreshTry(now: Temporal.Instant, refreshExpiresAt: Temporal.Instant | null): Temporal.Instant {
  const leftMinutes = refreshExpiresAt === null ? Number.POSITIVE_INFINITY : now.until(refreshExpiresAt).total("minutes");
  if (leftMinutes <= 0) return now.add({ minutes: nextTryMinutes });
  return now.add({ minutes: Math.floor(Math.max(soonestTryMinutes, Math.min(nextTryMinutes, leftMinutes / 2))) });
}

/** Whether a token may travel to an address. */
export function mayTravelTo(tokens: Pick<TokenSet, "origins">, url: URL): boolean {
  return tokens.origins.includes(url.origin);
}

/** The scope we hold: what the bank says, or what we asked for when it says nothing. Wider than asked is refused (OA-54). */
export function grantedScope(asked: readonly string[], told: string | undefined): readonly string[] | "wider-than-asked" {
  if (told === undefined || told.trim() === "") return asked;
  const granted = told.split(/\s+/).filter((scope) => scope !== "");
  return granted.every((scope) => asked.includes(scope)) ? granted : "wider-than-asked";
}
