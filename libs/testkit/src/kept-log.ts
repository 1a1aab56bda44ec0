import { Writable } from "node:stream";
import { createLogger } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";

export interface KeptLog {
  readonly logger: Logger;
  /** Every line written so far, as it would have gone out. */
  readonly lines: string[];
}

/** A logger as a service has it, whose lines stay here to be looked at. */
export function keptLog(name: string): KeptLog {
  const lines: string[] = [];
  const destination = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
  return { logger: createLogger({ name, level: "debug", destination }), lines };
}
