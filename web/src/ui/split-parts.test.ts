import { describe, expect, it } from "vitest";
import { amountIn, standingParts } from "./split-parts.ts";

const euros = (amount: string) => ({ amount, currency: "EUR" });
const split = {
  stands: true,
  parts: [
    { category: "groceries" as const, amount: euros("-30.00"), note: null },
    { category: "family" as const, amount: euros("-15.00"), note: null },
    { category: "family" as const, amount: euros("-5.00"), note: null },
  ],
};
const row = { amount: euros("-50.00"), category: null, split };

describe("what a transaction brings into a figure", () => {
  it.each([
    ["all of it without a category", row, undefined, "-50.00"],
    ["its parts in the category", row, ["family" as const], "-20.00"],
    ["in any of several", row, ["family" as const, "groceries" as const], "-50.00"],
    ["all of it where it is not split", { ...row, split: null }, ["family" as const], "-50.00"],
    ["all of it where its parts are set aside", { ...row, split: { ...split, stands: false } }, ["family" as const], "-50.00"],
  ])("%s", (_, given, chosen, amount) => {
    expect(amountIn(given, chosen)).toEqual(euros(amount));
  });
  it("parts that are set aside do not stand", () => {
    expect(standingParts({ split: { ...split, stands: false } })).toBeUndefined();
    expect(standingParts({ split: null })).toBeUndefined();
    expect(standingParts(row)).toHaveLength(3);
  });
});
