import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errors } from "../errors.ts";
import { freshState, stateSchema } from "./state.ts";
import type { RunState } from "./state.ts";

/** The folder of one registration: keys, answers, state. Every file is 0600 and whole at every moment. */
export interface RunFolder {
  readonly path: string;
  readonly state: RunState;
  /** Replaces the state, on the disk before it returns. */
  saveState(change: Partial<RunState>): void;
  /** The text of a file, or nothing. */
  read(name: string): string | undefined;
  save(name: string, text: string): void;
  /** Puts a file aside under a name that says when. */
  setAside(name: string, at: Temporal.Instant): void;
  close(): void;
}

const stateFile = "state.json";
const lockFile = "run.lock";

/**
 * Opens the folder, making it when it is not there.
 * @throws ERR_OPL_FOLDER when it cannot be written, holds something else, or another run uses it
 */
export function openRunFolder(directory: string, { pid, isAlive }: { pid: number; isAlive: (pid: number) => boolean }): RunFolder {
  const folder = path.resolve(directory);
  const inside = (name: string): string => path.join(folder, name);
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw errors.ERR_OPL_FOLDER({ message: `The folder ${folder} (--out) cannot be used: ${reasonOf(cause)}; correct that or name another folder.`, cause });
    }
  };
  guard(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const names = guard(() => readdirSync(folder)).filter((name) => name !== lockFile && !name.endsWith(".next"));
  if (names.length > 0 && !names.includes(stateFile)) {
    throw errors.ERR_OPL_FOLDER({ message: `The folder ${folder} (--out) holds other files, such as ${names[0]}; name a new or empty folder.` });
  }
  guard(() => chmodSync(folder, 0o700));
  takeLock(inside(lockFile), { folder, pid, isAlive, guard });
  const read = (name: string): string | undefined => guard(() => readIfPresent(inside(name)));
  const save = (name: string, text: string): void => guard(() => writeWhole(folder, name, text));
  let state = readState(read(stateFile), folder);
  return {
    path: folder,
    get state() {
      return state;
    },
    saveState(change) {
      state = { ...state, ...change };
      save(stateFile, `${JSON.stringify(state, null, 2)}\n`);
    },
    read,
    save,
    setAside: (name, at) => guard(() => renameSync(inside(name), inside(`${at.epochMilliseconds}-${name}`))),
    close: () => rmSync(inside(lockFile), { force: true }),
  };
}

function readState(text: string | undefined, folder: string): RunState {
  if (text === undefined) return freshState;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw errors.ERR_OPL_FOLDER({ message: `${path.join(folder, stateFile)} is not a state this version can read; name a new folder in --out.`, cause });
  }
}

interface LockOptions {
  readonly folder: string;
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
  readonly guard: <T>(work: () => T) => T;
}

/** Two runs in one folder could register twice. The lock of a process that is gone is taken over. */
function takeLock(file: string, { folder, pid, isAlive, guard }: LockOptions): void {
  const draft = `${file}.${pid}.next`;
  guard(() => writeSynced(draft, String(pid)));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (guard(() => tryLink(draft, file))) return;
      const holder = Number(readIfPresent(file));
      if (holder > 0 && holder !== pid && isAlive(holder)) break;
      guard(() => removeStale(file, { holder, aside: `${file}.${pid}.stale.next` }));
    }
    throw errors.ERR_OPL_FOLDER({
      message: `Another run (process ${readIfPresent(file) ?? "?"}) uses the folder ${folder}; let it end or name another folder in --out.`,
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Another run may have taken the stale lock over since it was read; its own lock is put back. */
function removeStale(file: string, { holder, aside }: { holder: number; aside: string }): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (!Object.is(Number(readIfPresent(aside)), holder)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

/** A link appears whole or not at all. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function writeWhole(folder: string, name: string, text: string): void {
  const next = path.join(folder, `${name}.next`);
  writeSynced(next, text);
  renameSync(next, path.join(folder, name));
  // The new name must outlive a power cut too.
  const directory = openSync(folder, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function writeSynced(file: string, text: string): void {
  rmSync(file, { force: true });
  const opened = openSync(file, "wx", 0o600);
  try {
    writeFileSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function reasonOf(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return "this user may not write there";
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (code === "ENOTDIR" || code === "EEXIST") return "a part of its path is a file";
  if (code === "ENOENT") return "nothing can be made there";
  return code ?? "it failed";
}
