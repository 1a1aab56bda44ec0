import { BrokenCircuitError, BulkheadRejectedError, CircuitState, ConsecutiveBreaker, bulkhead, circuitBreaker, handleWhen } from "cockatiel";
import { isOplError } from "@opl/errors";
import { downAfter } from "../domain/aspsp-health.ts";
import { errors } from "../errors.ts";
import type { BankAnswer } from "./bank-request.ts";
import type { Egress } from "./egress.ts";

export interface PolicyOptions {
  /** Calls to one bank at the same time, and how many may wait; one slow bank keeps to its own share. */
  readonly maxConcurrent: number;
  readonly maxWaiting: number;
  /** How long an unreachable bank is left alone before one call tries again. */
  readonly probeAfterMs: number;
}

/** Leaves a bank alone that does not answer, and keeps the calls to it within bounds (BR-62, G-20). */
export function createPolicy({ maxConcurrent, maxWaiting, probeAfterMs }: PolicyOptions): (egress: Egress) => Egress {
  const breaker = circuitBreaker(
    handleWhen((error) => isOutage(error) || error instanceof BrokenOff).orWhenResult((answer) => (answer as BankAnswer).status >= 500),
    { halfOpenAfter: probeAfterMs, breaker: new ConsecutiveBreaker(downAfter) },
  );
  const queue = bulkhead(maxConcurrent, maxWaiting);
  return (egress) => async (request) => {
    try {
      return await queue.execute(async () => {
        // What may not leave any more says nothing about a bank left alone: the breaker would take it for a sign of life.
        if (breaker.state !== CircuitState.Closed) await request.beforeSending?.();
        return await breaker.execute(async () => {
          // As it is when the call begins: one from before the pause is not the one that tries again, however late it ends.
          const probing = breaker.state === CircuitState.HalfOpen;
          try {
            return await egress(request);
          } catch (error) {
            throw probing && request.signal?.aborted === true ? new BrokenOff("The caller stopped.", { cause: error }) : error;
          }
        });
      });
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw left("circuit-open", Math.ceil(probeAfterMs / 1000), error);
      if (error instanceof BrokenOff) throw error.cause;
      if (error instanceof BulkheadRejectedError) throw left("too-many-calls", 1, error);
      throw error;
    }
  };
}

/** The one call that tries a bank left alone was ended by its caller: nothing is known of the bank, so the next try waits its time. */
class BrokenOff extends Error {}

/** Whether a failure says something about the bank as a whole. */
export function isOutage(error: unknown): boolean {
  return isOplError(error) && error.code === errors.ERR_ASPSP_UNAVAILABLE.code;
}

function left(reason: string, retryAfterSeconds: number, cause: unknown) {
  return errors.ERR_ASPSP_UNAVAILABLE({ cause, details: { reason }, retryAfterSeconds });
}
