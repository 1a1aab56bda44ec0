import { expect, it } from "vitest";
import { correctCategory, getCategory, listCategorised } from "./analytics.ts";

const id = "00000000-0000-7000-8000-000000000001";
const meaning = { category: { category: "other", ruleId: "fallback.sign", matched: null, confidence: "guess", rulesVersion: 1 }, recurringId: null };
/** As analytics answered before people could write notes and split. */
const transaction = {
  transactionId: id,
  accountId: id,
  revision: 1,
  entryReference: null,
  bookingStatus: "booked",
  amount: { amount: "-1.00", currency: "EUR" },
  originalAmount: null,
  bookingDate: "2026-11-03",
  valueDate: null,
  counterparty: { name: null, iban: null, bic: null },
  remittanceInformation: null,
  reference: null,
  proprietaryCode: null,
  raw: { hash: "0".repeat(64), pointer: "/transactions/0" },
  ...meaning,
};

it("an answer from before notes and splits is read: nobody made one", () => {
  expect(listCategorised.response.parse({ transactions: [transaction], nextCursor: null, days: [], total: 1 }).transactions).toMatchObject([
    { note: null, split: null },
  ]);
  expect(getCategory.response.parse(meaning)).toEqual({ ...meaning, note: null, split: null });
  expect(correctCategory.response.parse({ ...meaning, note: "Birthday" }).note).toBe("Birthday");
});
