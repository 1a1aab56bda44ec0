import { expect, it } from "vitest";
import { aBalance } from "../testing/bank-answers.ts";
import { readBalances } from "./balance.ts";

const same = (name: string) => name;

it("gives the same statement the same id, whatever the zone its time is written in", () => {
  const [one, ...others] = readBalances("a", [aBalance("1.00"), aBalance("1.00", { asOf: "2026-11-22T12:00:00+02:00" })], same);
  expect(others).toEqual([]);
  expect(one).toMatchObject({ amount: { minor: 100n, currency: "EUR" }, asOf: "2026-11-22T10:00:00Z" });
});

it("BR-13: keeps two statements that contradict each other", () => {
  expect(readBalances("a", [aBalance("1.00"), aBalance("2.00"), aBalance("1.00", { type: "expected" })], same)).toHaveLength(3);
});

it("BR-08: refuses an amount that is not exact", () => {
  expect(() => readBalances("a", [aBalance("1.005")], same)).toThrow("decimals");
});
