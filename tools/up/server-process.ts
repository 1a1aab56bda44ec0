import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { errors } from "./errors.ts";

export interface ServerProcess {
  readonly pid: number;
  /** Exit code or signal, undefined while it runs. */
  exited(): string | undefined;
  /** Sends the signals in turn, each with its time, until the process is gone. */
  stop(signals: readonly (readonly [NodeJS.Signals, number])[]): Promise<void>;
}

export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** What this process gets when ours exits without having stopped it. */
  readonly exitSignal: NodeJS.Signals;
}

/** Starts a server in a process group of its own, so that Ctrl-C reaches it only through us, with its output in a file. */
export function spawnServer({ command, args, logFile, env, uid, gid, exitSignal }: SpawnOptions): Promise<ServerProcess> {
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(command, args, {
    detached: process.platform !== "win32",
    stdio: ["ignore", log, log],
    cwd: "/",
    ...(env === undefined ? {} : { env }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => {
      child.off("error", reject);
      child.on("error", () => undefined);
      resolve(watch(child, exitSignal));
    });
  });
}

function watch(child: ChildProcess, exitSignal: NodeJS.Signals): ServerProcess {
  const pid = child.pid as number;
  let exit: string | undefined;
  const gone = Promise.withResolvers<void>();
  const leave = (): void => void child.kill(exitSignal);
  process.once("exit", leave);
  child.once("exit", (code, signal) => {
    exit = signal ?? `code ${code}`;
    process.off("exit", leave);
    gone.resolve();
  });
  child.unref();
  return {
    pid,
    exited: () => exit,
    async stop(signals) {
      for (const [signal, waitMs] of signals) {
        if (exit !== undefined) return;
        child.ref();
        child.kill(signal);
        await within(gone.promise, waitMs);
      }
    },
  };
}

/** True when the promise settled in time. */
async function within(promise: Promise<void>, waitMs: number): Promise<boolean> {
  const stopped = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), delay(waitMs, false, { signal: stopped.signal }).catch(() => false)]);
  } finally {
    stopped.abort();
  }
}

/** The command line of a running process, its name alone before it has one; undefined when there is none with that id. */
export function commandOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  try {
    if (process.platform === "linux") {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      if (command !== "") return command;
      // A zombie has no command line any more, and who has just begun has none yet: its name is there already.
      const [, name, state] = /\((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      return state === "Z" || state === "X" ? undefined : name;
    }
    if (process.platform === "win32") return "unknown";
    return execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** Ends a process that an earlier, killed run left behind. */
export async function endLeftover(pid: number, signals: readonly (readonly [NodeJS.Signals, number])[]): Promise<void> {
  for (const [signal, waitMs] of signals) {
    if (commandOf(pid) === undefined) return;
    process.kill(pid, signal);
    for (let waited = 0; waited < waitMs && commandOf(pid) !== undefined; waited += 20) await delay(20);
  }
}

/**
 * A port nobody listens on now, below those that systems give to outgoing connections: one that is kept for the next start must not be
 * somebody's end of a connection by then.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    try {
      await assertPortFree(port, "a server");
      return port;
    } catch {
      // Taken: another one.
    }
  }
}

/** @throws ERR_PORT_IN_USE when somebody listens on the port already */
export async function assertPortFree(port: number, what: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) => reject(errors.ERR_PORT_IN_USE({ cause, message: `Port ${port}, wanted for ${what}, is taken.`, details: { port } })));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

/** The end of a log, for error messages. */
export function tailOf(logFile: string, lines = 15): string {
  try {
    return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "(no log)";
  }
}
