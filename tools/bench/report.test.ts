import { describe, expect, it } from "vitest";
import { figure, percentile } from "./report.ts";

describe("percentile", () => {
  it("is the nearest rank", () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100]);
    expect(percentile([7], 95)).toBe(7);
    expect(percentile([3, 1, 2], 50)).toBe(2);
  });
});

describe("figure", () => {
  it("states its ratio to the bare part", () => {
    expect(figure("x", 50, "ms", "lower", 80, 20)).toEqual({ name: "x", value: 50, unit: "ms", goal: 80, better: "lower", baseline: 20, ratio: 2.5 });
    expect(figure("x", 50.123, "ms", "lower", null).ratio).toBeNull();
  });
});
