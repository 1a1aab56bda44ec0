import { describeConfig } from "@opl/service";
import { configSchema as analytics } from "../../services/analytics/src/config.ts";
import { configSchema as bankGateway } from "../../services/bank-gateway/src/config.ts";
import { configSchema as bff } from "../../services/bff/src/config.ts";
import { configSchema as consent } from "../../services/consent/src/config.ts";
import { configSchema as ingest } from "../../services/ingest/src/config.ts";
import { configSchema as tppRegistry } from "../../services/tpp-registry/src/config.ts";

const schemas = { "tpp-registry": tppRegistry, "bank-gateway": bankGateway, consent, ingest, analytics, bff } as const;

/** .env.example: every variable of every service, from the schemas the services read them with. */
export function envExample(): string {
  const sections = Object.entries(schemas).map(([service, schema]) => {
    const rows = describeConfig(schema).map((row) => {
      const about = `# ${row.description ?? row.name}${row.required ? " (required)" : ""}`;
      return row.required || row.default !== undefined ? `${about}\n${row.required ? "" : "# "}${row.name}=${row.default ?? ""}` : `${about}\n# ${row.name}=`;
    });
    return `# ---- ${service} ----\n\n${rows.join("\n\n")}\n`;
  });
  return `# Every variable of every service. Generated from services/*/src/config.ts; do not edit: npm run gen.
# A service reads only its own section. Variables that end in _FILE name a file; secrets are never values.
# \`npm start\` sets all of this by itself; this page is for those who run the services some other way.
# OpenTelemetry is set by its standard OTEL_ variables; OTEL_EXPORTER_PROMETHEUS_PORT opens the page for Prometheus.

${sections.join("\n")}`;
}
