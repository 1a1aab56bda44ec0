import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface WriteOptions {
  /** 0600 for everything secret, which is the default. */
  readonly mode?: number;
}

/** Replaces a file in one step: readers and a killed process see the old bytes or the new ones, never a mixture. */
export function writeFileAtomic(path: string, text: string, { mode = 0o600 }: WriteOptions = {}): void {
  const next = `${path}.next`;
  const file = openSync(next, "w", mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
}

/** The text of a file, or undefined where there is none. */
export function readFileIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes the folder of a file, closed to other users of the machine. */
export function makeFolderFor(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}
