export { attribute } from "./attributes.ts";
export { shutdownTelemetry } from "./lifecycle.ts";
export { createLogger, describeError } from "./logger.ts";
export type { Logger, LoggerOptions } from "./logger.ts";
export { counter, gauge, histogram } from "./metrics.ts";
export { scrub } from "./scrub.ts";
export { currentTraceHeaders, runWithTrace, withSpan } from "./trace.ts";
export type { TraceHeaders } from "./trace.ts";
