import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { runCommand } from "./run-command.ts";

/** `npm run opl -- tpp register`: see command-line.ts. Written synchronously, so that the last line is never lost. */
const write =
  (file: number) =>
  (text: string): void => {
    try {
      writeSync(file, text);
    } catch (error) {
      // Whoever read it has gone; the registration goes on.
      if (!["EPIPE", "EAGAIN"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
    }
  };

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

// Files are whole at every moment, so leaving at once is safe.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    write(2)("\nStopped. Go on with --resume, or apply again.\n");
    process.exit(code);
  });
}

process.exitCode = await runCommand(process.argv.slice(2), {
  environment: process.env,
  out: write(1),
  err: write(2),
  pid: process.pid,
  isAlive,
  now: () => Temporal.Now.instant(),
  monotonicMs: () => performance.now(),
  newId: () => randomUUID(),
  pause: (ms) => delay(ms),
});
