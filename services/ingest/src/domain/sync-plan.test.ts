import { OplError } from "@opl/errors";
import type { ErrorKind } from "@opl/errors";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterFailure, endOfReading, nextScheduledSync } from "./sync-plan.ts";

const error = (kind: ErrorKind, retryAfterSeconds?: number, code = "ERR_X") => new OplError({ code, kind, message: "m", retryAfterSeconds });

describe("afterFailure", () => {
  it.each(["unavailable", "upstream", "rate-limited", "conflict", "bug"] as const)("%s passes: tried again with growing waits, then given up", (kind) => {
    const plan = (presence: "attended" | "unattended") => [1, 2, 3, 4, 5, 6].map((failures) => afterFailure(error(kind), failures, presence));
    const wait = (retryInSeconds: number) => ({ retryInSeconds });
    expect(plan("attended")).toEqual([...[1, 5, 20, 60, 180].map(wait), "give-up"]);
    expect(plan("unattended")).toEqual([wait(2), wait(30), "give-up", "give-up", "give-up", "give-up"]);
  });

  it.each(["invalid", "unauthenticated", "forbidden", "not-found", "rejected"] as const)("BR-61: %s lasts: given up at once", (kind) => {
    expect(afterFailure(error(kind), 1, "attended")).toBe("give-up");
  });

  it("BR-43: a refused answer is not asked for again", () => {
    expect(afterFailure(error("upstream", undefined, "ERR_ASPSP_PROTOCOL"), 1, "attended")).toBe("give-up");
    expect(afterFailure(error("upstream", undefined, "ERR_PAGE_AMOUNT"), 1, "attended")).toBe("give-up");
  });

  it("BR-60: waits as long as asked, within bounds", () => {
    expect(afterFailure(error("rate-limited", 200), 1, "attended")).toEqual({ retryInSeconds: 200 });
    expect(afterFailure(error("rate-limited", 1), 3, "attended")).toEqual({ retryInSeconds: 20 });
    expect(afterFailure(error("rate-limited", 315_360_000), 1, "attended")).toBe("give-up");
  });
});

describe("nextScheduledSync", () => {
  it("G-19: never lets more reads than allowed into 24 hours (property)", () => {
    const delays = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), delays, (perDay, late) => {
        const day = 86_400;
        let now = Temporal.Instant.from("2026-11-22T00:00:00Z");
        const times = [now.epochMilliseconds / 1000];
        for (const seconds of late) {
          now = nextScheduledSync(now, perDay).add({ seconds });
          times.push(now.epochMilliseconds / 1000);
        }
        for (const start of times) expect(times.filter((time) => time >= start && time < start + day).length).toBeLessThanOrEqual(perDay);
      }),
    );
  });
});

describe("endOfReading", () => {
  const limits = { pages: 3, entries: 10 };
  const reading = { pages: 1, entries: 5, visited: new Set(["a"]) };

  it.each([
    ["goes on", reading, "b", undefined],
    ["BR-29: stops at a place it has been", reading, "a", "cursor-repeated"],
    ["BR-30: stops at the last page allowed", { ...reading, pages: 3 }, "b", "too-many-pages"],
    ["BR-38: stops at the last entry allowed", { ...reading, entries: 10 }, "b", "too-many-entries"],
  ] as const)("%s", (_, at, next, expected) => {
    expect(endOfReading(at, next, limits)).toBe(expected);
  });
});
