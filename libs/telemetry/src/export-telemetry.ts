import fastifyOtel from "@fastify/otel";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node";
import { NodeSDK } from "@opentelemetry/sdk-node";
import type { NodeSDKConfiguration } from "@opentelemetry/sdk-node";
import { NoopSpanProcessor } from "@opentelemetry/sdk-trace";
import type { TelemetrySettings } from "./settings.ts";

type Instrumentations = NodeSDKConfiguration["instrumentations"];

/** Sends spans and offers metrics as the settings say. @returns what sends the rest and stops */
export function exportTelemetry({ exportTraces, metrics }: TelemetrySettings, instrumentations: Instrumentations): () => Promise<void> {
  const sdk = new NodeSDK({
    // Given processors keep the SDK from looking for a collector that nobody named.
    ...(exportTraces ? {} : { spanProcessors: [new NoopSpanProcessor()] }),
    ...(metrics === "as-configured" ? {} : { metricReaders: metrics === "off" ? [] : [new PrometheusExporter(metrics)] }),
    logRecordProcessors: [],
    instrumentations: [
      ...instrumentations,
      new PgInstrumentation({ requireParentSpan: true }),
      new RuntimeNodeInstrumentation(),
      ...(exportTraces ? [new fastifyOtel.FastifyOtelInstrumentation({ registerOnInitialization: true })] : []),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}
