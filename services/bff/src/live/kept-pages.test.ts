import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keptPages } from "./kept-pages.ts";

const state = { lastHint: 7n, today: "2026-11-23" };
let made = 0;
const make = () => Promise.resolve({ page: `page ${(made += 1)}`, whole: true });

describe("pages as they were last made", () => {
  beforeEach(() => {
    made = 0;
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it("are shown again while nothing changed, and never to another person", async () => {
    const pages = keptPages<string>();
    expect([await pages.get("aino", state, make), await pages.get("aino", state, make), await pages.get("eetu", state, make)]).toEqual([
      "page 1",
      "page 1",
      "page 2",
    ]);
  });

  it.each([
    ["a hint", { lastHint: 8n }],
    ["a hint that was deleted", { lastHint: 0n }],
    ["midnight", { today: "2026-11-24" }],
  ])("are made anew after %s", async (_, change) => {
    const pages = keptPages<string>();
    await pages.get("aino", state, make);
    expect(await pages.get("aino", { ...state, ...change }, make)).toBe("page 2");
  });

  it("are forgotten after a while, whatever was heard", async () => {
    const pages = keptPages<string>({ heldMs: 1_000 });
    await pages.get("aino", state, make);
    await vi.advanceTimersByTimeAsync(600);
    await pages.get("aino", { ...state, lastHint: 8n }, make);
    await vi.advanceTimersByTimeAsync(600);
    expect(await pages.get("aino", { ...state, lastHint: 8n }, make)).toBe("page 2");
    await vi.advanceTimersByTimeAsync(400);
    expect(pages.size).toBe(0);
  });

  it("are not kept with a part missing, nor when they could not be made", async () => {
    const pages = keptPages<string>();
    expect(await pages.get("aino", state, () => Promise.resolve({ page: "half", whole: false }))).toBe("half");
    await expect(pages.get("aino", state, () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect([pages.size, await pages.get("aino", state, make)]).toEqual([0, "page 1"]);
  });

  it("are not kept when they were dropped while being made", async () => {
    const pages = keptPages<string>();
    const begun = Promise.withResolvers<{ page: string; whole: boolean }>();
    const before = pages.get("aino", state, () => begun.promise);
    pages.drop("aino");
    begun.resolve({ page: "old", whole: true });
    expect([await before, await pages.get("aino", state, make)]).toEqual(["old", "page 1"]);
  });

  it("are bounded in number", async () => {
    const pages = keptPages<string>({ most: 2 });
    for (const psuId of ["a", "b", "c"]) await pages.get(psuId, state, make);
    expect([pages.size, await pages.get("c", state, make), await pages.get("a", state, make)]).toEqual([2, "page 3", "page 4"]);
  });
});
