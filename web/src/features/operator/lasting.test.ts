import { describe, expect, it } from "vitest";
import { urgencyOf } from "./lasting.ts";

describe("how pressing an end is", () => {
  it.each([
    [-1, "ended"],
    [0, "urgent"],
    [7, "urgent"],
    [8, "soon"],
    [30, "soon"],
    [31, "fine"],
    [365, "fine"],
  ])("%i days: %s", (days, urgency) => {
    expect(urgencyOf(days)).toBe(urgency);
  });
});
