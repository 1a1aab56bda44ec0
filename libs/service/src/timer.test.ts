import { eventually, silentLogger } from "@opl/testkit";
import { describe, expect, it } from "vitest";
import { startTimer } from "./index.ts";

const logger = silentLogger();

describe("startTimer", () => {
  it("runs at once, again and again, never twice at a time, and goes on after a failure", async () => {
    let [runs, atOnce, most] = [0, 0, 0];
    const timer = startTimer({
      name: "test",
      everyMs: 1,
      logger,
      run: async () => {
        runs += 1;
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        if (runs === 2) throw new Error("once");
      },
    });
    await eventually(() => runs > 5);
    await timer[Symbol.asyncDispose]();
    const then = runs;
    await new Promise((resolve) => setImmediate(resolve));
    expect([most, runs]).toEqual([1, then]);
  });

  it("wakes early, also while it works", async () => {
    let runs = 0;
    const first = Promise.withResolvers<void>();
    const timer = startTimer({ name: "test", everyMs: 3_600_000, logger, run: () => ((runs += 1) === 1 ? first.promise : Promise.resolve()) });
    await eventually(() => runs === 1);
    timer.wake();
    first.resolve();
    await eventually(() => runs === 2);
    timer.wake();
    await eventually(() => runs === 3);
    await timer[Symbol.asyncDispose]();
  });

  it("tells a run to stop and waits for it", async () => {
    let stopped = false;
    const started = Promise.withResolvers<void>();
    const timer = startTimer({
      name: "test",
      everyMs: 1,
      logger,
      run: (signal) =>
        new Promise((resolve) => {
          started.resolve();
          signal.addEventListener("abort", () => setImmediate(() => ((stopped = true), resolve(undefined))));
        }),
    });
    await started.promise;
    await timer[Symbol.asyncDispose]();
    expect(stopped).toBe(true);
  });
});
