import { describe, expect, it } from "vitest";
import { aTransaction } from "../testing/bank-answers.ts";
import { readPage } from "./page.ts";

const today = Temporal.PlainDate.from("2026-11-22");
const read = (change: Parameters<typeof aTransaction>[0]) => readPage([aTransaction(), aTransaction(change)], today);

describe("readPage", () => {
  it("reads exact amounts, BR-05 with minus zero as zero", () => {
    expect(read({ amount: "-0.00", originalAmount: { amount: "-9.3150", currency: "KWD" } })).toMatchObject({
      entries: [{ amount: { minor: -1000n } }, { amount: { minor: 0n }, originalAmount: { minor: -9315n, currency: "KWD" } }],
    });
  });

  it.each(["1.005", "1,00", "1e3", "+5", "12.", "00012.50", "٣", "", "9223372036854775808"])(
    "BR-01 to BR-08: refuses the whole page for the amount %j",
    (amount) => {
      expect(read({ amount })).toEqual({ refusal: "amount" });
    },
  );

  it.each(["eur", "XTS", "€"])("BR-10: refuses the currency %j", (currency) => {
    expect(read({ currency })).toEqual({ refusal: "amount" });
  });

  it.each([{ entryReference: "a\0" }, { remittanceInformation: "\ud800x" }, { counterparty: { name: "n\0", iban: null, bic: null } }])(
    "BR-24 BR-47: refuses text that cannot be stored: %o",
    (change) => {
      expect(read(change)).toEqual({ refusal: "text" });
    },
  );

  it("BR-54: keeps any other text as it is", () => {
    const remittanceInformation = "<script>\u202eabc\u200b 👩‍👩‍👧 =1+1";
    expect(read({ remittanceInformation })).toMatchObject({ entries: [{}, { remittanceInformation }] });
  });

  it.each([
    ["0001-01-01", "date"],
    ["9999-12-31", "date"],
    ["2027-12-28", "date"],
    ["2027-12-27", undefined],
    ["1950-01-01", undefined],
  ])("BR-56 BR-57: %s", (bookingDate, refusal) => {
    expect(read({ bookingDate })).toMatchObject(refusal === undefined ? { entries: [{}, { bookingDate }] } : { refusal });
  });
});
