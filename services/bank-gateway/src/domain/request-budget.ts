/** RTS (EU) 2018/389 art. 36(5)(b): reads of one account without the person, in any 24 hours. */
export const unattendedReadsPerDay = 4;
const budgetWindowHours = 24;

export interface BudgetVerdict {
  readonly allowed: boolean;
  /** When refused: how long until the oldest read leaves the window. */
  readonly retryAfterSeconds: number | undefined;
}

export function windowStart(now: Temporal.Instant): Temporal.Instant {
  return now.subtract({ hours: budgetWindowHours });
}

/** Whether one more unattended read may be made, given those of the last 24 hours (rolling, oldest first). */
export function mayReadUnattended(reads: readonly Temporal.Instant[], now: Temporal.Instant): BudgetVerdict {
  const counted = reads.filter((at) => Temporal.Instant.compare(at, windowStart(now)) > 0);
  if (counted.length < unattendedReadsPerDay) return { allowed: true, retryAfterSeconds: undefined };
  const frees = counted[counted.length - unattendedReadsPerDay];
  const wait = frees === undefined ? 0 : frees.add({ hours: budgetWindowHours }).since(now).total("seconds");
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(wait)) };
}

/** Pages one read may have; a bank that always says "more" is stopped here (BR-30, BR-31). */
export const maxPagesPerRead = 500;
