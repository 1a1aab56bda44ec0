import { describe, expect, it } from "vitest";
import { shareOf } from "./amounts.ts";
import { createFormat } from "./format.ts";

const en = createFormat("en-GB");
const fi = createFormat("fi-FI");
const spaced = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

describe("amounts", () => {
  it("keep every digit of figures no float could hold", () => {
    expect(en.amount({ amount: "-90071992547409.93", currency: "EUR" })).toBe("\u2212€90,071,992,547,409.93");
    expect(spaced(fi.amount({ amount: "1234567.89", currency: "EUR" }))).toBe("1 234 567,89 €");
    expect(spaced(fi.amount({ amount: "0.01", currency: "EUR" }, "always"))).toBe("+0,01 €");
  });

  it("are short on an axis", () => {
    expect(en.axisAmount(400_000, "EUR")).toBe("€4k");
    expect(en.axisAmount(-150_000, "EUR")).toBe("\u2212€1.5k");
  });

  it("give shares without dividing floats", () => {
    expect(shareOf({ minor: 1n, currency: "EUR" }, { minor: 3n, currency: "EUR" })).toBe(0.333);
    expect(shareOf({ minor: 1n, currency: "EUR" }, { minor: 0n, currency: "EUR" })).toBeUndefined();
    expect(shareOf({ minor: 1n, currency: "EUR" }, { minor: 2n, currency: "SEK" })).toBeUndefined();
  });
});

describe("times", () => {
  const at = Date.parse("2026-11-22T12:00:00Z");

  it("tell ages in words", () => {
    expect(en.age("2026-11-22T11:55:00Z", at)).toBe("5 minutes ago");
    expect(en.age("2026-11-22T12:00:30Z", at)).toBe("this minute");
    expect(en.age("2026-11-21T11:00:00Z", at)).toBe("25 hours ago");
    expect(en.age("2026-11-19T11:00:00Z", at)).toBe("3 days ago");
    expect(fi.age("2026-11-22T11:00:00Z", at)).toBe("1 tunti sitten");
  });

  it("name the year only where it is another one", () => {
    expect(en.weekday("2026-03-03", "2026-11-22")).toBe("Tuesday 3 March");
    expect(en.weekday("2025-03-03", "2026-11-22")).toBe("Monday, 3 March 2025");
    expect(fi.weekday("2026-03-03", "2026-11-22")).toBe("Tiistai 3. maaliskuuta");
    expect(fi.month("2026-03")).toBe("Maaliskuu 2026");
  });
});
