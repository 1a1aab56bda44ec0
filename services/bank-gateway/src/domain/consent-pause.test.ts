import { describe, expect, it } from "vitest";
import { pauseOf, reconfirmByOf } from "./consent-pause.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const running = { reconfirmBy: null, scaRequiredAt: null };

describe("a pause", () => {
  it.each([
    ["nothing to confirm", running, undefined],
    ["a moment before it is due", { ...running, reconfirmBy: now.add({ milliseconds: 1 }) }, undefined],
    ["the moment it is due", { ...running, reconfirmBy: now }, "reconfirmation-missed"],
    ["the bank wants to see the person", { ...running, scaRequiredAt: now }, "sca-required"],
    ["both: confirming would not help", { reconfirmBy: now, scaRequiredAt: now }, "sca-required"],
  ])("%s", (_, consent, pause) => {
    expect(pauseOf(consent, now)).toBe(pause);
  });
});

describe("until when a yes counts", () => {
  it.each([
    ["the bank asks by itself", undefined, 180, null],
    ["ninety days", 90, 180, 90],
    ["the consent ends before", 90, 60, null],
    ["the consent ends at that moment", 90, 90, null],
  ])("%s", (_, days, validDays, expected) => {
    const end = (count: number) => now.add({ hours: 24 * count });
    expect(reconfirmByOf(days, now, end(validDays))).toEqual(expected === null ? null : end(expected));
  });
});
