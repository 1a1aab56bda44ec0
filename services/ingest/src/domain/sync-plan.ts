import type { OplError } from "@opl/errors";

/**
 * The waits before a sync is tried again by itself, in seconds. With the person present the bank may be asked freely. Without,
 * every attempt is one of the four reads of the day: two more tries leave one for later.
 */
export const retryDelaysSeconds = { attended: [1, 5, 20, 60, 180], unattended: [2, 30] } as const;
/** A bank that wants us to wait longer than this is asked again by the next scheduled sync. */
const longestWaitSeconds = 300;
/** So often a sync may be taken up again after its process died, before it is given up. */
export const longestResumes = 25;

export type AfterFailure = { readonly retryInSeconds: number } | "give-up";

/** What to do after the bank, or the way to it, failed for the `failures`th time in a row (1 = first). */
export function afterFailure(error: OplError, failures: number, presence: keyof typeof retryDelaysSeconds): AfterFailure {
  const delay: number | undefined = retryDelaysSeconds[presence][failures - 1];
  if (delay === undefined || !isPassing(error)) return "give-up";
  const wait = Math.max(delay, error.retryAfterSeconds ?? 0);
  return wait > longestWaitSeconds ? "give-up" : { retryInSeconds: wait };
}

function isPassing(error: OplError): boolean {
  const { kind } = error;
  if (isRefusedPage(error)) return false;
  return kind === "unavailable" || kind === "upstream" || kind === "rate-limited" || kind === "conflict" || kind === "bug";
}

/** The bank's answer did not hold what it must: this page is put aside, everything else goes on. */
export function isRefusedPage({ code }: OplError): boolean {
  return code === "ERR_ASPSP_PROTOCOL" || code.startsWith("ERR_PAGE_");
}

/** Unattended reads spread evenly over the day and never closer: at most `perDay` fall into any 24 hours. */
export function nextScheduledSync(previous: Temporal.Instant, perDay: number): Temporal.Instant {
  return previous.add({ seconds: Math.ceil(86_400 / perDay) });
}

/** Why a reading must go no further, if it must. */
export type ReadingEnd = "cursor-repeated" | "too-many-pages" | "too-many-entries";

export interface ReadingLimits {
  readonly pages: number;
  readonly entries: number;
}

/** A bank may send neither a page twice nor pages without end. `visited` holds the cursors asked so far. */
export function endOfReading(
  reading: { readonly pages: number; readonly entries: number; readonly visited: ReadonlySet<string> },
  nextCursorKey: string,
  limits: ReadingLimits,
): ReadingEnd | undefined {
  if (reading.visited.has(nextCursorKey)) return "cursor-repeated";
  if (reading.pages >= limits.pages) return "too-many-pages";
  return reading.entries >= limits.entries ? "too-many-entries" : undefined;
}
