import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } from "@opentelemetry/api";
import type { Attributes, Context, Span } from "@opentelemetry/api";
import { isOplError } from "@opl/errors";

/** W3C trace context as it travels in HTTP headers and event headers. */
export interface TraceHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

const tracer = () => trace.getTracer("@opl/telemetry");

/** Runs `fn` inside a new span; a thrown error marks the span and goes on. */
export function withSpan<T>(name: string, attributes: Attributes, fn: (span: Span) => Promise<T>): Promise<T> {
  return inSpan(name, attributes, SpanKind.INTERNAL, context.active(), fn);
}

/** The headers that let the receiver continue the active trace; empty outside one. */
export function currentTraceHeaders(): TraceHeaders {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  const { traceparent, tracestate } = headers;
  return { ...(traceparent === undefined ? {} : { traceparent }), ...(tracestate ? { tracestate } : {}) };
}

/** Continues the trace of a received message: runs `fn` in a consumer span whose parent is named by the headers. */
export function runWithTrace<T>(headers: TraceHeaders, name: string, attributes: Attributes, fn: (span: Span) => Promise<T>): Promise<T> {
  return inSpan(name, attributes, SpanKind.CONSUMER, propagation.extract(ROOT_CONTEXT, headers), fn);
}

async function inSpan<T>(name: string, attributes: Attributes, kind: SpanKind, parent: Context, fn: (span: Span) => Promise<T>): Promise<T> {
  const span = tracer().startSpan(name, { attributes, kind }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), fn, undefined, span);
  } catch (error) {
    // Only the code: messages may carry what must not leave the process.
    span.setStatus({ code: SpanStatusCode.ERROR, message: isOplError(error) ? error.code : "ERR_BUG" });
    throw error;
  } finally {
    span.end();
  }
}
