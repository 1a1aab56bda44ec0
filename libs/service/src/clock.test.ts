import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { deterministicId, newId, systemClock } from "./index.ts";

describe("ids", () => {
  it("DR-P2 the same name gives the same id, another name another one", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 4 }), fc.array(fc.string(), { maxLength: 4 }), (namespace, a, b) => {
        expect(z.uuid().safeParse(deterministicId(namespace, ...a)).success).toBe(true);
        expect(deterministicId(namespace, ...a) === deterministicId(namespace, ...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
    // Fixed for ever: stored ids depend on it.
    expect(deterministicId("transaction", "op", "account-1", "entry-1")).toBe("42c65dc1-50c1-8f10-8129-2b80bd722287");
    expect(deterministicId("a", "bc")).not.toBe(deterministicId("ab", "c"));
  });

  it("newId gives ids in the order they were made, many of them in one millisecond", () => {
    const ids = Array.from({ length: 10_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every((id) => z.uuidv7().safeParse(id).success)).toBe(true);
  });

  it("systemClock reads the time", () => {
    expect(systemClock.now()).toBeInstanceOf(Temporal.Instant);
  });
});
