import { describe, expect, it } from "vitest";
import { lineAt, linesBetween, linesToShow, offsetsOf, scrollToShow } from "./row-window.ts";

// A head of 40, then rows of 44.
const offsets = offsetsOf(10_000, (index) => (index % 10 === 0 ? 40 : 44));

describe("lines of known heights", () => {
  it("begin where those before them end", () => {
    expect(Array.from(offsets.slice(0, 4))).toEqual([0, 40, 84, 128]);
    expect(offsets.at(-1)).toBe(1_000 * 40 + 9_000 * 44);
  });

  it("are found by height, whatever the height", () => {
    expect([lineAt(offsets, -5), lineAt(offsets, 39), lineAt(offsets, 40), lineAt(offsets, 83.5), lineAt(offsets, 1e9)]).toEqual([0, 0, 1, 1, 9_999]);
    for (const index of [0, 1, 17, 4_321, 9_999]) expect(lineAt(offsets, offsets[index] ?? 0)).toBe(index);
  });

  it("are those in view and a few more", () => {
    const { first, end } = linesBetween(offsets, 43_600, 44_400, 8);
    expect([first, end - first < 50]).toEqual([992, true]);
    expect(linesBetween(offsets, -100, 300, 8).first).toBe(0);
    expect(linesBetween(offsets, 1e9, 2e9, 8).end).toBe(10_000);
    expect(
      linesBetween(
        offsetsOf(0, () => 1),
        0,
        100,
        8,
      ),
    ).toEqual({ first: 0, end: 0 });
  });
});

describe("linesToShow", () => {
  it("keeps the head above and the row that has focus in the page, in their order and once", () => {
    expect(linesToShow({ first: 10, end: 13 }, [4, 11], 100)).toEqual([4, 10, 11, 12]);
    expect(linesToShow({ first: 10, end: 13 }, [undefined, 40], 100)).toEqual([10, 11, 12, 40]);
    expect(linesToShow({ first: 10, end: 13 }, [7, 7], 12)).toEqual([7, 10, 11]);
    expect(linesToShow({ first: 0, end: 0 }, [5], 0)).toEqual([]);
  });
});

describe("scrollToShow", () => {
  const view = { top: 1_000, height: 800, above: 48, below: 72 };
  it("scrolls no further than needed", () => {
    expect(scrollToShow({ top: 1_100, bottom: 1_144 }, view)).toBeUndefined();
    expect(scrollToShow({ top: 1_000, bottom: 1_044 }, view)).toBe(952);
    expect(scrollToShow({ top: 1_720, bottom: 1_764 }, view)).toBe(1_036);
  });
});
