import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRunFolder } from "./run-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "opl-run-folder-"));
  writeFileSync(path.join(folder, "run.lock"), "1111");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the lock of a process that is gone", () => {
  it("is taken over and leaves nothing behind", () => {
    const opened = openRunFolder(folder, { pid: 2222, isAlive: () => false });
    expect(readFileSync(path.join(folder, "run.lock"), "utf8")).toBe("2222");
    opened.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over by one of two runs that both find it", () => {
    let others = 0;
    const isAlive = (holder: number): boolean => {
      // The other run is through with its takeover just after this one saw the dead holder.
      if (holder === 1111) {
        others += 1;
        openRunFolder(folder, { pid: 3333, isAlive: () => false });
      }
      return holder === 3333;
    };
    expect(() => openRunFolder(folder, { pid: 2222, isAlive })).toThrow(/process 3333/);
    expect(others).toBe(1);
    expect(readdirSync(folder)).toEqual(["run.lock"]);
    expect(readFileSync(path.join(folder, "run.lock"), "utf8")).toBe("3333");
  });
});
