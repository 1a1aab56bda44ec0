import { describe, expect, it } from "vitest";
import { renewalDueAt } from "./renewal.ts";

const heldSince = Temporal.Instant.from("2026-01-01T00:00:00Z");
const held = (seconds: number, refusals = 0, refusedAfter: number | null = null) => ({
  heldSince,
  endsAt: heldSince.add({ seconds }),
  refusals,
  lastRefusalAt: refusedAfter === null ? null : heldSince.add({ seconds: refusedAfter }),
});
const dueAfter = (state: ReturnType<typeof held>, days: number) => heldSince.until(renewalDueAt(state, days)).total("seconds");
const day = 86_400;

describe("G-38 when a certificate is renewed", () => {
  it.each([
    ["a year, 30 days before", 365 * day, 30, 335 * day],
    ["a year, half a day before", 365 * day, 0.5, 364.5 * day],
    ["40 days, 30 before: not in the first half", 40 * day, 30, 20 * day],
    ["five minutes: half of them", 300, 30, 150],
    ["one that had ended when we got it: at once", -300, 30, 0],
  ])("%s", (_title, life, before, due) => {
    expect(dueAfter(held(life), before)).toBe(due);
  });

  it("a refusal is followed by growing pauses, up to a day", () => {
    const at = 336 * day;
    expect([1, 2, 3, 5, 6, 50].map((refusals) => dueAfter(held(365 * day, refusals, at), 30) - at)).toEqual([3600, 7200, 14_400, 57_600, day, day]);
  });

  it("the nearer the end, the shorter the pause, never under a minute", () => {
    expect(dueAfter(held(600, 3, 400), 30)).toBe(460);
    expect(dueAfter(held(4000, 5, 3000), 30)).toBe(3250);
    expect(dueAfter(held(600, 1, 700), 30)).toBe(4300);
  });
});
