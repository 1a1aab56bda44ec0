/** What the entries of one account say about how far back it is known. */
export interface KnownAccount {
  readonly balanceMinor: bigint;
  /** The day of its oldest entry, and the sum of all; none where there are no entries. Days since 1970-01-01. */
  readonly oldest: number | undefined;
  readonly sumMinor: bigint;
}

/**
 * Since when all entries of some accounts are known: since the oldest one of the account that is known for the shortest time. An account
 * that began with nothing is known whole, and one without entries did not move.
 */
export function knownSince(accounts: readonly KnownAccount[]): number | undefined {
  const days = accounts.flatMap(({ oldest, balanceMinor, sumMinor }) => (oldest === undefined ? [] : [{ oldest, whole: balanceMinor === sumMinor }]));
  const cutOff = days.filter(({ whole }) => !whole);
  if (cutOff.length > 0) return Math.max(...cutOff.map(({ oldest }) => oldest));
  return days.length === 0 ? undefined : Math.min(...days.map(({ oldest }) => oldest));
}
