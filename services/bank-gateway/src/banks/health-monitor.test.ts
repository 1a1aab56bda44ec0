import { fixedClock, silentLogger } from "@opl/testkit";
import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../domain/aspsp-health.ts";
import { createHealthMonitor } from "./health-monitor.ts";

async function changesAfter(outcomes: readonly CallOutcome[], fail = false): Promise<string[]> {
  const told: string[] = [];
  const monitor = createHealthMonitor({
    clock: fixedClock(),
    logger: silentLogger(),
    onChange: async (aspspId, { status }) => {
      told.push(`${aspspId} ${status}`);
      if (fail) throw new Error("database down");
    },
  });
  for (const outcome of outcomes) monitor.record("op", outcome);
  await monitor[Symbol.asyncDispose]();
  return told;
}
const failed = (n: number): CallOutcome[] => Array.from({ length: n }, () => "failed");

describe("the health monitor", () => {
  it("tells a change once, not each call", async () => {
    expect(await changesAfter(["answered", ...failed(20), "answered", "answered"])).toEqual(["op up", "op degraded", "op down", "op up"]);
  });
  it("tells the first answer after a start: an earlier process may have left the bank as down", async () => {
    expect(await changesAfter(["answered"])).toEqual(["op up"]);
    expect(await changesAfter(["failed", "answered"])).toEqual([]);
  });
  it("goes on when a change cannot be kept", async () => {
    expect(await changesAfter([...failed(5)], true)).toEqual(["op degraded", "op down"]);
  });
});
