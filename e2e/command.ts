import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** `npm start` as a person has it: what it runs, or npm itself, in a folder and on a port of its own. */
export interface StartCommand {
  readonly pid: number;
  /** Ctrl-C as a terminal does it: to every process of the command's group where npm runs it. */
  readonly interrupt: () => void;
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
  byNpm = false,
}: {
  readonly dir: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly byNpm?: boolean;
}): StartCommand {
  // Scripts around `start` install packages, which these tests have.
  const [command, ...args] = byNpm ? ["npm", "start", "--ignore-scripts"] : [process.execPath, "--max-semi-space-size=2", "tools/up/main.ts"];
  const child = spawn(command ?? "", args, {
    detached: byNpm,
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
  const pid = child.pid ?? 0;
  return { pid, interrupt: () => void process.kill(byNpm ? -pid : pid, "SIGINT"), printed: () => text, ready: ready.promise, ended };
}
