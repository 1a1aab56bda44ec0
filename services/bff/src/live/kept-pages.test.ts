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

  it("are forgotten after a while, whatever was heard, not all at once", async () => {
    const pages = keptPages<string>({ longestMs: 1_000 });
    for (let index = 0; index < 50; index += 1) await pages.get(`p${index}`, state, make);
    await vi.advanceTimersByTimeAsync(749);
    expect(pages.size).toBe(50);
    await vi.advanceTimersByTimeAsync(125);
    expect([pages.size > 0, pages.size < 50]).toEqual([true, true]);
    await pages.get("p0", { ...state, lastHint: 8n }, make);
    await vi.advanceTimersByTimeAsync(126);
    expect([pages.size, await pages.get("p0", { ...state, lastHint: 8n }, make)]).toEqual([1, "page 51"]);
  });

  it("hold only a moment when facts do not come in, or did not since they were made", async () => {
    let since: number | undefined = 0;
    const pages = keptPages<string>({ longestMs: 100_000, longestUnheardMs: 1_000, hearingSince: () => since });
    expect(await pages.get("aino", state, make)).toBe("page 1");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await pages.get("aino", state, make)).toBe("page 1");
    since = undefined;
    expect(await pages.get("aino", state, make)).toBe("page 2");
    await vi.advanceTimersByTimeAsync(999);
    expect(await pages.get("aino", state, make)).toBe("page 2");
    since = performance.now();
    await vi.advanceTimersByTimeAsync(1);
    expect(await pages.get("aino", state, make)).toBe("page 3");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await pages.get("aino", state, make)).toBe("page 3");
  });

  it("are made once for all who ask while one is being made, unless it was dropped or something changed", async () => {
    const pages = keptPages<string>();
    const begun = Promise.withResolvers<{ page: string; whole: boolean }>();
    const slow = vi.fn(() => begun.promise);
    const [first, second] = [pages.get("aino", state, slow), pages.get("aino", state, slow)];
    const changed = pages.get("aino", { ...state, lastHint: 8n }, make);
    begun.resolve({ page: "old", whole: true });
    expect([await first, await second, await changed, slow.mock.calls.length]).toEqual(["old", "old", "page 1", 1]);
    expect(await pages.get("aino", { ...state, lastHint: 8n }, make)).toBe("page 1");
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
