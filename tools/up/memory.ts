import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What the processes of one name hold together; pages that several processes share are counted by their part (PSS). */
export interface ProcessMemory {
  readonly name: string;
  readonly processes: number;
  readonly bytes: number;
}

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The process and everything below it, most memory first. Linux only: elsewhere the list is empty. */
export function memoryOf(pid: number): ProcessMemory[] {
  if (process.platform !== "linux") return [];
  const all = runningProcesses();
  const sums = new Map<string, { processes: number; bytes: number }>();
  for (const one of familyOf(pid, all)) {
    const name = one.pid === pid ? "up" : nameOf(one.command);
    const { processes, bytes } = sums.get(name) ?? { processes: 0, bytes: 0 };
    sums.set(name, { processes: processes + 1, bytes: bytes + pssOf(one.pid) });
  }
  return [...sums].map(([name, sum]) => ({ name, ...sum })).toSorted((a, b) => b.bytes - a.bytes);
}

function runningProcesses(): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the program stands in brackets and may hold spaces and brackets itself.
        const parent = readFileSync(`/proc/${name}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ")[1];
        return [{ pid: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ") }];
      } catch {
        // Ended while we looked.
        return [];
      }
    });
}

/** The process and everything below it, as of now. */
export function familyOf(pid: number, all: readonly RunningProcess[] = runningProcesses()): RunningProcess[] {
  return all.filter((one) => one.pid === pid).concat(all.filter((one) => one.parent === pid).flatMap((child) => familyOf(child.pid, all)));
}

/** `node … services/consent/src/main.ts` is consent, `/usr/sbin/nats-server --config …` is nats-server. */
export function nameOf(command: string): string {
  const service = /(?:services\/)?([\w-]+)\/src\/main\.ts/.exec(command)?.[1];
  return service ?? path.basename(command.split(/[ :]/)[0] ?? "");
}

function pssOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** One line a name, and the sum. Megabytes of a million bytes. */
export function memoryTable(memory: readonly ProcessMemory[]): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0).padStart(6)} MB`;
  const lines = memory.map(({ name, processes, bytes }) => `${megabytes(bytes)}  ${name}${processes === 1 ? "" : ` (${processes} processes)`}`);
  return [...lines, `${megabytes(totalBytes(memory))}  all together`].join("\n");
}

export function totalBytes(memory: readonly ProcessMemory[]): number {
  return memory.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** `npx node tools/up/memory.ts` while the product runs: what its processes hold. OPL_DIR as for `npm start`. */
function main(): void {
  const dir = process.env["OPL_DIR"] ?? path.resolve(import.meta.dirname, "../../.opl");
  let pid: number;
  try {
    ({ pid } = JSON.parse(readFileSync(path.join(dir, "run.lock"), "utf8")) as { pid: number });
  } catch {
    process.stderr.write(`Nothing runs from ${dir}. Start it with npm start, then ask again.\n`);
    process.exitCode = 1;
    return;
  }
  const memory = memoryOf(pid);
  process.stdout.write(memory.length === 0 ? "This system does not tell the memory of processes the way Linux does.\n" : `${memoryTable(memory)}\n`);
}

if (import.meta.main) main();
