import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pageOf } from "./paging.ts";

interface Entry {
  readonly sequence: number;
  readonly date: string;
}

const range = { dateOf: (entry: Entry) => entry.date, from: "2026-01-05", to: "2026-01-25" };
const entries = fc
  .array(fc.record({ sequence: fc.integer({ min: 0, max: 500 }), day: fc.integer({ min: 1, max: 30 }) }), { maxLength: 80 })
  .map((list) => list.map(({ sequence, day }) => ({ sequence, date: `2026-01-${String(day).padStart(2, "0")}` })))
  .map((list) => [...new Map(list.map((entry) => [`${entry.date} ${entry.sequence}`, entry])).values()].toSorted(inOrder));

describe("paging", () => {
  it("answers every entry of the range exactly once, newest first, whatever the page size", () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 30 }), (list, size) => {
        const wanted = list.filter((entry) => entry.date >= range.from && entry.date <= range.to).toReversed();
        expect(readAll(list, size)).toEqual(wanted);
      }),
    );
  });

  it("says that there is more exactly as long as there is", () => {
    const list = [1, 2, 3, 4].map((sequence) => ({ sequence, date: "2026-01-10" }));
    expect([2, 3, 4, 5].map((size) => pageOf({ ...range, entries: list, after: undefined, size }).more)).toEqual([true, true, false, false]);
    expect(pageOf({ ...range, entries: [], after: undefined, size: 2 }).more).toBe(false);
  });

  it("neither shifts nor repeats when something is booked while pages are read", () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 10 }), (list, size) => {
        const first = pageOf({ ...range, entries: list, after: undefined, size });
        const grown = [...list, { sequence: 10_000, date: "2026-01-25" }].toSorted(inOrder);
        const rest = first.more && first.last !== undefined ? readAll(grown, size, { date: first.last.date, sequence: first.last.sequence }) : [];
        const wanted = list.filter((entry) => entry.date >= range.from && entry.date <= range.to).toReversed();
        expect([...first.rows, ...rest]).toEqual(wanted);
      }),
    );
  });
});

function readAll(list: readonly Entry[], size: number, start?: { date: string; sequence: number }): Entry[] {
  const rows: Entry[] = [];
  let after = start;
  for (;;) {
    const page = pageOf({ ...range, entries: list, after, size });
    rows.push(...page.rows);
    if (!page.more || page.last === undefined) return rows;
    after = { date: page.last.date, sequence: page.last.sequence };
  }
}

function inOrder(a: Entry, b: Entry): number {
  return a.date === b.date ? a.sequence - b.sequence : a.date < b.date ? -1 : 1;
}
