import { closeSync, openSync, writeSync } from "node:fs";
import { z } from "zod";
import { errors } from "../errors.ts";
import { makeFolderFor, readFileIfPresent, writeFileAtomic } from "./atomic-file.ts";

/** A keyed collection that survives a kill: memory for reads, one appended line for every change. */
export interface Journal<T> {
  readonly get: (id: string) => T | undefined;
  readonly put: (id: string, value: T) => void;
  readonly remove: (id: string) => void;
  readonly values: () => IterableIterator<T>;
  readonly entries: () => IterableIterator<[string, T]>;
  readonly size: number;
  readonly close: () => void;
}

const lineSchema = z.union([z.object({ id: z.string(), value: z.unknown() }), z.object({ id: z.string(), removed: z.literal(true) })]);

/**
 * Opens `path`, replays it and rewrites it without history. A last line without its newline was cut off by a kill
 * and is dropped; any other unreadable line stops the start, since guessing would lose state silently.
 */
export function openJournal<T>(path: string, schema: z.ZodType<T>, keep: (value: T) => boolean = () => true): Journal<T> {
  makeFolderFor(path);
  const records = replay(path, schema);
  for (const [id, value] of records) if (!keep(value)) records.delete(id);
  let appended = 0;
  let file = rewrite(path, records);

  function append(line: object): void {
    if (appended > 20_000 && appended > records.size * 4) {
      closeSync(file);
      file = rewrite(path, records);
      appended = 0;
    }
    writeSync(file, `${JSON.stringify(line)}\n`);
    appended += 1;
  }

  return {
    get: (id) => records.get(id),
    put(id, value) {
      records.set(id, value);
      append({ id, value });
    },
    remove(id) {
      if (records.delete(id)) append({ id, removed: true });
    },
    values: () => records.values(),
    entries: () => records.entries(),
    get size() {
      return records.size;
    },
    close: () => closeSync(file),
  };
}

function replay<T>(path: string, schema: z.ZodType<T>): Map<string, T> {
  const records = new Map<string, T>();
  const lines = (readFileIfPresent(path) ?? "").split("\n");
  lines.pop();
  for (const [index, text] of lines.entries()) {
    try {
      const line = lineSchema.parse(JSON.parse(text));
      if ("removed" in line) records.delete(line.id);
      else records.set(line.id, schema.parse(line.value));
    } catch (cause) {
      throw errors.ERR_SANDBOX_STATE({ message: `${path} line ${index + 1} is not readable; move the folder away to start anew.`, cause });
    }
  }
  return records;
}

function rewrite<T>(path: string, records: ReadonlyMap<string, T>): number {
  const lines = [...records].map(([id, value]) => `${JSON.stringify({ id, value })}\n`);
  writeFileAtomic(path, lines.join(""));
  return openSync(path, "a", 0o600);
}
