/**
 * Loaded with `node --import @opl/telemetry/register`, before anything else. Reads the standard OTEL_ variables and
 * nothing more; without an endpoint it only carries traces from call to call.
 */
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { onFlush } from "./lifecycle.ts";
import { readSettings } from "./settings.ts";
import type { TelemetrySettings } from "./settings.ts";

const settings = readSettings(process.env);
if (settings !== undefined) await start(settings);

async function start(wanted: TelemetrySettings): Promise<void> {
  const http = [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: (request) => request.url?.startsWith("/health/") === true,
      // Addresses may carry authorization codes and states, so nothing after the question mark is told; nor who asks.
      startIncomingSpanHook: () => ({ "url.query": "", "client.address": "", "user_agent.original": "" }),
    }),
    new UndiciInstrumentation({ startSpanHook: ({ origin, path }) => ({ "url.full": origin + (path.split("?")[0] ?? ""), "url.query": "" }) }),
  ];
  // Each loads what it needs and no more.
  if (wanted.exportTraces || wanted.metrics !== "off") onFlush((await import("./export-telemetry.ts")).exportTelemetry(wanted, http));
  else (await import("./carry-traces.ts")).carryTraces(http);
}
