import { readFileSync } from "node:fs";
import path from "node:path";
import type { Service } from "./secrets.ts";

export interface LocalProduct {
  /** Folder of its data, keys and logs. */
  readonly folder: string;
  readonly secretsDir: string;
  /** Where it has a service; undefined when it was never started. */
  readonly originOf: (service: Service) => string | undefined;
}

/** The product that `npm start` runs on this machine, from `OPL_DIR` or the folder of the project. */
export function localProduct(environment: Readonly<Record<string, string | undefined>>): LocalProduct {
  const folder = environment["OPL_DIR"] ?? path.resolve(import.meta.dirname, "../../.opl");
  return {
    folder,
    secretsDir: path.join(folder, "secrets"),
    originOf: (service) => {
      const port = portsOf(folder)[service === "bff" ? "web" : service];
      return typeof port === "number" ? `http://127.0.0.1:${port}` : undefined;
    },
  };
}

function portsOf(folder: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path.join(folder, "ports.json"), "utf8")) ?? {};
  } catch {
    return {};
  }
}
