import { describe, expect, it } from "vitest";
import { categorise } from "../domain/category.ts";
import { noAccounts } from "../domain/own-accounts.ts";
import { detectRecurring } from "../domain/recurrence/detect.ts";
import type { SettledRow } from "./ledger/store.ts";
import { ruleEntryOf } from "./ledger/translate.ts";
import { occurrencesOf } from "./occurrences.ts";

let counter = 0;
function row(over: Partial<SettledRow>): SettledRow {
  counter += 1;
  const base = {
    psuId: "p",
    transactionId: `t${String(counter).padStart(4, "0")}`,
    accountId: "a",
    pending: false,
    bookingDate: "2026-11-02",
    amountMinor: -1399n,
    currency: "EUR",
    counterpartyName: null,
    counterpartyIban: null,
    remittanceInformation: null,
    reference: null,
    proprietaryCode: null,
    recurringId: null,
    ...over,
  };
  return { ...categorise(ruleEntryOf(base), noAccounts), ...base };
}
const monthly = (count: number, over: Partial<SettledRow>, names: readonly string[]) =>
  Array.from({ length: count }, (_, index) =>
    row({ bookingDate: `2026-${String(index + 1).padStart(2, "0")}-11`, counterpartyName: names[index % names.length] ?? null, ...over }),
  );
const found = (rows: readonly SettledRow[]) =>
  detectRecurring(occurrencesOf(rows, new Map(rows.map((each) => [each.transactionId, each])))).map(
    ({ counterpartyName, cadence, transactionIds }) => `${counterpartyName} ${cadence} ${transactionIds.length}`,
  );

describe("recurring payments: given entries, then series", () => {
  it("is one series however the bank decorates the counterparty", () => {
    expect(found(monthly(10, {}, ["NETFLIX.COM", "KORTTIOSTO NETFLIX.COM", "PAYPAL *NETFLIX"]))).toEqual(["Netflix monthly 10"]);
  });

  it("reads the text where the bank names nobody", () => {
    expect(
      found(
        monthly(6, { counterpartyName: null, remittanceInformation: "KORTTIOSTO 1234 ELISA OYJ" }, ["unused"]).map((each) => ({
          ...each,
          counterpartyName: null,
        })),
      ),
    ).toEqual(["Elisa monthly 6"]);
  });

  it("takes no pending entry and no transfer between own accounts", () => {
    expect(found(monthly(6, { pending: true }, ["NETFLIX.COM"]))).toEqual([]);
    expect(found(monthly(6, { remittanceInformation: "Oma siirto" }, ["Saving"]).map((each) => ({ ...each, category: "transfers" as const })))).toEqual([]);
  });

  it("goes by the categories decided now, not by those stored", () => {
    const rows = monthly(6, {}, ["NETFLIX.COM"]);
    const reason = { category: "transfers", ruleId: "transfer.mirrored", matched: null, confidence: "likely", rulesVersion: 1 } as const;
    expect(detectRecurring(occurrencesOf(rows, new Map(rows.map((each) => [each.transactionId, reason]))))).toEqual([]);
  });
});
