import { describe, expect, it } from "vitest";
import { axisTicks } from "./measure.ts";

describe("axisTicks", () => {
  it("covers the span with few round steps", () => {
    expect(axisTicks(0, 420_000, 4)).toEqual([0, 200_000, 400_000, 600_000]);
    expect(axisTicks(-30_000, 70_000, 4)).toEqual([-50_000, -25_000, 0, 25_000, 50_000, 75_000]);
  });

  it("survives a flat line and one cent", () => {
    expect(axisTicks(0, 0, 4)).toEqual([0, 100, 200, 300, 400]);
    expect(axisTicks(5_000, 5_000, 4)[0]).toBe(5_000);
    expect(axisTicks(0, 1, 4)).toEqual([0, 100, 200, 300, 400]);
  });

  it("keeps to about the number of steps asked for", () => {
    for (const high of [1, 9, 99, 1_234, 123_456_789, 9e15]) expect(axisTicks(0, high, 4).length).toBeLessThanOrEqual(7);
  });
});
