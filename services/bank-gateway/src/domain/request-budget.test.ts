import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayReadUnattended, unattendedReadsPerDay } from "./request-budget.ts";

const start = Temporal.Instant.from("2026-11-22T00:00:00Z");
const at = (minutes: number) => start.add({ minutes });
const dayMinutes = 24 * 60;

describe("the budget of unattended reads", () => {
  it("allows four and says when the fifth may come", () => {
    expect(mayReadUnattended([], at(0))).toEqual({ allowed: true, retryAfterSeconds: undefined });
    expect(mayReadUnattended([at(0), at(10), at(20)], at(30)).allowed).toBe(true);
    expect(mayReadUnattended([at(0), at(10), at(20), at(30)], at(40))).toEqual({ allowed: false, retryAfterSeconds: (dayMinutes - 40) * 60 });
  });

  it("rolls: exactly 24 hours later the place is free", () => {
    const reads = [at(0), at(10), at(20), at(30)];
    expect(mayReadUnattended(reads, at(dayMinutes - 1)).allowed).toBe(false);
    expect(mayReadUnattended(reads, at(dayMinutes)).allowed).toBe(true);
  });

  it("G-19 whatever the times of asking, no 24 hours hold a fifth read", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 * dayMinutes }), { maxLength: 200 }), (asked) => {
        const made: Temporal.Instant[] = [];
        for (const minute of asked.toSorted((a, b) => a - b)) if (mayReadUnattended(made, at(minute)).allowed) made.push(at(minute));
        for (const [index, first] of made.entries()) {
          const fifth = made[index + unattendedReadsPerDay];
          if (fifth !== undefined) expect(fifth.since(first).total("minutes")).toBeGreaterThanOrEqual(dayMinutes);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("waiting as long as told is enough", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: dayMinutes }), { minLength: 4, maxLength: 12 }), (minutes) => {
        const reads = minutes.toSorted((a, b) => a - b).map(at);
        const { allowed, retryAfterSeconds } = mayReadUnattended(reads, at(dayMinutes));
        if (!allowed) expect(mayReadUnattended(reads, at(dayMinutes).add({ seconds: retryAfterSeconds ?? 0 })).allowed).toBe(true);
      }),
    );
  });
});
