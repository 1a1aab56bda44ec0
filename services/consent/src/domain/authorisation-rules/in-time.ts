import type { ReturnRule } from "./rule.ts";

/** The person came back after the attempt ran out. */
export const inTime: ReturnRule = {
  reason: "ERR_AUTHORISATION_TIMED_OUT",
  rows: ["OA-11"],
  refuses: ({ attempt, now }) => Temporal.Instant.compare(attempt.expiresAt, now) <= 0,
};
