export type AspspHealthStatus = "up" | "degraded" | "down";

/** How one bank is, as its last calls showed. */
export interface AspspHealth {
  readonly status: AspspHealthStatus;
  readonly since: Temporal.Instant;
  /** Calls in a row without a useful answer, and when the first of them was made. */
  readonly failures: number;
  readonly firstFailureAt: Temporal.Instant | undefined;
}

export type CallOutcome = "answered" | "failed";

/** Failures in a row after which a bank counts as degraded. */
const degradedAfter = 3;
/** Failures in a row after which it counts as down: the EBA counts five unanswered calls from the first one. */
export const downAfter = 5;

export function healthyFrom(at: Temporal.Instant): AspspHealth {
  return { status: "up", since: at, failures: 0, firstFailureAt: undefined };
}

/** The next state after one call; a single useful answer makes a bank well again. */
export function afterCall(health: AspspHealth, outcome: CallOutcome, at: Temporal.Instant): AspspHealth {
  if (outcome === "answered") return health.status === "up" && health.failures === 0 ? health : healthyFrom(health.status === "up" ? health.since : at);
  const failures = health.failures + 1;
  const firstFailureAt = health.firstFailureAt ?? at;
  const status = statusFor(failures);
  // A bank is in trouble since the first call that failed, not since we noticed.
  return { status, since: status === health.status ? health.since : firstFailureAt, failures, firstFailureAt };
}

function statusFor(failures: number): AspspHealthStatus {
  if (failures >= downAfter) return "down";
  return failures >= degradedAfter ? "degraded" : "up";
}
