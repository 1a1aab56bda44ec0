import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { OplError } from "@opl/errors";
import { writePrivate } from "../setup/secrets.ts";
import { commandOf, freePort } from "./server-process.ts";

/** A new database, its journal and the first streams take half of this. */
const leastFreeBytes = 200_000_000;

/**
 * The folder that holds everything of one installation: data, keys, logs, ports. Postgres, as another user, walks through it; keys lie in
 * a folder only their owner may enter.
 * @throws ERR_UP_STATE_FOLDER when it cannot be made or written to, ERR_UP_NO_ROOM when its disk is nearly full
 */
export function openStateFolder(directory: string): string {
  try {
    // The topmost missing one alone first: where it cannot be made, as in /proc, a recursive mkdir of Node tries for ever.
    const missing = ancestors(directory).find((folder) => !existsSync(folder));
    if (missing !== undefined) mkdirSync(missing);
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new OplError({
      code: "ERR_UP_STATE_FOLDER",
      kind: "unavailable",
      message: `The folder ${directory} cannot be made or written to: ${(cause as Error).message}. Mend its rights, or name another folder in OPL_DIR.`,
      cause,
    });
  }
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < leastFreeBytes) {
    throw new OplError({
      code: "ERR_UP_NO_ROOM",
      kind: "unavailable",
      message: `There is not enough room on the disk of ${directory}: a start needs ${leastFreeBytes / 1e6} MB, ${Math.floor((bavail * bsize) / 1e6)} MB are free. Make room, or name a folder on another disk in OPL_DIR.`,
    });
  }
  return directory;
}

/** A folder and all above it, the topmost first. */
function ancestors(folder: string): string[] {
  return path.dirname(folder) === folder ? [folder] : [...ancestors(path.dirname(folder)), folder];
}

/** What an earlier start noted; undefined when it noted nothing, or when the machine went down before it was on disk. */
function readNote(file: string): object | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof note === "object" && note !== null ? note : undefined;
  } catch {
    return undefined;
  }
}

/** True when nobody listens on the port of this machine, at either of the addresses that a browser takes `localhost` for. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await isFreeAt("127.0.0.1", port)) && (await isFreeAt("::1", port));
}

/** A machine without that kind of address has nobody there. */
function isFreeAt(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT"));
    probe.listen({ port, host, exclusive: true, ipv6Only: host.includes(":") }, () => probe.close(() => resolve(true)));
  });
}

/**
 * A port for each name. The ones of the last start are kept where they are still free, so that addresses stored in data stay true;
 * `fixed` ones must be free, or the start ends with a sentence that names the port. When the note of the last start is lost, `known` says
 * what else is known of it.
 */
export async function choosePorts<Name extends string>(
  file: string,
  names: readonly Name[],
  fixed: Partial<Record<Name, number>>,
  mustKeep: readonly Name[],
  known: () => Partial<Record<NoInfer<Name>, number>> = () => ({}),
): Promise<Record<Name, number>> {
  const last = (readNote(file) as Partial<Record<Name, number>> | undefined) ?? known();
  const chosen = {} as Record<Name, number>;
  const taken = new Set<number>();
  for (const name of names) {
    const wanted = fixed[name] ?? last[name];
    if (wanted !== undefined && !taken.has(wanted) && (await portIsFree(wanted))) chosen[name] = wanted;
    else if (fixed[name] !== undefined) {
      throw new OplError({
        code: "ERR_UP_PORT_BUSY",
        kind: "unavailable",
        message: `Port ${fixed[name]} is taken by another program${(fixed[name] ?? 0) < 1024 ? ", or only root may open it" : ""}. Stop that program, or choose another port: OPL_PORT=8500 npm start.`,
      });
    } else if (wanted !== undefined && mustKeep.includes(name)) {
      throw new OplError({
        code: "ERR_UP_PORT_BUSY",
        kind: "unavailable",
        message: `Port ${wanted}, which the sandbox bank (${name}) used so far, is taken by another program. Our registration at that bank names this port, so it has to stay: stop the program that holds it, or start afresh with another folder in OPL_DIR.`,
      });
    } else {
      do chosen[name] = await freePort();
      while (taken.has(chosen[name]));
    }
    taken.add(chosen[name]);
  }
  writePrivate(file, JSON.stringify(chosen, null, 2));
  return chosen;
}

/** Is that process alive, and was it started from this folder? A number alone may belong to somebody else by now. */
function isOurProcess(pid: number, mark: string): boolean {
  const command = commandOf(pid);
  // Where commands cannot be read, the number has to do.
  return command === "unknown" || command?.includes(mark) === true;
}

export interface RunLock {
  /** Notes a child, so that the next start can end it should this process be killed. */
  note(pid: number, mark: string): void;
  release(): void;
}

interface LockFile {
  readonly pid: number;
  readonly mark: string;
  readonly children: readonly { readonly pid: number; readonly mark: string }[];
}

/** One product a folder. A lock left by a killed start is taken over, and whatever that start left running is ended first. */
export async function takeLock(file: string, mark: string): Promise<RunLock & { readonly ended: number }> {
  let ended = 0;
  const old = readNote(file) as LockFile | undefined;
  // A note that cannot be read was cut off with the machine, and then nothing it named runs any more.
  if (old !== undefined) {
    if (old.pid !== process.pid && isOurProcess(old.pid, old.mark)) {
      throw new OplError({
        code: "ERR_UP_RUNNING",
        kind: "conflict",
        message: `One Point Ledger already runs from this folder (process ${old.pid}). Stop it with Ctrl-C there, or with "kill ${old.pid}" where its terminal is gone, or name another folder in OPL_DIR and another port in OPL_PORT.`,
      });
    }
    const left = old.children.filter((child) => isOurProcess(child.pid, child.mark));
    for (const child of left) {
      ended += 1;
      process.kill(child.pid, "SIGTERM");
    }
    const deadline = performance.now() + 8_000;
    while (left.some((child) => isOurProcess(child.pid, child.mark))) {
      if (performance.now() > deadline) for (const child of left) if (isOurProcess(child.pid, child.mark)) process.kill(child.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const children: { pid: number; mark: string }[] = [];
  const write = (): void => writePrivate(file, JSON.stringify({ pid: process.pid, mark, children } satisfies LockFile));
  write();
  return {
    ended,
    note(pid, childMark) {
      children.push({ pid, mark: childMark });
      write();
    },
    release: () => rmSync(file, { force: true }),
  };
}
