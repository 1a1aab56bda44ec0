import { expect, it } from "vitest";
import { sumsOf } from "./sums.ts";

it("adds up exactly, each currency apart", () => {
  const amounts = [
    { amount: "-0.10", currency: "EUR" },
    { amount: "9007199254740993", currency: "JPY" },
    { amount: "-0.20", currency: "EUR" },
    { amount: "1", currency: "JPY" },
    { amount: "12.00", currency: "EUR" },
  ];
  expect(sumsOf(amounts)).toEqual([
    { amount: "11.70", currency: "EUR" },
    { amount: "9007199254740994", currency: "JPY" },
  ]);
  expect(sumsOf([])).toEqual([]);
});
