import { amountOf } from "@opl/money";
import { describe, expect, it } from "vitest";
import { matchPayments } from "./payment-match.ts";
import type { ExecutedPayment, StatementLine } from "./payment-match.ts";

const iban = "FI2112345600000785";
const payee = "FI5549299510000252";
const payment = (change: Partial<ExecutedPayment> = {}): ExecutedPayment => ({
  executionId: "e1",
  debtorIban: iban,
  creditorIban: payee,
  creditorName: "Kahvila Oy",
  amount: amountOf(1250n, "EUR"),
  archiveId: "A1",
  executedOn: "2026-11-20",
  ...change,
});
const line = (change: Partial<StatementLine> = {}): StatementLine => ({
  transactionId: "t1",
  accountId: "a1",
  accountIban: iban,
  pending: false,
  entryReference: "A1",
  amount: amountOf(-1250n, "EUR"),
  bookingDate: "2026-11-20",
  counterpartyName: "KAHVILA  OY",
  counterpartyIban: payee,
  ...change,
});
const links = (payments: readonly ExecutedPayment[], lines: readonly StatementLine[]) =>
  Object.fromEntries([...matchPayments(payments, lines)].map(([executionId, { transactionId }]) => [executionId, transactionId]));

describe("the line that shows a payment", () => {
  it("is the one with its archive id, on the account it was paid from", () => {
    expect(links([payment()], [line({ transactionId: "t0", entryReference: "A0" }), line()])).toEqual({ e1: "t1" });
    expect(links([payment()], [line({ accountIban: "FI0000000000000000" })])).toEqual({});
    expect(links([payment({ debtorIban: null })], [line({ accountIban: "FI0000000000000000" })])).toEqual({ e1: "t1" });
  });

  it("may be in another currency and amount, since the archive id says it all", () => {
    expect(links([payment({ amount: amountOf(10_000n, "USD") })], [line({ amount: amountOf(-9312n, "EUR") })])).toEqual({ e1: "t1" });
  });

  it("is never money that came in", () => {
    expect(links([payment()], [line({ amount: amountOf(1250n, "EUR") })])).toEqual({});
  });

  it("tells two equal amounts on one day apart by the archive id, whatever the order", () => {
    const payments = [payment(), payment({ executionId: "e2", archiveId: "A2" })];
    const lines = [line({ transactionId: "t2", entryReference: "A2" }), line()];
    expect(links(payments, lines)).toEqual({ e1: "t1", e2: "t2" });
    expect(links(payments.toReversed(), lines.toReversed())).toEqual({ e1: "t1", e2: "t2" });
  });

  it("is chosen by the amount where a bank repeats the reference, and open where that does not tell", () => {
    expect(links([payment()], [line({ transactionId: "t0", amount: amountOf(-5n, "EUR") }), line()])).toEqual({ e1: "t1" });
    expect(links([payment()], [line({ transactionId: "t0" }), line()])).toEqual({});
  });
});

describe("without an archive id on both sides", () => {
  const unnamed = line({ entryReference: null });

  it.each([
    ["amount, payee and day fit", unnamed, true],
    ["the name fits where the IBAN is not told", line({ entryReference: null, counterpartyIban: null }), true],
    ["another payee", line({ entryReference: null, counterpartyIban: "FI0000000000000000" }), false],
    ["another name and no IBAN", line({ entryReference: null, counterpartyIban: null, counterpartyName: "Kauppa" }), false],
    ["another amount", line({ entryReference: null, amount: amountOf(-1251n, "EUR") }), false],
    ["booked a week later", line({ entryReference: null, bookingDate: "2026-11-27" }), true],
    ["booked later still", line({ entryReference: null, bookingDate: "2026-11-28" }), false],
    ["booked long before", line({ entryReference: null, bookingDate: "2026-11-18" }), false],
    ["another archive id", line({ entryReference: "A9" }), false],
  ])("%s", (_, one, found) => {
    expect(links([payment()], [one])).toEqual(found ? { e1: "t1" } : {});
  });

  it("two lines, or two payments, that could be it leave it open", () => {
    expect(links([payment()], [unnamed, line({ transactionId: "t2", entryReference: null })])).toEqual({});
    const twins = [payment({ archiveId: null }), payment({ executionId: "e2", archiveId: null })];
    expect(links(twins, [unnamed])).toEqual({});
    // Once the archive id took one of them away the other is clear.
    expect(links([payment(), payment({ executionId: "e2", archiveId: null })], [line(), line({ transactionId: "t2", entryReference: null })])).toEqual({
      e1: "t1",
      e2: "t2",
    });
  });

  it("a booked line goes before the pending one it replaces", () => {
    const pending = line({ transactionId: "p1", pending: true, entryReference: null });
    expect(links([payment()], [pending])).toEqual({ e1: "p1" });
    expect(links([payment()], [pending, line()])).toEqual({ e1: "t1" });
    expect(links([payment({ archiveId: null })], [pending, unnamed])).toEqual({ e1: "t1" });
  });
});
