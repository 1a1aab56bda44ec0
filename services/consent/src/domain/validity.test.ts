import { describe, expect, it } from "vitest";
import { mayBeReplaced, nextWarningAt, requestedValidUntil, wholeDaysLeft } from "./validity.ts";
import type { Consent } from "./consent.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const days = (count: number): Temporal.Instant => now.add({ hours: 24 * count });

describe("requestedValidUntil", () => {
  it.each([
    { name: "the wanted days", validityDays: 90, end: days(90) },
    { name: "a margin under the bank's limit", validityDays: 180, end: days(180).subtract({ minutes: 10 }) },
    { name: "at most the bank's limit", validityDays: 180, consentMaxDays: 90, end: days(90).subtract({ minutes: 10 }) },
  ])("$name", ({ validityDays, consentMaxDays = 180, end }) => {
    expect(requestedValidUntil({ now, validityDays, consentMaxDays })).toEqual(end);
  });
});

describe("nextWarningAt", () => {
  it.each([
    { name: "30 days before the end of a long one", length: 90, after: 0, next: 60 },
    { name: "then 7 days", length: 90, after: 60, next: 83 },
    { name: "then 1 day", length: 90, after: 83, next: 89 },
    { name: "then never", length: 90, after: 89, next: null },
    { name: "skips what was missed", length: 90, after: 85, next: 89 },
    { name: "a week's consent is told on its last day only", length: 7, after: 0, next: 6 },
    { name: "a day's consent is not told at all", length: 1, after: 0, next: null },
  ])("$name", ({ length, after, next }) => {
    expect(nextWarningAt({ from: now, validUntil: days(length), after: days(after) })).toEqual(next === null ? null : days(next));
  });
});

describe("wholeDaysLeft", () => {
  it.each([
    [days(7), 7],
    [days(7).subtract({ seconds: 1 }), 7],
    [days(6).add({ seconds: 1 }), 7],
    [now.add({ minutes: 1 }), 1],
    [now, 0],
    [now.subtract({ hours: 50 }), 0],
  ])("%s → %i", (end, left) => {
    expect(wholeDaysLeft(end, now)).toBe(left);
  });
});

describe("mayBeReplaced", () => {
  const consent = (status: string, aspspId = "op-fi") => ({ status, aspspId }) as Consent;
  it.each([
    ["valid", true],
    ["unconfirmed", true],
    ["scaRequired", true],
    ["expired", true],
    ["received", false],
    ["rejected", false],
    ["revokedByPsu", false],
    ["terminatedByTpp", false],
    ["replaced", false],
  ])("%s → %s", (status, allowed) => {
    expect(mayBeReplaced(consent(status), "op-fi")).toBe(allowed);
  });
  it("only at the same bank", () => {
    expect(mayBeReplaced(consent("valid", "other"), "op-fi")).toBe(false);
  });
});
