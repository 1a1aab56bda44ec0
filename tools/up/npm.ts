import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { commandOf } from "./server-process.ts";

const lookEveryMs = 500;

/** Calls `gone` when the npm that runs this command ended without passing a signal on (SIGKILL): the shell it runs scripts in outlives it. */
export function whenNpmIsGone(gone: () => void): void {
  const npm = process.env["npm_lifecycle_event"] === "start" ? [process.ppid, parentOf(process.ppid)].find(isNpm) : undefined;
  if (npm === undefined) return;
  const timer = setInterval(() => {
    if (isNpm(npm)) return;
    clearInterval(timer);
    gone();
  }, lookEveryMs).unref();
}

function isNpm(pid: number | undefined): boolean {
  return pid !== undefined && /^npm\b/.test(commandOf(pid) ?? "");
}

function parentOf(pid: number): number | undefined {
  try {
    if (process.platform === "linux") return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    if (process.platform === "win32") return undefined;
    return Number(execFileSync("ps", ["-p", String(pid), "-o", "ppid="], { encoding: "utf8" }));
  } catch {
    return undefined;
  }
}
