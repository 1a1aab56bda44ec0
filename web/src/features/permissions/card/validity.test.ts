import { describe, expect, it } from "vitest";
import { elapsedShare } from "./validity.ts";

describe("elapsedShare", () => {
  it("runs from 0 to 1 and stays there", () => {
    const at = (day: string): number => elapsedShare("2026-01-01T00:00:00Z", "2026-01-11T00:00:00Z", Date.parse(day));
    expect([at("2025-12-31T00:00:00Z"), at("2026-01-06T00:00:00Z"), at("2026-03-01T00:00:00Z")]).toEqual([0, 0.5, 1]);
  });

  it("calls a span without length over", () => {
    expect(elapsedShare("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 0)).toBe(1);
  });
});
