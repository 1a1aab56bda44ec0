import { describe, expect, it } from "vitest";
import { typedAmount } from "./typed-amount.ts";

describe("an amount as typed", () => {
  it.each([
    ["12,50", "12.50"],
    ["12.5", "12.50"],
    ["12", "12.00"],
    ["1 234,50", "1234.50"],
    ["1\u00a0234,50 €", "1234.50"],
    ["1,234.50", "1234.50"],
    ["1.234,50", "1234.50"],
    ["0012", "12.00"],
    ["0,01", "0.01"],
    ["0", null],
    ["0,00", null],
    ["-5", null],
    ["12,505", null],
    ["1,2,3", null],
    ["1e3", null],
    ["12 kr", null],
    ["", null],
    ["9".repeat(16), null],
  ])("%s → %s", (text, amount) => {
    expect(typedAmount(text, "EUR")).toBe(amount);
  });
  it("has as many decimals as its currency", () => {
    expect(typedAmount("1500", "JPY")).toBe("1500");
    expect(typedAmount("15,5", "JPY")).toBeNull();
    expect(typedAmount("1.5", "KWD")).toBe("1.500");
    expect(typedAmount("1", "XYZ")).toBeNull();
  });
});
