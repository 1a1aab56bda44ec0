type Environment = Readonly<Record<string, string | undefined>>;

export interface TelemetrySettings {
  /** Spans leave the process. Without it they only carry the trace from call to call and into the log. */
  readonly exportTraces: boolean;
  /** A port of their own for Prometheus, what `OTEL_METRICS_EXPORTER` names, or none. */
  readonly metrics: "off" | "as-configured" | { readonly host: string; readonly port: number };
}

/** What the standard OTEL_ variables ask for; undefined when telemetry is switched off altogether. */
export function readSettings(env: Environment): TelemetrySettings | undefined {
  if (env["OTEL_SDK_DISABLED"] === "true") return undefined;
  const traces = env["OTEL_TRACES_EXPORTER"];
  const endpoint = env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  const exporter = env["OTEL_METRICS_EXPORTER"];
  const port = /^\d{1,5}$/.exec(env["OTEL_EXPORTER_PROMETHEUS_PORT"] ?? "")?.[0];
  return {
    exportTraces: traces === undefined ? Boolean(endpoint) : traces !== "none",
    metrics:
      port !== undefined
        ? { host: env["OTEL_EXPORTER_PROMETHEUS_HOST"] ?? "127.0.0.1", port: Number.parseInt(port, 10) }
        : exporter !== undefined && exporter !== "none"
          ? "as-configured"
          : "off",
  };
}
