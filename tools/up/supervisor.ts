import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Supervised {
  readonly name: string;
  pid(): number | undefined;
  /** How often it had to be started again. */
  restarts(): number;
  /** Sends the signal to the process; the supervisor starts it again. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Asks it to end, insists after the grace time, and does not start it again. */
  stop(): Promise<void>;
}

const graceMs = 10_000;
const firstRestartDelayMs = 150;
const longestRestartDelayMs = 5_000;
/** A log larger than this is put aside at the next start. */
const logLimitBytes = 20_000_000;

/**
 * Keeps one child process running: output to `<logDir>/<name>.log`, started again when it ends unasked, with growing pauses while
 * it keeps ending at once. The child's standard input stays open as long as this process lives, so that it notices our end.
 */
export function supervise(program: Program, options: { readonly logDir: string; readonly onStart?: (pid: number) => void }): Supervised {
  mkdirSync(options.logDir, { recursive: true });
  const logFile = path.join(options.logDir, `${program.name}.log`);
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > logLimitBytes) renameSync(logFile, `${logFile}.1`);
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  let stopping = false;
  let restarts = 0;
  let delayMs = firstRestartDelayMs;
  let timer: NodeJS.Timeout | undefined;
  let child: ChildProcess;

  const start = (): void => {
    const startedAt = performance.now();
    child = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: { ...program.env, OPL_EXIT_WITH_PARENT: "1" },
      stdio: ["pipe", "pipe", "pipe"],
      // In a group of its own: Ctrl-C reaches it once and through us, so that it ends in good order.
      detached: process.platform !== "win32",
    });
    // A child that ends closes its pipe; that is no error of ours.
    child.stdin?.on("error", () => undefined);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.on("error", (error) => log.write(`${program.name}: ${error.message}\n`));
    if (child.pid !== undefined) options.onStart?.(child.pid);
    child.once("exit", (code, signal) => {
      log.write(`${JSON.stringify({ name: "up", process: program.name, msg: "ended", code, signal })}\n`);
      if (stopping) return;
      if (performance.now() - startedAt > 10_000) delayMs = firstRestartDelayMs;
      restarts += 1;
      timer = setTimeout(start, delayMs);
      delayMs = Math.min(delayMs * 2, longestRestartDelayMs);
    });
  };
  start();

  const ended = (): Promise<void> =>
    child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once("exit", () => resolve()));

  return {
    name: program.name,
    pid: () => child.pid,
    restarts: () => restarts,
    async kill(signal) {
      const gone = ended();
      child.kill(signal);
      await gone;
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const gone = ended();
      child.kill("SIGTERM");
      const insist = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await gone;
      clearTimeout(insist);
      await new Promise((resolve) => log.end(resolve));
    },
  };
}
