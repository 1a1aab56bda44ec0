import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openJournal } from "./journal.ts";

const schema = z.object({ n: z.number() });
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  path = join(folder, "inner", "things.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a journal", () => {
  it("keeps the last value of each key across a restart, and nothing that was removed", () => {
    const first = openJournal(path, schema);
    first.put("a", { n: 1 });
    first.put("b", { n: 2 });
    first.put("a", { n: 3 });
    first.remove("b");
    first.close();
    const second = openJournal(path, schema);
    expect([...second.entries()]).toEqual([["a", { n: 3 }]]);
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(2);
    second.close();
  });

  it("drops a last line that a kill cut off", () => {
    const first = openJournal(path, schema);
    first.put("a", { n: 1 });
    first.close();
    appendFileSync(path, '{"id":"b","val');
    const second = openJournal(path, schema);
    expect([...second.values()]).toEqual([{ n: 1 }]);
    second.put("c", { n: 9 });
    second.close();
    expect(openJournal(path, schema).get("c")).toEqual({ n: 9 });
  });

  it("stops the start on any other unreadable line instead of losing it", () => {
    openJournal(path, schema).close();
    writeFileSync(path, '{"id":"a","value":{"n":"one"}}\n{"id":"b","value":{"n":2}}\n');
    expect(() => openJournal(path, schema)).toThrow(/line 1 is not readable/);
  });

  it("can be read by nobody else, and forgets what is not to be kept", () => {
    const first = openJournal(path, schema);
    first.put("old", { n: 1 });
    first.put("new", { n: 5 });
    first.close();
    const second = openJournal(path, schema, ({ n }) => n > 3);
    expect([...second.values()]).toEqual([{ n: 5 }]);
    expect(statSync(path).mode & 0o077).toBe(0);
    second.close();
  });
});
