import { describe, expect, it } from "vitest";
import { columns, linear } from "./scale.ts";

describe("linear", () => {
  it("runs from one interval to the other, also downwards, and back", () => {
    const y = linear([0, 100], [200, 0]);
    expect([y(0), y(25), y(100), y(150)]).toEqual([200, 150, 0, -100]);
    expect(y.invert(150)).toBe(25);
  });

  it("does not divide by nothing", () => {
    const flat = linear([5, 5], [10, 20]);
    expect([flat(5), flat(9), flat.invert(15)]).toEqual([10, 10, 5]);
  });
});

describe("columns", () => {
  it("share a range evenly", () => {
    const { width, middle } = columns(4, [10, 50]);
    expect([width, middle(0), middle(3)]).toEqual([10, 15, 45]);
    expect(columns(0, [0, 10]).width).toBe(0);
  });
});
