import { isOplError } from "@opl/errors";
import { histogram, withSpan } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import type { CallOutcome } from "../domain/aspsp-health.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";
import type { Egress } from "./egress.ts";
import { isOutage } from "./policy.ts";

export interface ObserveOptions {
  readonly aspspId: string;
  readonly logger: Logger;
  /** Told about every call; never waits. */
  readonly onOutcome: (outcome: CallOutcome) => void;
  readonly monotonicMs?: () => number;
}

/**
 * Makes every call to a bank a span, a figure, one log line without address or content, and a sign of the bank's health. What may not leave
 * any more when its turn comes is no call: it is in the span of who wanted it alone.
 */
export function observeEgress(egress: Egress, { aspspId, logger, onOutcome, monotonicMs = () => performance.now() }: ObserveOptions): Egress {
  const duration = histogram("opl_bank_call_duration_seconds", "Time of calls to banks, from sending to the last byte");
  const finish = (request: BankRequest, startedMs: number, answer: BankAnswer | undefined, code: string | undefined): void => {
    const durationMs = Math.round(monotonicMs() - startedMs);
    const outcome = code ?? String(answer?.status);
    duration.record(durationMs / 1000, { "aspsp.id": aspspId, "aspsp.operation": request.operation, outcome });
    logger.info(
      {
        aspspId,
        operation: request.operation,
        outcome,
        durationMs,
        bytes: answer?.body.length,
        interactionId: answer?.interactionId,
        attended: request.psu !== undefined,
      },
      "bank called",
    );
  };
  return (request) =>
    withSpan(`bank ${request.operation}`, { "aspsp.id": aspspId, "aspsp.operation": request.operation }, async (span) => {
      // Until it is sent: for what never is.
      let startedMs = monotonicMs();
      let keptBack: unknown;
      const beforeSending = async (): Promise<void> => {
        try {
          await request.beforeSending?.();
          startedMs = monotonicMs();
        } catch (error) {
          keptBack = error;
          throw error;
        }
      };
      try {
        const answer = await egress({ ...request, beforeSending });
        span.setAttribute("http.response.status_code", answer.status);
        onOutcome(isMaintenance(answer) ? "failed" : "answered");
        finish(request, startedMs, answer, undefined);
        return answer;
      } catch (error) {
        if (error === keptBack) throw error;
        if (isOutage(error) && !isOurOwn(error)) onOutcome("failed");
        finish(request, startedMs, undefined, isOplError(error) ? error.code : request.signal?.aborted === true ? "stopped" : "ERR_BUG");
        throw error;
      }
    });
}

/** Server errors, and pages made for people where an interface should answer (BR-46). */
function isMaintenance({ status, headers }: BankAnswer): boolean {
  return status >= 500 || (status < 300 && /^text\/html\b/i.test(headers["content-type"] ?? ""));
}

/** We did not even ask the bank. */
function isOurOwn(error: unknown): boolean {
  const reason = isOplError(error) ? error.details?.reason : undefined;
  return reason === "circuit-open" || reason === "too-many-calls" || reason === "own-certificate-too-weak";
}
