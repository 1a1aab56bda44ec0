import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays } from "./calendar.ts";
import { categorise } from "./category.ts";
import { noAccounts, ownAccountsOf } from "./own-accounts.ts";
import { type TransferCandidate, findMirroredTransfers } from "./own-transfer.ts";

const own = ownAccountsOf([{ accountId: "current", kind: "current", iban: "FI2112345600000785", ownerName: "Aino Testinen" }]);
let counter = 0;
function half(over: Partial<TransferCandidate>): TransferCandidate {
  counter += 1;
  const entry = {
    transactionId: `t${String(counter).padStart(4, "0")}`,
    accountId: "current",
    accountKind: "current" as const,
    accountIban: null,
    bookingStatus: "booked" as const,
    amountMinor: -5000n,
    currency: "EUR",
    bookingDate: "2026-11-02",
    counterpartyName: null,
    counterpartyIban: null,
    remittanceInformation: null,
    reference: null,
    proprietaryCode: null,
    ...over,
  };
  return { ...entry, reason: over.reason ?? categorise(entry, own) };
}
const found = (...rows: TransferCandidate[]) =>
  Object.fromEntries([...findMirroredTransfers(rows)].map(([id, reason]) => [id, `${reason.category} ${reason.ruleId} ${reason.confidence}`]));

describe("the other half of a transfer between own accounts", () => {
  it("is certain where the first half names the account it stands on", () => {
    const out = half({ counterpartyIban: "FI21 1234 5600 0007 85" });
    const into = half({ accountId: "savings", accountIban: "FI2112345600000785", amountMinor: 5000n, bookingDate: "2026-11-03" });
    expect(found(out, into)).toEqual({ [into.transactionId]: "transfers transfer.mirrored certain" });
  });

  it("is likely where one half says that it is a transfer", () => {
    const out = half({ remittanceInformation: "Oma siirto" });
    const into = half({ accountId: "savings", amountMinor: 5000n });
    expect(found(out, into)).toEqual({ [into.transactionId]: "transfers transfer.mirrored likely" });
  });

  it("is a guess where nothing but the mirror image speaks for it", () => {
    const [out, into] = [half({}), half({ accountId: "savings", amountMinor: 5000n })];
    expect(found(out, into)).toEqual({ [out.transactionId]: "transfers transfer.mirrored guess", [into.transactionId]: "transfers transfer.mirrored guess" });
  });

  it("is found for the bill of a card, which shows the payment without a name of ours", () => {
    const bill = half({ counterpartyName: "OP VÄHITTÄISASIAKKAAT OYJ", counterpartyIban: "FI8359986920207073", remittanceInformation: "LUOTTOKORTTILASKU" });
    const paid = half({ accountId: "card", accountKind: "card", amountMinor: 5000n, bookingDate: "2026-11-03", counterpartyName: "SUORITUS, KIITOS" });
    expect(bill.reason.category).toBe("finance");
    expect(found(bill, paid)).toEqual({
      [bill.transactionId]: "transfers transfer.mirrored likely",
      [paid.transactionId]: "transfers transfer.mirrored likely",
    });
  });

  it.each([
    ["the same account", half({}), half({ amountMinor: 5000n })],
    ["another currency", half({}), half({ accountId: "savings", amountMinor: 5000n, currency: "SEK" })],
    ["another amount", half({}), half({ accountId: "savings", amountMinor: 5001n })],
    ["more than four days between", half({}), half({ accountId: "savings", amountMinor: 5000n, bookingDate: "2026-11-07" })],
    ["a pending half", half({ bookingStatus: "pending" }), half({ accountId: "savings", amountMinor: 5000n })],
    ["somebody else's name", half({ counterpartyName: "Matti Virtanen" }), half({ accountId: "savings", amountMinor: 5000n })],
    ["somebody else's account", half({ counterpartyIban: "FI8359986920207073" }), half({ accountId: "savings", amountMinor: 5000n })],
    ["pay and rent of one amount", half({ remittanceInformation: "vuokra" }), half({ accountId: "savings", amountMinor: 5000n, proprietaryCode: "PALKKA" })],
  ])("is not found with %s", (_, out, into) => {
    expect(found(out, into)).toEqual({});
  });

  it("takes each half once, the nearest day first", () => {
    const out = half({ bookingDate: "2026-11-02" });
    const far = half({ accountId: "savings", amountMinor: 5000n, bookingDate: "2026-11-05" });
    const near = half({ accountId: "buffer", amountMinor: 5000n, bookingDate: "2026-11-03" });
    expect(Object.keys(found(out, far, near)).toSorted()).toEqual([out.transactionId, near.transactionId].toSorted());
  });

  const anyHalf = fc.record({
    account: fc.constantFrom("a", "b", "c"),
    minor: fc.constantFrom(-100n, 100n, -250n, 250n, 0n),
    day: fc.integer({ min: 0, max: 12 }),
    says: fc.constantFrom(null, "Oma siirto", "kauppa"),
  });
  it("does not depend on the order of the entries, pairs opposite amounts of two accounts, and nothing twice", () => {
    fc.assert(
      fc.property(fc.array(anyHalf, { maxLength: 25 }), fc.infiniteStream(fc.nat()), (given, order) => {
        const rows = given.map(({ account, minor, day, says }, index) =>
          half({
            transactionId: `id${String(index).padStart(3, "0")}`,
            accountId: account,
            amountMinor: minor,
            bookingDate: addDays("2026-02-20", day),
            remittanceInformation: says,
          }),
        );
        const shuffled = rows
          .map((row) => ({ row, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ row }) => row);
        const decisions = findMirroredTransfers(rows);
        expect(findMirroredTransfers(shuffled)).toEqual(decisions);
        const transfers = rows.filter((row) => decisions.has(row.transactionId));
        for (const row of transfers) {
          expect(row.amountMinor).not.toBe(0n);
          expect(rows.some((other) => other.accountId !== row.accountId && other.amountMinor === -row.amountMinor)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("stays quick with thousands of equal entries", () => {
    const rows = Array.from({ length: 6000 }, (_, index) =>
      half({
        transactionId: `x${index}`,
        accountId: index % 2 === 0 ? "a" : "b",
        amountMinor: index % 2 === 0 ? -100n : 100n,
        reason: categorise(half({}), noAccounts),
      }),
    );
    expect(findMirroredTransfers(rows).size).toBe(6000);
  });
});
