import { describe, expect, it } from "vitest";
import { afterCall, healthyFrom } from "./aspsp-health.ts";
import type { AspspHealth, CallOutcome } from "./aspsp-health.ts";

const start = Temporal.Instant.from("2026-11-22T10:00:00Z");
const at = (seconds: number) => start.add({ seconds });

/** One call a second. */
function after(outcomes: readonly CallOutcome[], from: AspspHealth = healthyFrom(start)): AspspHealth {
  return outcomes.reduce((health, outcome, index) => afterCall(health, outcome, at(index + 1)), from);
}
const failed = (n: number): CallOutcome[] => Array.from({ length: n }, () => "failed");

describe("health of a bank", () => {
  it.each([
    [0, "up"],
    [1, "up"],
    [2, "up"],
    [3, "degraded"],
    [4, "degraded"],
    [5, "down"],
    [50, "down"],
  ])("BR-62 after %i failures in a row it is %s", (n, status) => {
    expect(after(failed(n)).status).toBe(status);
  });

  it("BR-62 has been unwell since the first call that failed", () => {
    expect(after(failed(3)).since).toEqual(at(1));
    expect(after(failed(9)).since).toEqual(at(1));
  });

  it.each([1, 3, 5])("one useful answer after %i failures makes it well", (n) => {
    expect(after([...failed(n), "answered"])).toMatchObject({ status: "up", failures: 0, firstFailureAt: undefined });
  });

  it("counts only failures in a row", () => {
    expect(after(["failed", "failed", "answered", "failed", "failed", "answered"]).status).toBe("up");
  });

  it("is well since it recovered, and stays so without change", () => {
    const recovered = after([...failed(5), "answered"]);
    expect(recovered.since).toEqual(at(6));
    expect(afterCall(recovered, "answered", at(60))).toBe(recovered);
  });
});
