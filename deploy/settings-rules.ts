import { describeConfig } from "@opl/service";
import type { z } from "zod";

/** The environment of one process as a manifest or Compose file sets it, and the files it finds there. */
export interface Surroundings {
  readonly where: string;
  readonly values: Readonly<Record<string, string>>;
  /** Path of every file that is mounted. */
  readonly files: ReadonlySet<string>;
}

/** A variable whose value is the path of a file. */
export const namesFile = /_(?:FILE|PATH)$/;
/** Read by telemetry's register.ts, not by the services. */
const telemetry = new Set(["OTEL_SERVICE_NAME", "OTEL_EXPORTER_PROMETHEUS_HOST", "OTEL_EXPORTER_PROMETHEUS_PORT"]);

/** What is missing, unknown, refused by the schema of the service, or names a file that is not there. */
export function settingFindings(schema: z.ZodObject, { where, values, files }: Surroundings): string[] {
  const findings: string[] = [];
  for (const { name, required } of describeConfig(schema))
    if (required && values[name] === undefined) findings.push(`${where}: ${name} is required and not set`);
  for (const [name, value] of Object.entries(values)) {
    const field = schema.shape[name] as z.ZodType | undefined;
    if (field === undefined) {
      if (!telemetry.has(name)) findings.push(`${where}: ${name} is no variable of the service`);
    } else if (namesFile.test(name)) {
      if (!files.has(value)) findings.push(`${where}: ${name} names ${value}, which is not mounted`);
    } else if (!field.safeParse(value).success) findings.push(`${where}: ${name} is not accepted: ${value}`);
  }
  return findings;
}
