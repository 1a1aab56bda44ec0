import type { PsuContext } from "@opl/service";
import type { Logger } from "@opl/telemetry";

/** What every question to another service carries on behalf of one request. */
export interface Asking {
  readonly psu: PsuContext;
  readonly signal: AbortSignal;
  readonly requestId: string;
  readonly log: Logger;
}

/** A page waits so long for one of its parts, and then does without. */
const partTimeoutMs = 4_000;

/** The options of a call for one part of a page. */
export function partOf({ psu, signal, requestId }: Asking): { psu: PsuContext; signal: AbortSignal; requestId: string; timeoutMs: number } {
  return { psu, signal, requestId, timeoutMs: partTimeoutMs };
}

/** The same without a time limit of ours, for what is the whole answer. */
export function wholeOf({ psu, signal, requestId }: Asking): { psu: PsuContext; signal: AbortSignal; requestId: string } {
  return { psu, signal, requestId };
}

/** The options of a call that is about no person, and carries none. */
export function impersonal({ signal, requestId }: Pick<Asking, "signal" | "requestId">): { signal: AbortSignal; requestId: string } {
  return { signal, requestId };
}

/** The same for one part of a page. */
export function impersonalPart(asking: Pick<Asking, "signal" | "requestId">): { signal: AbortSignal; requestId: string; timeoutMs: number } {
  return { ...impersonal(asking), timeoutMs: partTimeoutMs };
}

/** The answer, or undefined with a line in the log: a page shows the rest and says so. */
export async function orMissing<T>({ log }: Pick<Asking, "log">, part: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    log.warn({ err: error, part }, "a part of a page could not be had");
    return undefined;
  }
}
