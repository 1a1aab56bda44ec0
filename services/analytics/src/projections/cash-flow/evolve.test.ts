import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Split } from "../../domain/split.ts";
import type { EntryChange, SummedEntry } from "../entry-change.ts";
import { type MonthTotals, evolve, noTotals, withoutEmpty } from "./evolve.ts";

const entry = (over: Partial<SummedEntry> = {}): SummedEntry => ({
  psuId: "p",
  accountId: "a",
  pending: false,
  bookingDate: "2026-11-30",
  amountMinor: -1250n,
  currency: "EUR",
  category: "groceries",
  split: undefined,
  ...over,
});
const halves: Split = {
  wholeMinor: -1250n,
  currency: "EUR",
  parts: [
    { category: "family", amountMinor: -1000n, note: null },
    { category: "transfers", amountMinor: -250n, note: null },
  ],
};
const added = (over: Partial<SummedEntry> = {}): EntryChange => ({ before: null, after: entry(over) });
const brief = (totals: MonthTotals) =>
  [...withoutEmpty(totals).values()].map(
    ({ month, category, currency, incomeMinor, expensesMinor, entries }) => `${month} ${category} ${currency} +${incomeMinor} -${expensesMinor} (${entries})`,
  );

describe("cash flow: given changes, then totals", () => {
  it.each<[string, EntryChange[], string[]]>([
    ["an expense", [added()], ["2026-11 groceries EUR +0 -1250 (1)"]],
    ["income", [added({ amountMinor: 5n, category: "income" })], ["2026-11 income EUR +5 -0 (1)"]],
    ["both in one category", [added(), added({ amountMinor: 50n })], ["2026-11 groceries EUR +50 -1250 (2)"]],
    [
      "two months, by the booking date",
      [added(), added({ bookingDate: "2026-12-01" })],
      ["2026-11 groceries EUR +0 -1250 (1)", "2026-12 groceries EUR +0 -1250 (1)"],
    ],
    ["two currencies", [added(), added({ currency: "SEK" })], ["2026-11 groceries EUR +0 -1250 (1)", "2026-11 groceries SEK +0 -1250 (1)"]],
    ["a pending entry", [added({ pending: true })], []],
    [
      "a pending entry that is booked",
      [added({ pending: true }), { before: entry({ pending: true }), after: entry() }],
      ["2026-11 groceries EUR +0 -1250 (1)"],
    ],
    ["another category", [added(), { before: entry(), after: entry({ category: "transfers" }) }], ["2026-11 transfers EUR +0 -1250 (1)"]],
    ["another month", [added(), { before: entry(), after: entry({ bookingDate: "2026-10-01" }) }], ["2026-10 groceries EUR +0 -1250 (1)"]],
    ["taken back", [added(), { before: entry(), after: null }], []],
    ["split: by its parts, each in its category", [added({ split: halves })], ["2026-11 family EUR +0 -1000 (1)", "2026-11 transfers EUR +0 -250 (1)"]],
    ["split, and another amount since: whole, in its own category", [added({ amountMinor: -1251n, split: halves })], ["2026-11 groceries EUR +0 -1251 (1)"]],
    ["split, and in another currency since: likewise", [added({ currency: "SEK", split: halves })], ["2026-11 groceries SEK +0 -1250 (1)"]],
    ["split and merged", [added({ split: halves }), { before: entry({ split: halves }), after: entry() }], ["2026-11 groceries EUR +0 -1250 (1)"]],
    ["nothing in sum but entries", [added({ amountMinor: 0n })], ["2026-11 groceries EUR +0 -0 (1)"]],
  ])("%s", (_, changes, totals) => {
    expect(brief(evolve(noTotals, changes))).toEqual(totals);
  });

  const anyCategory = fc.constantFrom("groceries" as const, "income" as const, "transfers" as const);
  const anyForm = fc.record({
    psuId: fc.constantFrom("p", "q"),
    accountId: fc.constant("a"),
    pending: fc.boolean(),
    bookingDate: fc.constantFrom("2025-12-31", "2026-01-01", "2026-02-28"),
    amountMinor: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
    currency: fc.constantFrom("EUR", "JPY"),
    category: anyCategory,
    split: fc.constant(undefined),
  });
  /** Some are split: into parts that are the whole, or were until the bank changed it. */
  const anyEntry = fc
    .tuple(anyForm, fc.option(fc.tuple(fc.bigInt({ min: 1n, max: 9n }), anyCategory, anyCategory, fc.boolean()), { nil: undefined }))
    .map(([form, how]): SummedEntry => {
      if (how === undefined) return form;
      const [share, first, second, changedSince] = how;
      const one = (form.amountMinor * share) / 10n;
      const parts = [
        { category: first, amountMinor: one, note: null },
        { category: second, amountMinor: form.amountMinor - one, note: null },
      ];
      return { ...form, split: { wholeMinor: form.amountMinor + (changedSince ? 1n : 0n), currency: form.currency, parts } };
    });
  /** Money in less money out of all categories together. */
  const net = (totals: MonthTotals): bigint => [...totals.values()].reduce((sum, { incomeMinor, expensesMinor }) => sum + incomeMinor - expensesMinor, 0n);
  it("totals kept up change by change equal totals of what is there in the end, in any order of the changes", () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyEntry, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), fc.infiniteStream(fc.nat()), (lives, order) => {
        // Each entry lives through some forms and may be taken back at last.
        const changes = lives.flatMap((forms, index) => [
          ...forms.map((after, at): EntryChange => ({ before: forms[at - 1] ?? null, after })),
          ...(index % 3 === 0 ? [{ before: forms.at(-1) ?? null, after: null }] : []),
        ]);
        const left = lives.filter((_, index) => index % 3 !== 0).flatMap((forms) => forms.slice(-1));
        const shuffled = changes
          .map((change) => ({ change, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ change }) => change);
        const kept = shuffled.reduce((totals, change) => evolve(totals, [change]), noTotals);
        const scratch = evolve(
          noTotals,
          left.map((after) => ({ before: null, after })),
        );
        expect(withoutEmpty(kept)).toEqual(withoutEmpty(scratch));
        // To split moves money between categories and makes none.
        const whole = left.map((after) => ({ before: null, after: { ...after, split: undefined } }));
        expect(net(kept)).toBe(net(evolve(noTotals, whole)));
      }),
      { numRuns: 1000 },
    );
  });
});
