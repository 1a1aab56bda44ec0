import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { memoryOf, memoryTable, nameOf, totalBytes } from "./memory.ts";

describe("nameOf", () => {
  it.each([
    ["/x/node --max-semi-space-size=2 --import @opl/telemetry/register services/bank-gateway/src/main.ts ", "bank-gateway"],
    ["/x/node sandbox/src/main.ts ", "sandbox"],
    ["/usr/sbin/nats-server --config /x/nats-server.conf ", "nats-server"],
    ["/x/native/bin/postgres -D /x ", "postgres"],
    ["postgres: opl_bff opl 127.0.0.1(46556) idle", "postgres"],
  ])("calls %j %s", (command, name) => expect(nameOf(command)).toBe(name));
});

describe.runIf(process.platform === "linux")("memoryOf", () => {
  it("counts a process with its children and theirs, each once", async () => {
    const parent = spawn("sh", ["-c", "sleep 60 & sleep 60 & echo begun; wait"], { stdio: ["ignore", "pipe", "ignore"], detached: true });
    await once(parent.stdout, "data");
    try {
      const counted = () =>
        memoryOf(parent.pid ?? 0)
          .map(({ name, processes }) => `${name} ${processes}`)
          .toSorted();
      // A child is a copy of its shell for a moment, before it becomes what was asked for.
      await expect.poll(() => counted()).toEqual(["sleep 2", "up 1"]);
      const memory = memoryOf(parent.pid ?? 0);
      expect(totalBytes(memory)).toBeGreaterThan(10_000);
      expect(memoryTable(memory).split("\n").at(-1)).toMatch(/MB {2}all together$/);
    } finally {
      process.kill(-(parent.pid ?? 0), "SIGKILL");
    }
  });

  it("knows nothing of a process that is gone", () => expect(memoryOf(2 ** 30)).toEqual([]));
});
