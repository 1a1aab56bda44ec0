import { context, propagation, trace } from "@opentelemetry/api";
import type { TracerProvider as Provider } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { TracerProvider } from "@opentelemetry/sdk-trace";

/** Traces go from call to call and into the log, and nowhere else: without the SDK, whose exporters are 17 MB a process. */
export function carryTraces(instrumentations: readonly { setTracerProvider(provider: Provider): void }[]): void {
  const provider = new TracerProvider();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  for (const instrumentation of instrumentations) instrumentation.setTracerProvider(provider);
}
