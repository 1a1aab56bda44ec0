import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromWire, sum } from "../../../format/amounts.ts";
import { beginDraft, type DraftPart, leftToAssign, mistakesIn, restFor, saidParts, typedText } from "./split-draft.ts";

const bill = { amount: "-50.00", currency: "EUR" };
const parts = (...typed: readonly (readonly [category: DraftPart["category"], amount: string, note?: string])[]): DraftPart[] =>
  typed.map(([category, amount, note = ""], key) => ({ key, category, amount, note }));

describe("what is left to assign", () => {
  it.each<[string, DraftPart[], bigint]>([
    ["all of it at first", parts(["groceries", ""], [undefined, ""]), 5000n],
    ["with a comma as with a point", parts(["groceries", "30,50"], [undefined, "1.50"]), 1800n],
    ["what is no amount counts as nothing", parts(["groceries", "30"], [undefined, "x"]), 2000n],
    ["nothing", parts(["groceries", "30"], ["family", "20"]), 0n],
    ["negative where it is too much", parts(["groceries", "30"], ["family", "20.01"]), -1n],
  ])("%s", (_, draft, minor) => {
    expect(leftToAssign(bill, draft)).toEqual({ minor, currency: "EUR" });
    expect(leftToAssign({ ...bill, amount: "50.00" }, draft).minor).toBe(minor);
  });

  it("the rest of a part is all that the others leave, where that is more than nothing and not what it is", () => {
    const draft = parts(["groceries", "30"], ["family", "5"], ["other", "x"]);
    expect(draft.map(({ key }) => restFor(bill, draft, key)?.minor)).toEqual([4500n, 2000n, 1500n]);
    const done = parts(["groceries", "30"], ["family", "20"]);
    expect(done.map(({ key }) => restFor(bill, done, key))).toEqual([undefined, undefined]);
    const tooMuch = parts(["groceries", "60"], ["family", "20"]);
    expect(tooMuch.map(({ key }) => restFor(bill, tooMuch, key)?.minor)).toEqual([3000n, undefined]);
  });
});

describe("what is kept", () => {
  it("has the sign of the whole, and notes only where there are some", () => {
    expect(saidParts(bill, parts(["groceries", "30"], ["family", "20,00", "  Candles "]))).toEqual([
      { category: "groceries", amount: { amount: "-30.00", currency: "EUR" }, note: null },
      { category: "family", amount: { amount: "-20.00", currency: "EUR" }, note: "Candles" },
    ]);
    expect(saidParts({ amount: "2", currency: "JPY" }, parts(["income", "1"], ["other", "1"]))?.map(({ amount }) => amount.amount)).toEqual(["1", "1"]);
  });

  it("is nothing while something is missing or left, and each mistake is named in the order of the page", () => {
    expect(saidParts(bill, parts(["groceries", "30"], ["family", "19.99"]))).toBeUndefined();
    const draft = parts(["groceries", "0"], [undefined, "50"], [undefined, ""]);
    expect(saidParts(bill, draft)).toBeUndefined();
    expect(mistakesIn(bill, draft)).toEqual([
      { key: 0, mistake: "amount" },
      { key: 1, mistake: "category" },
      { key: 2, mistake: "category" },
      { key: 2, mistake: "amount" },
    ]);
  });

  it("however an amount is cut, taking the rest gives parts that are the whole, typed in any language", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 2n, max: 10n ** 14n }),
        fc.bigInt({ min: 1n, max: 99n }),
        fc.constantFrom(".", ","),
        fc.boolean(),
        (size, share, decimal, out) => {
          const whole = { amount: `${out ? "-" : ""}${typedText({ minor: size, currency: "EUR" }, ".")}`, currency: "EUR" };
          const first = (size * share) / 100n || 1n;
          const draft = parts(["groceries", typedText({ minor: first, currency: "EUR" }, decimal)], ["family", ""]);
          const rest = restFor(whole, draft, 1);
          if (rest === undefined) throw new Error("nothing is left");
          const said = saidParts(whole, [draft[0]!, { ...draft[1]!, amount: typedText(rest, decimal) }]);
          expect(
            sum(
              (said ?? []).map(({ amount }) => fromWire(amount)),
              "EUR",
            ),
          ).toEqual(fromWire(whole));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("what a person begins with", () => {
  it("two empty parts, the first in the category of the whole", () => {
    const category = { category: "groceries", ruleId: "x", matched: null, confidence: "certain", rulesVersion: 1 } as const;
    expect(beginDraft({ category, split: null }, ",")).toEqual(parts(["groceries", ""], [undefined, ""]));
  });
  it("their parts as they would type them, also where the bank changed the amount since", () => {
    const split = {
      stands: false,
      parts: [
        { category: "groceries" as const, amount: { amount: "-1234.50", currency: "EUR" }, note: null },
        { category: "family" as const, amount: { amount: "-0.05", currency: "EUR" }, note: "Candles" },
      ],
    };
    expect(beginDraft({ category: null, split }, ",")).toEqual(parts(["groceries", "1234,50"], ["family", "0,05", "Candles"]));
  });
});
