import { describe, expect, it } from "vitest";
import { sparkPath } from "./sparkline.tsx";

describe("sparkPath", () => {
  it("spans its box from the lowest to the highest", () => {
    expect(sparkPath([0, 10, 5], 20, 10)).toBe("M0.0 10.0L10.0 0.0L20.0 5.0");
  });

  it("draws a flat line in the middle, and nothing for a single point", () => {
    expect(sparkPath([7, 7], 20, 10)).toBe("M0.0 5.0L20.0 5.0");
    expect(sparkPath([7], 20, 10)).toBe("");
  });
});
