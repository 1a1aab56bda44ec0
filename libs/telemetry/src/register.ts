/**
 * Loaded with `node --import @opl/telemetry/register`, before anything else. Reads the standard OTEL_ variables and
 * nothing more; without an endpoint it only carries traces from call to call.
 */
import fastifyOtel from "@fastify/otel";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { NoopSpanProcessor } from "@opentelemetry/sdk-trace";
import { onFlush } from "./lifecycle.ts";
import { readSettings } from "./settings.ts";
import type { TelemetrySettings } from "./settings.ts";

const settings = readSettings(process.env);
if (settings !== undefined) start(settings);

function start({ exportTraces, metrics }: TelemetrySettings): void {
  const sdk = new NodeSDK({
    // Given processors keep the SDK from looking for a collector that nobody named.
    ...(exportTraces ? {} : { spanProcessors: [new NoopSpanProcessor()] }),
    ...(metrics === "as-configured" ? {} : { metricReaders: metrics === "off" ? [] : [new PrometheusExporter(metrics)] }),
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => request.url?.startsWith("/health/") === true,
        // Addresses may carry authorization codes and states, so nothing after the question mark is told; nor who asks.
        startIncomingSpanHook: () => ({ "url.query": "", "client.address": "", "user_agent.original": "" }),
      }),
      new UndiciInstrumentation({ startSpanHook: ({ origin, path }) => ({ "url.full": origin + (path.split("?")[0] ?? ""), "url.query": "" }) }),
      ...(exportTraces || metrics !== "off" ? [new PgInstrumentation({ requireParentSpan: true }), new RuntimeNodeInstrumentation()] : []),
      ...(exportTraces ? [new fastifyOtel.FastifyOtelInstrumentation({ registerOnInitialization: true })] : []),
    ],
  });
  sdk.start();
  onFlush(() => sdk.shutdown());
}
