import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** `npm start` as a person has it: the command itself, in a folder and on a port of its own. */
export interface StartCommand {
  readonly pid: number;
  /** What it has printed so far, on both streams. */
  printed(): string;
  /** Resolves when it is ready, rejects with what it printed when it ends before. */
  readonly ready: Promise<void>;
  /** Exit code or signal. */
  readonly ended: Promise<string>;
}

export function npmStart({
  dir,
  port,
  env = {},
}: {
  readonly dir: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}): StartCommand {
  const child = spawn(process.execPath, ["--max-semi-space-size=2", "tools/up/main.ts"], {
    cwd: path.dirname(import.meta.dirname),
    env: { PATH: process.env["PATH"], OPL_DIR: dir, OPL_PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const ready = Promise.withResolvers<void>();
  // Not everybody waits for it.
  ready.promise.catch(() => undefined);
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("Stop with Ctrl-C")) ready.resolve();
    });
  const ended = once(child, "close").then(([code, signal]: (number | string | null)[]) => {
    ready.reject(new Error(text));
    return String(signal ?? code);
  });
  return { pid: child.pid ?? 0, printed: () => text, ready: ready.promise, ended };
}
