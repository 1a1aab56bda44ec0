import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { catalogue } from "@opl/contracts/events";
import { z } from "zod";

/**
 * JSON Schema of each event version. A version that was released keeps its place; its schema is refreshed only by what the
 * compatibility test of the contracts allows.
 */
export function schemasLock(root: string): string {
  const file = path.join(root, "libs/contracts/schemas.lock.json");
  const released: Record<string, unknown> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  for (const contract of Object.values(catalogue)) released[`${contract.type}.v${contract.version}`] ??= z.toJSONSchema(contract.data);
  return `${JSON.stringify(Object.fromEntries(Object.entries(released).toSorted(([a], [b]) => a.localeCompare(b))), null, 2)}\n`;
}
