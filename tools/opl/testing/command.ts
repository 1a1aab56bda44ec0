import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { RunEvent } from "../report/reporter.ts";

const main = path.resolve(import.meta.dirname, "../main.ts");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The lines of --json. */
  readonly events: readonly RunEvent[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The command as a process of its own; `onEvent` hears each line of --json as it comes. */
export function startCommand(
  args: readonly string[],
  { onEvent, env = {} }: { onEvent?: (event: RunEvent, child: ChildProcess) => void; env?: Record<string, string> } = {},
): Running {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env["PATH"] ?? "", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  const events: RunEvent[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    out += `${line}\n`;
    if (!line.startsWith("{")) return;
    const event = JSON.parse(line) as RunEvent;
    events.push(event);
    onEvent?.(event, child);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return { child, ended: once(child, "close").then(() => ({ code: child.exitCode, out, err, events })) };
}

export function command(args: readonly string[], options: Parameters<typeof startCommand>[1] = {}): Promise<Ended> {
  return startCommand(args, options).ended;
}
