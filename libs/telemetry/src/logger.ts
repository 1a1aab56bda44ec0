import { isSpanContextValid, trace } from "@opentelemetry/api";
import { isOplError } from "@opl/errors";
import { pino } from "pino";
import type { DestinationStream, Logger as PinoLogger } from "pino";
import { scrub } from "./scrub.ts";

export type Logger = PinoLogger;

export interface LoggerOptions {
  /** The service; lines of a part of it come from `logger.child({ subsystem: 'http' })`. */
  readonly name: string;
  readonly level?: string;
  /** Where lines go instead of stdout. */
  readonly destination?: DestinationStream;
}

/** A pino logger: one JSON object a line, with the ids of the active span, secrets and account numbers masked. */
export function createLogger({ name, level = "info", destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    base: {},
    // RFC 3339, as every other time in the system.
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    mixin: traceIds,
    hooks: { streamWrite: scrub },
  };
  return pino(options, destination ?? stdout());
}

const readerGone = new Set(["EPIPE", "ECONNRESET"]);

/**
 * Standard output, each line written before the call returns. When whoever read it has died, with lines unread or not, lines are lost and nothing else: the
 * process still comes to its end. Nothing is ever left to flush, and the flush of the stream beneath would try for ever where nobody reads.
 */
function stdout(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true });
  stream.flushSync = () => undefined;
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (readerGone.has(code ?? "")) stream.write = () => true;
  });
  return stream;
}

function traceIds(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { traceId: context.traceId, spanId: context.spanId };
}

/** An error with its chain of causes; `details` of ours are public by definition. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(isOplError(error) ? { kind: error.kind, ...(error.details === undefined ? {} : { details: error.details }) } : {}),
    stack: error.stack,
    ...(error.cause === undefined || depth >= 5 ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}
