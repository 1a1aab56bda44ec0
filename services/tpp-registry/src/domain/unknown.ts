import type { PlanDifference } from "@opl/contracts/model";

/** A bank's answers in a row that it does not know us; any other answer ends the row. */
export interface UnknownAnswers {
  readonly times: number;
  readonly since: Temporal.Instant | null;
}

const timesForgotten = 3;
const secondsForgotten = 120;
/** How the views show it: as drift of the whole registration. */
export const unknownDifferences: readonly PlanDifference[] = [{ field: "registration", from: "unknown", to: "known" }];
/** So soon a bank is asked again that did not know us. */
export const askAgainSeconds = 60;

/** The row with one more answer. */
export function withAnswer({ times, since }: UnknownAnswers, standing: "known" | "unreadable" | "unknown", now: Temporal.Instant): UnknownAnswers {
  return standing === "unknown" ? { times: times + 1, since: since ?? now } : { times: 0, since: null };
}

/** Whether the row, whose last answer came at `lastAt`, is long enough to be believed: a single one may be the bank's hiccup. */
export function isForgotten({ times, since }: UnknownAnswers, lastAt: Temporal.Instant): boolean {
  return times >= timesForgotten && since !== null && since.until(lastAt).total("seconds") >= secondsForgotten;
}
